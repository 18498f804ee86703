"""The frozen facts of a run. Every screen is drawn from them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

EventKind = Literal[
    "run_created",
    "status_changed",
    "toolchain_detected",
    "image_ready",
    "baseline_measured",
    "model_called",
    "tool_called",
    "plan_drafted",
    "plan_refused",
    "approval_recorded",
    "step_started",
    "edit_applied",
    "edit_refused",
    "attempt_verified",
    "step_reverted",
    "step_finished",
    "stage_finished",
    "amendment_asked",
    "command_finished",
    "stuck",
    "verified",
    "reviewed",
    "candidate_finished",
    "candidate_chosen",
    "patch_ready",
    "patch_applied",
    "warning",
    "said",
    "heard",
    "budget_added",
    "worker_lost",
    "run_ended",
]


class Event(BaseModel):
    """One fact. `seq` counts from 1 without gaps within a run; `at` is UTC ISO 8601.

    `data` is JSON and holds no secret; its keys depend on `kind`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    run_id: str
    seq: int
    at: str
    kind: EventKind
    data: dict[str, Any]
