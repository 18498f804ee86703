"""What humans do to a run that works: talk to its model, pause, resume, cancel."""

from fastapi import APIRouter
from starlette.responses import Response

from patchwright.api.http import acts
from patchwright.api.http.caller import Requester
from patchwright.api.http.responses import problems
from patchwright.api.http.routes.plans import told
from patchwright.api.http.routes.runs import RunId
from patchwright.api.http.schemas import Message, Resume, RunView

router = APIRouter(prefix="/v1/runs/{run_id}", tags=["steering"], responses=problems(403, 404, 409))


@router.post("/messages", status_code=202, response_model=RunView)
def say(run_id: RunId, message: Message, caller: Requester) -> Response:
    """Say something to the model of the run; it hears it before its next call."""
    acts.say(caller, run_id, message.text)
    return told(caller, run_id, 202)


@router.post("/pause", status_code=202, response_model=RunView)
def pause(run_id: RunId, caller: Requester) -> Response:
    """Park the run at its next safe point."""
    acts.pause(caller, run_id)
    return told(caller, run_id, 202)


@router.post("/resume", status_code=202, response_model=RunView)
def resume(run_id: RunId, caller: Requester, more: Resume | None = None) -> Response:
    """Let a parked run go on. More budget takes the role approver."""
    acts.resume(caller, run_id, more.add_budget if more else {})
    return told(caller, run_id, 202)


@router.post("/cancel", status_code=202, response_model=RunView)
def cancel(run_id: RunId, caller: Requester) -> Response:
    """End the run wherever it is; one that works stops within seconds."""
    acts.cancel(caller, run_id)
    return told(caller, run_id, 202)
