"""The facts of a run as they come: a stream that goes on where it was cut, and pages of what is there."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from patchwright.agent.run import ENDED
from patchwright.api.http.answers import answer
from patchwright.api.http.caller import Caller, Viewer
from patchwright.api.http.problems import Refused
from patchwright.api.http.responses import problems
from patchwright.api.http.routes.runs import RunId
from patchwright.api.http.schemas import EventList

router = APIRouter(prefix="/v1/runs/{run_id}", tags=["events"])

STREAM = "text/event-stream"

After = Annotated[int, Query(ge=0, le=2**53, description="Only events behind this number.")]
LastEventId = Annotated[
    str, Header(max_length=20, pattern="^[0-9]*$", description="The number of the last event that was seen.")
]


@router.get(
    "/events",
    response_model=EventList,
    responses={
        200: {
            "description": "A stream: `id` is the event's number, `event` its kind, `data` the event as JSON. "
            "With `Accept: application/json` a page of the events that are there.",
            "content": {STREAM: {"schema": {"type": "string"}}},
        },
        204: {"description": "The run has ended and there is nothing behind that number: do not come back."},
        **problems(404, 503),
    },
)
async def events(
    run_id: RunId,
    caller: Viewer,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="Of a page.")] = 1000,
    last_event_id: LastEventId = "",
    accept: Annotated[str, Header()] = "",
) -> Response:
    """Follow the run. A stream that was cut, also by a restart, goes on behind `Last-Event-ID`: no gap, no repeat."""
    after = min(int(last_event_id), 2**53) if last_event_id else after
    if "application/json" in accept and STREAM not in accept:
        return await run_in_threadpool(_page, caller, run_id, after, limit)
    if await run_in_threadpool(is_over, caller, run_id, after):
        return Response(status_code=204)
    return stream(caller, caller.service.hub.follow(run_id, after))


def stream(caller: Caller, frames: AsyncIterator[bytes]) -> Response:
    """The frames as they come. Raises `Refused` (503) if too many follow already."""
    most = caller.service.settings.followers
    if caller.service.hub.followers >= most:
        raise Refused(503, "too-many-followers", f"{most} streams are open already.", {"retry-after": "10"})
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(frames, headers=headers, media_type=STREAM)


def _page(caller: Caller, run_id: str, after: int, limit: int) -> Response:
    run = caller.run(run_id)
    return answer(caller, EventList(events=tuple(caller.service.store.events(run.id, after, limit))))


def is_over(caller: Caller, run_id: str, after: int) -> bool:
    """Whether the run has ended and there is nothing behind that number."""
    run = caller.run(run_id)
    return run.status in ENDED and caller.service.store.last_event(run.id) <= after
