"""Runs: ask for one, list them, look at one."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from patchwright.agent.issue import Origin
from patchwright.agent.run import RunStatus, RunVerdict
from patchwright.api.http.answers import answer, audited
from patchwright.api.http.caller import Caller, Requester, Viewer
from patchwright.api.http.listing import Wanted, page
from patchwright.api.http.responses import ACCEPTED, NOT_MODIFIED, problems
from patchwright.api.http.schemas import NewRun, RunList, RunView
from patchwright.api.http.starting import start

RunId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The run's id: 32 hex digits.")]
Word = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        pattern="^[!-~]*$",
        description="The same request with the same key is the same run, whenever it is repeated.",
    ),
]

router = APIRouter(prefix="/v1/runs", tags=["runs"])


@router.post("", status_code=202, response_model=RunView, responses={**ACCEPTED, **problems(403)})
def ask(new: NewRun, caller: Requester, word: Word = "") -> Response:
    """Ask for a run: the issue is frozen on its base commit and stored, then it is worked on."""
    with audited(caller, "start", told=new.repository):
        run, made = start(caller, new, word)
    headers = {"location": f"/v1/runs/{run.id}", "idempotency-replayed": str(not made).lower()}
    return Response(caller.service.shown.run(run.id).body, 202, headers, "application/json")


@router.get("", response_model=RunList)
def list_runs(
    caller: Viewer,
    status: Annotated[list[RunStatus] | None, Query(description="Any of these.")] = None,
    verdict: RunVerdict | None = None,
    repository: Annotated[str, Query(max_length=500)] = "",
    requested_by: Annotated[str, Query(max_length=200)] = "",
    origin: Origin | None = None,
    title: Annotated[str, Query(max_length=200, description="Words that the title has.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(max_length=200, description="`next` of the page before.")] = "",
) -> Response:
    """Runs that this key may see, newest first."""
    wanted = Wanted(
        scope=caller.key.repositories,
        status=tuple(status or ()),
        verdict=verdict or "",
        repository=repository,
        requested_by=requested_by,
        origin=origin or "",
        title=title,
    )
    return answer(caller, page(caller.service.store, caller.service.requests, wanted, limit, cursor))


@router.get("/{run_id}", response_model=RunView, responses={**NOT_MODIFIED, **problems(404)})
async def look(request: Request, run_id: RunId, caller: Viewer) -> Response:
    """One run: status, plan, decisions, cost. `If-None-Match` with the ETag asks for what is new."""
    return await caller.service.read(lambda: _told(caller, run_id, request.headers.get("if-none-match", "")))


def _told(caller: Caller, run_id: str, known: str) -> Response:
    told = caller.service.shown.run(run_id)
    caller.check_sees(told.repository)
    headers = {"etag": told.etag, "cache-control": "private, no-cache"}
    if told.etag in known:
        return Response(status_code=304, headers=headers)
    return Response(told.body, headers=headers, media_type="application/json")
