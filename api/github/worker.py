"""The loop behind the webhook: asks are done, conversations kept up to date, until told to stop (WH-06, REL-07)."""

import logging
import threading

from patchwright.agent.errors import PatchwrightError, StoreUnusable
from patchwright.api.github.acting import LATER, act
from patchwright.api.github.book import MOST_TRIES, Waiting
from patchwright.api.github.door import GithubDoor
from patchwright.api.github.errors import GithubBusy, GithubError
from patchwright.api.github.keeping import keep_up

LOG = logging.getLogger("patchwright.github")
EVERY = 1.0
AGAIN = 5.0


def work(door: GithubDoor, stop: threading.Event) -> None:
    """Until `stop` is set; a store or GitHub out of reach only makes it wait."""
    while not stop.is_set():
        try:
            work_once(door)
        except StoreUnusable as error:
            LOG.warning("github worker: %s", door.redactor.text(str(error)))
        stop.wait(EVERY)


def work_once(door: GithubDoor) -> None:
    """All asks that are free, then every conversation once."""
    while waiting := door.book.next_ask():
        attempt(door, waiting)
    keep_up(door)


def attempt(door: GithubDoor, waiting: Waiting) -> None:
    """One ask: done, to be tried later, or given up with the reason."""
    ask, book = waiting.ask, door.book
    try:
        book.done(ask, act(door, waiting))
    except LATER as error:
        seconds = error.seconds if isinstance(error, GithubBusy) else AGAIN
        _later(door, waiting, error, seconds)
    except GithubError as error:
        book.given_up(ask, door.redactor.text(str(error)))
        LOG.warning("github ask %s was given up: %s", ask.key, door.redactor.text(str(error)))


def _later(door: GithubDoor, waiting: Waiting, error: PatchwrightError, seconds: float) -> None:
    reason = door.redactor.text(str(error))
    if waiting.tries >= MOST_TRIES:
        door.book.given_up(waiting.ask, reason)
        LOG.warning("github ask %s was given up after %s tries: %s", waiting.ask.key, waiting.tries, reason)
    else:
        door.book.later(waiting.ask, seconds, reason)
