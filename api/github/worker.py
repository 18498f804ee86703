"""The loop behind the webhook: asks are done, conversations kept up to date, until told to stop (WH-06, REL-07)."""

import logging
import threading
from concurrent.futures import Executor, ThreadPoolExecutor

from patchwright.agent.errors import StoreUnusable
from patchwright.agent.store.lease import this_holder
from patchwright.api.github import desk
from patchwright.api.github.acting import LATER, act
from patchwright.api.github.book import Waiting
from patchwright.api.github.door import GithubDoor
from patchwright.api.github.errors import GithubBusy, GithubError
from patchwright.api.github.grammar import Command
from patchwright.api.github.keeping import keep_up

LOG = logging.getLogger("patchwright.github")
EVERY = 1.0
"""Seconds between two looks at the tables."""
AGAIN = 5.0
"""Seconds before an ask is tried again, where nobody says how long."""
SLOW_SECONDS = 1800.0
"""After which an ask that takes minutes is taken to have died with its process."""
MOST_TRIES = 20
"""How often an ask is tried before it is given up with the reason."""


def work(door: GithubDoor, stop: threading.Event) -> None:
    """Until `stop` is set; a store or GitHub out of reach only makes it wait, and so does another process's work."""
    database = door.book.store.database
    holder = this_holder(database.presence())
    with ThreadPoolExecutor(1, "github slow") as slow:
        while not stop.is_set():
            try:
                if desk.take(database, holder):
                    with desk.staying(database, holder):
                        work_once(door, stop, slow)
            except StoreUnusable as error:
                LOG.warning("github worker: %s", door.redactor.text(str(error)))
            stop.wait(EVERY)
        slow.shutdown(cancel_futures=True)
    desk.leave(database, holder)


def work_once(door: GithubDoor, stop: threading.Event | None = None, slow: Executor | None = None) -> None:
    """All asks that wait for nothing, then every conversation with news. What takes minutes goes to `slow`."""
    while not (stop and stop.is_set()) and (waiting := door.book.next_ask()):
        if slow is not None and _is_slow(waiting):
            door.book.later(waiting.ask, SLOW_SECONDS, "at work")
            slow.submit(attempt, door, waiting)
        else:
            attempt(door, waiting)
    keep_up(door)


def _is_slow(waiting: Waiting) -> bool:
    return isinstance(waiting.ask.command, Command) and waiting.ask.command.verb == "verify"


def attempt(door: GithubDoor, waiting: Waiting) -> None:
    """One ask: done, to be tried later, or given up with the reason."""
    try:
        door.book.done(waiting.ask, act(door, waiting))
    except StoreUnusable:
        raise
    except LATER as error:
        _later(door, waiting, error, error.seconds if isinstance(error, GithubBusy) else AGAIN)
    except GithubError as error:
        _give_up(door, waiting, error)
    except Exception as error:  # a door: one ask that we cannot do must not keep others from being done
        LOG.exception("github ask %s", waiting.ask.key)
        _later(door, waiting, error, AGAIN)


def _later(door: GithubDoor, waiting: Waiting, error: Exception, seconds: float) -> None:
    if waiting.tries >= MOST_TRIES:
        _give_up(door, waiting, error)
    else:
        door.book.later(waiting.ask, seconds, door.redactor.text(str(error)))


def _give_up(door: GithubDoor, waiting: Waiting, error: Exception) -> None:
    reason = door.redactor.text(str(error))
    door.book.given_up(waiting.ask, reason)
    LOG.warning("github ask %s is given up after %s tries: %s", waiting.ask.key, waiting.tries, reason)
