"""Where a run is worked on, as the command sees it."""

from dataclasses import dataclass
from typing import Protocol

from patchwright.agent.plan import Draft
from patchwright.agent.report import Report
from patchwright.agent.run import Outcome, RunStatus, RunVerdict
from patchwright.api.ci.policy import Policy


@dataclass(frozen=True, slots=True)
class Proposed:
    """The newest revision of a plan."""

    revision: int
    sha256: str
    draft: Draft
    candidates: int


@dataclass(frozen=True, slots=True)
class State:
    """Where a run stands. `hidden` counts characters that were removed from the issue."""

    run_id: str
    status: RunStatus
    outcome: Outcome | None
    verdict: RunVerdict
    reason: str
    title: str
    hidden: int
    plan: Proposed | None


class Backend(Protocol):
    """One run. Raises: what `agent.runs` raises, or `ServerError` and `Denied` where a server works on it."""

    def start(self) -> str:
        """Start it; its id."""
        ...

    def follow(self, run_id: str) -> State:
        """Tell what happens until it waits for a human, is parked or has ended."""
        ...

    def approve(self, run_id: str, plan: Proposed, policy: Policy) -> None:
        """Record the policy's approval of that revision."""
        ...

    def report(self, run_id: str) -> Report | None:
        """What it came to, if it has ended."""
        ...

    def patch(self, run_id: str) -> bytes | None:
        """Its patch, if it has one."""
        ...
