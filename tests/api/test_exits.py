"""Exit codes are a contract with scripts."""

import pytest

from patchwright.agent.errors import (
    GraphVersionMismatch,
    ModelUnavailable,
    NotNow,
    RunBusy,
    RunNotFound,
    StaleApproval,
    StoreUnusable,
    UsageError,
)
from patchwright.agent.issue import Issue
from patchwright.agent.run import Run
from patchwright.api.exits import Parked, of_error, of_run
from patchwright.sandbox.errors import EngineUnavailable, PatchDoesNotApply, SourceRefused

ISSUE = Issue(title="t", repository="r", base_commit="0" * 40, clone="c")


@pytest.mark.parametrize(
    ("status", "verdict", "code"),
    [
        ("awaiting_review", "verified", 0),
        ("accepted", "verified", 0),
        ("awaiting_review", "unverified", 1),
        ("awaiting_review", "none", 1),
        ("rejected", "none", 1),
        ("cancelled", "none", 1),
        ("awaiting_approval", "none", 3),
        ("needs_input", "none", 3),
        ("paused_budget", "none", 3),
        ("paused_config", "none", 2),
        ("baseline", "none", 3),
        ("infra_failed", "none", 4),
    ],
)
def test_where_a_run_stands_decides_the_exit_code(status: str, verdict: str, code: int) -> None:
    values = {"id": "a", "status": status, "verdict": verdict, "issue": ISSUE}
    run = Run.model_validate({**values, "created_at": "", "updated_at": "", "graph_version": "1"})
    assert of_run(run) == code


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (UsageError, 2),
        (RunNotFound, 2),
        (StaleApproval, 2),
        (NotNow, 2),
        (GraphVersionMismatch, 2),
        (SourceRefused, 2),
        (PatchDoesNotApply, 1),
        (Parked, 3),
        (EngineUnavailable, 4),
        (StoreUnusable, 4),
        (ModelUnavailable, 4),
        (RunBusy, 4),
    ],
)
def test_errors_are_told_apart_by_what_the_caller_should_do(kind: type[Exception], code: int) -> None:
    assert of_error(kind("x")) == code  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
