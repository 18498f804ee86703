"""A worker as a command, and a look at all workers."""

import os
import signal
import socket
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from patchwright.api import exits
from patchwright.api.dispatch.opening import Dispatching, open_dispatch
from patchwright.api.dispatch.queue import LegQueue
from patchwright.api.dispatch.roster import lives, roster
from patchwright.api.observing.logs import log_to_stderr
from patchwright.api.place import Place, open_place

READY_SECONDS = 1.0


def work(config: str, concurrency: int | None, ready: Path | None) -> int:
    """Take legs until a signal asks to end. The exit code."""
    place = open_place(config=config)
    log_to_stderr(place.screen.redactor)
    over = _ends_on_signals()
    number = concurrency or place.settings.workers.concurrency
    dispatch = open_dispatch(place.settings, place.store, place.screen.say, concurrency=number)
    place.screen.say(f"Working on queued runs of {place.store.database.name}, {number} at once.")
    try:
        _stay(dispatch, over, ready)
    finally:
        if ready is not None:
            ready.unlink(missing_ok=True)
    place.screen.say("Ending: runs are brought to a safe point and go on elsewhere.")
    dispatch.close()
    place.store.database.close()
    return exits.VERIFIED


def _stay(dispatch: Dispatching, over: threading.Event, ready: Path | None) -> None:
    """Until a signal. A worker that others take for dead ends at once: its runs are theirs by now."""
    while not over.wait(READY_SECONDS):
        if dispatch.worker is None or dispatch.worker.lost.is_set():
            sys.stderr.flush()
            os._exit(exits.INFRASTRUCTURE)
        if ready is not None:
            ready.touch()


def _ends_on_signals() -> threading.Event:
    over = threading.Event()

    def end(_number: int, _frame: object) -> None:
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    return over


def show(*, here: bool, as_json: bool) -> int:
    """Tell who works; `INFRASTRUCTURE` if nobody does."""
    place = open_place(as_json=as_json)
    with closing(LegQueue(place.settings, place.store)) as queue:
        at_work = Counter(leg.executor_id for leg in queue.working())
        depth = queue.depth()
    found = [
        {
            "host": worker.host,
            "name": worker.name,
            "graph_version": worker.graph_version,
            "concurrency": worker.concurrency,
            "at_work": at_work[worker.name],
            "since": worker.since,
        }
        for worker in roster(place.store.database)
        if lives(place.store.database, worker.name) and (not here or worker.host == socket.gethostname())
    ]
    _tell(place, found, depth)
    return exits.VERIFIED if found else exits.INFRASTRUCTURE


def _tell(place: Place, found: Sequence[Mapping[str, object]], depth: int) -> None:
    if place.screen.as_json:
        place.screen.data({"workers": found, "waiting": depth})
        return
    for worker in found:
        place.screen.show(
            f"{worker['name']}: {worker['at_work']} of {worker['concurrency']} at work, "
            f"graph version {worker['graph_version']}, since {worker['since']}"
        )
    place.screen.show(f"{len(found) or 'No'} worker{'s' if len(found) != 1 else ''}; {depth} waiting.")
