"""A plan with its revisions, what each changes, and what was decided."""

from dataclasses import asdict

from patchwright.agent.plan import Plan
from patchwright.agent.plandiff import plan_diff
from patchwright.agent.run import Run
from patchwright.agent.store.store import Store
from patchwright.agent.views import plan_object
from patchwright.api.http.schemas import Change, PlanHistory, PlanView, Revision


def history(store: Store, run: Run) -> PlanHistory:
    """All revisions of the run's plan, oldest first."""
    plans = store.plans(run.id)
    decided = {approval.revision: approval for approval in store.approvals(run.id)}
    revisions = tuple(
        Revision(plan=_view(plan), changes=_changes(before, plan), decision=decided.get(plan.revision))
        for before, plan in zip([None, *plans], plans, strict=False)
    )
    current = plans[-1].revision if plans else 0
    return PlanHistory(run_id=run.id, status=run.status, current=current, revisions=revisions)


def _view(plan: Plan) -> PlanView:
    return PlanView.model_validate(plan_object(plan))


def _changes(before: Plan | None, plan: Plan) -> tuple[Change, ...]:
    return tuple(Change(**asdict(change)) for change in plan_diff(before, plan)) if before else ()
