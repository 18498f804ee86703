"""Driving a run from the terminal: progress beside it, and Ctrl-C parks it with nothing lost."""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from patchwright.agent import runs
from patchwright.agent.deps import Deps
from patchwright.agent.run import Run
from patchwright.api.exits import Parked
from patchwright.api.live import progress
from patchwright.api.naming import short
from patchwright.api.screen import Screen

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def work(deps: Deps, screen: Screen, run_id: str) -> Run:
    """Drive the run until it waits or ends, telling what happens. Raises `Parked` and what `drive` raises."""
    with parking(run_id), _ended_like_ctrl_c(), progress(screen, deps.store, run_id):
        return runs.drive(deps, run_id)


@contextmanager
def parking(run_id: str) -> Generator[None]:
    """From here on there is a run: Ctrl-C leaves it parked, and says how to go on. Raises `Parked`."""
    try:
        yield
    except KeyboardInterrupt:
        raise Parked(
            f"Interrupted. Run {short(run_id)} is parked and nothing is lost: "
            f"`patchwright resume {short(run_id)}` goes on, `patchwright cancel {short(run_id)}` ends it."
        ) from None


@contextmanager
def _ended_like_ctrl_c() -> Generator[None]:
    """A closed terminal or a `kill` parks the run just as Ctrl-C does (REL-07)."""
    before = {number: signal.signal(number, _interrupt) for number in SIGNALS}
    try:
        yield
    except KeyboardInterrupt:
        before.clear()  # the process ends now, and further signals stay without effect
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Once: what comes after it must not interrupt the parking, which has deadlines of its own."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
