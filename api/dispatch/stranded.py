"""Runs that wait for a worker of their own graph version when there is none any more: a rolling upgrade has ended."""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from patchwright.agent.errors import RunBusy
from patchwright.agent.state import GRAPH_VERSION
from patchwright.agent.store.ledger import own
from patchwright.agent.store.store import Store

if TYPE_CHECKING:
    from dbos import WorkflowStatus

PATIENCE_SECONDS = 60.0
"""Workers of the old version may only be starting again."""


def stranded(waiting: "Iterable[WorkflowStatus]", versions: set[str], now: float) -> "list[WorkflowStatus]":
    """The legs for which no worker has been there for so long; `now` is in seconds since the epoch."""
    before = (now - PATIENCE_SECONDS) * 1000
    return [leg for leg in waiting if leg.app_version not in versions and (leg.updated_at or 0) < before]


def park(store: Store, run_id: str) -> None:
    """Say what the run waits for; `resume` enqueues it again."""
    version = store.run(run_id).graph_version
    with suppress(RunBusy), own(store, run_id) as ledger:
        ledger.status(
            "paused_config",
            f"It was begun by graph version {version}, and no worker of that version is there (this one has "
            f"{GRAPH_VERSION}). Start one and resume it, or start a new run. Nothing was changed.",
        )
