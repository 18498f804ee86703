"""The way of an unattended run: start, follow, let the policy decide, look at what came of it."""

from dataclasses import dataclass
from typing import Literal

from patchwright.agent.report import Report
from patchwright.agent.run import ENDED, GATE
from patchwright.api import exits
from patchwright.api.ci.backend import Backend, Proposed, State
from patchwright.api.ci.policy import Policy, against_patch, against_plan

MOST_DECISIONS = 10
"""Revisions of a plan that a policy decides on: an amendment makes another."""

FailOn = Literal["unverified", "unfinished"]


@dataclass(frozen=True, slots=True)
class Came:
    """What a run came to. `refused` are the policy's reasons, about the plan or the patch; `code` is the exit code."""

    state: State
    report: Report | None
    patch: bytes | None
    refused: tuple[str, ...]
    policy: str
    code: int


def run(backend: Backend, policy: Policy | None, transformation: str, fail_on: FailOn) -> Came:
    """The whole way. `transformation` is the definition's name, "" for an issue in words."""
    run_id = backend.start()
    state, refused = backend.follow(run_id), tuple[str, ...]()
    for _ in range(MOST_DECISIONS):
        plan = state.plan
        if state.status not in GATE or plan is None:
            break
        refused = _refused(policy, transformation, plan)
        if policy is None or refused:
            break
        backend.approve(run_id, plan, policy)
        state = backend.follow(run_id)
    return _came(backend, state, policy, refused, fail_on)


def _refused(policy: Policy | None, transformation: str, plan: Proposed) -> tuple[str, ...]:
    if policy is None:
        return ("no policy was given (--approve-by), so a human has to decide",)
    return against_plan(policy.table, transformation, plan.draft, plan.candidates)


def _came(backend: Backend, state: State, policy: Policy | None, refused: tuple[str, ...], fail_on: FailOn) -> Came:
    ended = state.status in ENDED
    report = backend.report(state.run_id) if ended else None
    patch = backend.patch(state.run_id) if ended else None
    if report is not None and patch is not None and policy is not None:
        refused = against_patch(policy.table, report)
    code = _code(state, refused if ended else (), fail_on)
    handed = None if ended and refused else patch
    return Came(state, report, handed, refused, policy.signature if policy else "", code)


def _code(state: State, beyond: tuple[str, ...], fail_on: FailOn) -> int:
    """The house's exit codes; a patch that goes beyond its policy is none that may be taken."""
    if beyond:
        return exits.UNVERIFIED
    code = exits.of_state(state.status, state.verdict)
    return exits.VERIFIED if code == exits.UNVERIFIED and fail_on == "unfinished" and state.outcome else code
