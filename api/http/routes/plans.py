"""The plan of a run with all its revisions, and the decision on it."""

from fastapi import APIRouter
from starlette.responses import Response

from patchwright.agent.views import plan_object
from patchwright.api.http import acts
from patchwright.api.http.answers import answer
from patchwright.api.http.caller import Approver, Caller, Viewer
from patchwright.api.http.history import history
from patchwright.api.http.responses import problems
from patchwright.api.http.routes.runs import RunId
from patchwright.api.http.schemas import Decide, NewRevision, PlanHistory, PlanView, RunView

router = APIRouter(prefix="/v1/runs/{run_id}", tags=["plans"])


@router.get("/plan", response_model=PlanHistory, responses=problems(404))
def plan(run_id: RunId, caller: Viewer) -> Response:
    """Every revision of the plan, what each changes against the one before, and how a human decided."""
    run = caller.run(run_id)
    return answer(caller, history(caller.service.store, run))


@router.post("/plan", status_code=201, response_model=PlanView, responses=problems(403, 404, 409))
def edit(run_id: RunId, new: NewRevision, caller: Approver) -> Response:
    """A revision made by hand. It waits for a decision like any other."""
    made = acts.edit(caller, run_id, new)
    return answer(caller, PlanView.model_validate(plan_object(made)), 201)


@router.post("/approval", response_model=RunView, responses=problems(403, 404, 409))
def decide(run_id: RunId, given: Decide, caller: Approver) -> Response:
    """Approve, send back or reject exactly that revision. 409 if the plan has moved on: look at it again."""
    acts.decide(caller, run_id, given)
    return told(caller, run_id)


def told(caller: Caller, run_id: str, status: int = 200) -> Response:
    """The run as it stands now."""
    return Response(caller.service.shown.run(run_id).body, status, media_type="application/json")
