"""Runs of an evaluation worked on by others: the same dispatch as any run's, on one machine or many."""

import time
from collections.abc import Callable
from typing import Protocol

from patchwright.agent.deps import Deps
from patchwright.agent.errors import PatchwrightError
from patchwright.agent.run import ENDED, GATE, PARKED, Run
from patchwright.evals.conducting import Drive

LOOK_SECONDS = 1.0
MOST_SECONDS = 24 * 3600.0
"""A leg that is not back by then is lost: budgets end runs long before."""


class LegLost(PatchwrightError):
    """No worker brought the run back in time. Are workers running? Start some and run the same command again."""


class Submits(Protocol):
    """The part of a dispatch that is needed: `api.dispatch.base.Dispatch` is one."""

    def submit(self, run_id: str, *, priority: int = 0, key: str = "") -> None:
        """Enqueue the next leg of this run; twice is harmless."""
        ...


def dispatched(dispatch: Submits, sleep: Callable[[float], None] = time.sleep) -> Drive:
    """A `Drive` that lets a worker do the next leg and waits for it. Raises `LegLost`."""

    def drive(deps: Deps, run_id: str) -> Run:
        seen = deps.store.last_event(run_id)
        dispatch.submit(run_id, key="eval")
        began = time.monotonic()
        while time.monotonic() - began < MOST_SECONDS:
            run = deps.store.run(run_id)
            if run.status in ENDED or (deps.store.last_event(run_id) > seen and _waits(deps, run)):
                return run
            sleep(LOOK_SECONDS)
        raise LegLost(
            f"No worker brought run {run_id} back within a day. Start workers, then run the same command again."
        )

    return drive


def _waits(deps: Deps, run: Run) -> bool:
    """Whether it stands: parked, or before a plan that nobody has decided on."""
    plan = deps.store.plan(run.id)
    decided = {one.revision for one in deps.store.approvals(run.id)}
    return run.status in PARKED or (run.status in GATE and plan is not None and plan.revision not in decided)
