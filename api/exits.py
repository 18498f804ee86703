"""Exit codes: what a script learns from the door."""

from patchwright.agent.errors import (
    GraphVersionMismatch,
    NotNow,
    PatchwrightError,
    StaleApproval,
    UsageError,
)
from patchwright.agent.run import Run, RunStatus, RunVerdict
from patchwright.sandbox.errors import PatchDoesNotApply, SandboxError, SourceRefused

VERIFIED = 0
"""A verified patch, or a command that did what it was asked."""
UNVERIFIED = 1
"""The run has ended without a verified patch, or the patch no longer applies."""
USAGE = 2
"""The command, the configuration or the moment is wrong; nothing was changed."""
WAITING = 3
"""The run is parked and waits for a human: an approval, an answer, or `resume`."""
INFRASTRUCTURE = 4
"""Engine, endpoint, store or disk; never the patch's fault. `resume` goes on later."""


class Parked(PatchwrightError):
    """The person interrupted the work; the run can go on from where it is."""


def of_run(run: Run) -> int:
    """What a command that worked on a run says about where the run stands now."""
    return of_state(run.status, run.verdict)


def of_state(status: RunStatus, verdict: RunVerdict) -> int:
    """The same for a run that is known by its status and verdict."""
    match status:
        case "awaiting_review" | "accepted":
            return VERIFIED if verdict == "verified" else UNVERIFIED
        case "rejected" | "cancelled":
            return UNVERIFIED
        case "paused_config":
            return USAGE
        case "infra_failed":
            return INFRASTRUCTURE
        case _:
            return WAITING


def of_error(error: PatchwrightError | SandboxError) -> int:
    """The exit code of an error that a door shows."""
    match error:
        case UsageError() | StaleApproval() | NotNow() | GraphVersionMismatch() | SourceRefused():
            return USAGE
        case PatchDoesNotApply():
            return UNVERIFIED
        case Parked():
            return WAITING
        case _:
            return INFRASTRUCTURE
