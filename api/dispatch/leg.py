"""One leg, in a process of its own: drive a run until it waits or ends, or this process is to end.

What can be said of it to the worker is the exit code; everything else stands in the store.
"""

import dataclasses
import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

from patchwright.agent import runs
from patchwright.agent.errors import Draining, LeaseLost, PatchwrightError, RunBusy, StoreUnusable, UsageError
from patchwright.agent.run import RunStatus
from patchwright.agent.store.ledger import own
from patchwright.api.assemble import assemble, reap_in_background
from patchwright.api.choices import recall
from patchwright.api.door import tell
from patchwright.api.observing.traces import is_wanted, send_traces
from patchwright.api.place import Place, open_place

DONE = 0
DRAINED = 71
"""It stopped at a safe point because it was asked to; the run is not done."""
BUSY = 72
"""Another process works on the run."""
UNUSABLE = 73
"""The store cannot be used just now."""
DRAIN_SECONDS = 15
"""How long a model may take for its answer once the process is to end; a command has less (REL-07)."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a leg is told. `presence` is the worker's, without which the leg does not live.

    `config` is the worker's settings file; one that was chosen with the run goes before it.
    """

    run_id: str
    presence: int = 0
    config: str = ""


def main(job: Job) -> None:
    """Drive the run; ends the process."""
    _die_with_the_worker()
    ending = _ending_on_signals()
    sys.exit(_code(job, ending.is_set))


def _code(job: Job, ending: Callable[[], bool]) -> int:
    try:
        drive(job, ending)
    except (Draining, KeyboardInterrupt):
        return DRAINED
    except (RunBusy, LeaseLost):
        return BUSY
    except StoreUnusable as error:
        tell(error)
        return UNUSABLE
    return DONE


def drive(job: Job, ending: Callable[[], bool]) -> None:
    """Drive the run, and again if it was decided on meanwhile. Raises what `runs.drive` raises."""
    place = _open(job)
    try:
        before = place.store.last_event(job.run_id)
        _drive(place, job, ending)
        if is_wanted(os.environ):
            send_traces(place.store, job.run_id, before)
    finally:
        place.store.database.close()


def _drive(place: Place, job: Job, ending: Callable[[], bool]) -> None:
    try:
        run = place.store.run(job.run_id)
        reap_in_background(place.settings, place.store, run.sandbox)
        deps = assemble(place, recall(place.store, job.run_id), job.run_id)
        deps = dataclasses.replace(deps, ending=ending)
        runs.drive(deps, job.run_id)
        while runs.is_due(place.store, job.run_id):
            runs.drive(deps, job.run_id)
    except (Draining, RunBusy, LeaseLost, StoreUnusable):
        raise
    except Exception as error:  # the door: a run is parked with the reason, the traceback of a defect is kept
        tell(error)
        _park(place, job.run_id, error)


def _open(job: Job) -> Place:
    """With the settings that were chosen when the run was started."""
    place = open_place(as_json=True, config=job.config, presence=job.presence)
    config = recall(place.store, job.run_id).config
    if config in ("", job.config):
        return place
    place.store.database.close()
    return open_place(as_json=True, config=config, presence=job.presence)


def _park(place: Place, run_id: str, error: Exception) -> None:
    known = isinstance(error, PatchwrightError)
    words = str(error) if known else f"a defect of patchwright ({type(error).__name__}); its traceback is in the log"
    status: RunStatus = "paused_config" if isinstance(error, UsageError) else "infra_failed"
    with own(place.store, run_id) as ledger:
        ledger.status(status, place.screen.redactor.text(words))


def _die_with_the_worker() -> None:
    """Whoever kills the worker ends its legs: others go on with their runs at once."""
    worker = multiprocessing.parent_process()
    if worker is None:
        return

    def wait() -> None:
        multiprocessing.connection.wait([worker.sentinel])
        os._exit(1)

    threading.Thread(target=wait, daemon=True, name="worker-watch").start()


def _ending_on_signals() -> threading.Event:
    """Set once the process is asked to end; if it has not come to a safe point in time, it is interrupted."""
    ending = threading.Event()

    def end(_number: int, _frame: object) -> None:
        if not ending.is_set():
            ending.set()
            signal.setitimer(signal.ITIMER_REAL, DRAIN_SECONDS)

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    signal.signal(signal.SIGALRM, interrupt)
    return ending
