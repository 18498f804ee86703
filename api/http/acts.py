"""What a caller does to a run, whichever page or resource it comes from: rights, the act, the queue, the audit log."""

from patchwright.agent import runs, steering
from patchwright.agent.budget import Budget
from patchwright.agent.errors import UsageError
from patchwright.agent.plan import Plan
from patchwright.agent.run import Run
from patchwright.api.http.answers import audited
from patchwright.api.http.caller import Caller, check_rank
from patchwright.api.http.problems import Refused
from patchwright.api.http.rights import may_decide
from patchwright.api.http.schemas import Decide, NewRevision
from patchwright.api.http.starting import check_day


def decide(caller: Caller, run_id: str, given: Decide) -> Run:
    """Record the decision and let the run go on. Raises `Refused`, `StaleApproval` or `NotNow`."""
    with audited(caller, given.decision, run_id, f"revision {given.revision} ({given.sha256[:12]})"):
        check_decides(caller, run_id)
        revision, sha256 = given.revision, given.sha256
        deps, by = caller.service.deps, f"{caller.by}, {given.policy}" if given.policy else caller.by
        if given.candidates is not None and given.decision == "approve":
            plan = runs.with_candidates(deps, run_id, given.candidates, by=by, revision=revision, sha256=sha256)
            revision, sha256 = plan.revision, plan.sha256
        run = runs.decide(deps, run_id, given.decision, by=by, revision=revision, sha256=sha256, notes=given.notes)
    _go_on(caller, run_id)
    return run


def check_decides(caller: Caller, run_id: str) -> None:
    """Raises `Refused`: 404, or 403 if this key may not decide on that run's plan."""
    service, claim = caller.service, caller.service.requests.of_run(run_id)
    caller.run(run_id)
    check_rank(caller.key, "approver")
    allowed = service.settings.requester_may_approve
    if not may_decide(caller.key.role, caller.key.id, claim.key_id if claim else "", requester_may_approve=allowed):
        raise Refused(403, "own-run", "Whoever asked for a run may not decide on its plan here: another has to.")


def edit(caller: Caller, run_id: str, new: NewRevision) -> Plan:
    """A revision made by hand. Raises `Refused`, `StaleApproval` or `NotNow`."""
    with audited(caller, "edit", run_id, f"revision {new.revision}"):
        check_decides(caller, run_id)
        draft = new.draft
        return runs.edit(caller.service.deps, run_id, draft, by=caller.by, revision=new.revision, sha256=new.sha256)


def say(caller: Caller, run_id: str, text: str) -> None:
    """Words for the run's model. Raises `Refused`, `NotNow` or `UsageError`."""
    with audited(caller, "say", run_id):
        caller.check_steers(run_id)
        steering.say(caller.service.deps, run_id, text, by=caller.by)


def pause(caller: Caller, run_id: str) -> Run:
    """Park the run at its next safe point. Raises `Refused` or `NotNow`."""
    with audited(caller, "pause", run_id):
        caller.check_steers(run_id)
        return steering.pause(caller.service.deps, run_id, by=caller.by)


def resume(caller: Caller, run_id: str, added: dict[str, float]) -> Run:
    """Let the run go on, with a larger budget if one is given. Raises `Refused`, `NotNow`, `RunBusy`, `UsageError`."""
    told = ", ".join(f"{name} +{value:g}" for name, value in added.items())
    with audited(caller, "resume", run_id, told):
        caller.check_steers(run_id)
        check_added(caller, added)
        check_day(caller)
        steering.resume(caller.service.deps, run_id, by=caller.by, added=added)
    _go_on(caller, run_id)
    return caller.service.store.run(run_id)


def check_added(caller: Caller, added: dict[str, float]) -> None:
    """Raises `Refused` (403) or `UsageError`: more budget takes an approver, and a limit's name."""
    if added:
        check_rank(caller.key, "approver")
    for name, value in added.items():
        if name not in Budget.model_fields:
            raise UsageError(f"There is no limit {name!r}. A budget has: {', '.join(Budget.model_fields)}.")
        if name not in ("money", "seconds") and value != int(value):
            raise UsageError(f"{name} takes whole numbers, not {value:g}.")


def cancel(caller: Caller, run_id: str) -> Run:
    """End the run wherever it is. Raises `Refused` or `NotNow`."""
    with audited(caller, "cancel", run_id):
        caller.check_steers(run_id)
        run = runs.cancel(caller.service.deps, run_id)
    caller.service.dispatch.cancel(run_id)
    return run


def _go_on(caller: Caller, run_id: str) -> None:
    caller.service.dispatch.submit(run_id, key=caller.key.id)
