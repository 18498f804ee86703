"""Pages that change nothing: the list, a run, its trajectory, what can be taken away, progress as it comes."""

import json
from typing import Annotated, get_args

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from patchwright.agent.events import EventKind
from patchwright.agent.run import RunStatus
from patchwright.agent.store.store import new_run_id
from patchwright.api.follow import recorded
from patchwright.api.http.answers import answer
from patchwright.api.http.listing import Wanted, page
from patchwright.api.http.problems import not_found
from patchwright.api.http.routes import results
from patchwright.api.http.routes.events import LastEventId, is_over, stream
from patchwright.api.http.routes.runs import RunId
from patchwright.api.web.editing import NEW
from patchwright.api.web.runpage import Lines, draft_fields, run_page, told_lines
from patchwright.api.web.visit import Visitor

STATUSES: tuple[RunStatus, ...] = (
    "awaiting_approval",
    "needs_input",
    "planning",
    "executing",
    "awaiting_review",
    "paused",
    "infra_failed",
    "rejected",
    "cancelled",
)
"""Statuses that the list offers as a filter."""
PAGE = 50
EVENTS = 500
"""Events of one page of the trajectory."""

router = APIRouter(include_in_schema=False)


@router.get("/runs")
def list_runs(
    visit: Visitor,
    status: Annotated[str, Query(max_length=40)] = "",
    title: Annotated[str, Query(max_length=200)] = "",
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Runs, newest first."""
    service, scope = visit.caller.service, visit.caller.key.repositories
    wanted = Wanted(scope=scope, status=(status,) if status else (), title=title)
    found = page(service.store, service.requests, wanted, PAGE, cursor)
    word, offered = new_run_id(), service.settings.repositories
    return visit.show(
        "runs.html", found=found, statuses=STATUSES, status=status, title=title, word=word, offered=offered
    )


@router.get("/runs/{run_id}")
def look(run_id: RunId, visit: Visitor) -> Response:
    """One run, whole."""
    return visit.show("run.html", page=run_page(visit.caller, run_id), kinds=get_args(EventKind))


@router.get("/runs/{run_id}/edit")
def edit(run_id: RunId, visit: Visitor) -> Response:
    """The plan as a form."""
    found = run_page(visit.caller, run_id)
    if found.plan is None:
        raise not_found("This run has no plan yet.")
    return visit.show("edit.html", page=found, plan=found.plan, fields=draft_fields(found.plan), new_steps=NEW)


@router.get("/runs/{run_id}/trajectory")
def trajectory(run_id: RunId, visit: Visitor, after: Annotated[int, Query(ge=0, le=2**53)] = 0) -> Response:
    """Every fact with all that is known of it."""
    run = visit.caller.run(run_id)
    events = visit.caller.service.store.events(run_id, after, EVENTS)
    lines = {line.seq: line for line in told_lines(events)}
    rows = [(event, lines.get(event.seq), json.dumps(event.data, indent=1, ensure_ascii=False)) for event in events]
    return visit.show("trajectory.html", run=run, rows=rows, after=after, more=len(events) == EVENTS)


@router.get("/runs/{run_id}/patch")
def patch(run_id: RunId, visit: Visitor) -> Response:
    """The patch, to take away."""
    return results.patch(run_id, visit.caller)


@router.get("/runs/{run_id}/artifacts/{name:path}")
def artifact(run_id: RunId, name: str, visit: Visitor) -> Response:
    """What is kept under that name, to take away."""
    return results.artifact(run_id, name, visit.caller)


@router.get("/runs/{run_id}/progress")
async def progress(
    run_id: RunId,
    visit: Visitor,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    last_event_id: LastEventId = "",
) -> Response:
    """The events as they come; a page that hears one asks for its lines."""
    after = int(last_event_id) if last_event_id else after
    if await run_in_threadpool(is_over, visit.caller, run_id, after):
        return Response(status_code=204)
    return stream(visit.caller, visit.caller.service.hub.follow(run_id, after))


@router.get("/runs/{run_id}/lines")
def lines(run_id: RunId, visit: Visitor, after: Annotated[int, Query(ge=0, le=2**53)] = 0) -> Response:
    """The events behind that number as lines for a person, and where the run stands."""
    service, run = visit.caller.service, visit.caller.run(run_id)
    told = told_lines(list(recorded(service.store, run_id)))
    return answer(visit.caller, Lines(lines=tuple(one for one in told if one.seq > after), status=run.status))
