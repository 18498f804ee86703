"""Whether the service works, what it counts, what it can transform, and who did what."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from patchwright.api.http.answers import answer
from patchwright.api.http.caller import Admin, Viewer
from patchwright.api.http.metrics import CONTENT_TYPE, exposition
from patchwright.api.http.problems import Refused
from patchwright.api.http.responses import binary, problems
from patchwright.api.http.schemas import AuditList, Health, TransformationLine, Transformations
from patchwright.api.http.service import Service
from patchwright.tools.transformations.definition import parse_definition, shipped

router = APIRouter(tags=["operations"])


@router.get("/healthz", response_model=Health)
async def healthz() -> Response:
    """The process answers."""
    return Response(Health(status="ok").model_dump_json(), media_type="application/json")


@router.get("/readyz", response_model=Health, responses=problems(503))
async def readyz(request: Request) -> Response:
    """The store and the queue can be used."""
    service: Service = request.app.state.service
    await run_in_threadpool(_try_store, service)
    return Response(Health(status="ok").model_dump_json(), media_type="application/json")


def _try_store(service: Service) -> None:
    with service.store.database.transaction() as connection:
        connection.execute("SELECT count(*) AS number FROM api_keys")
    service.dispatch.depth()


@router.get(
    "/metrics", response_class=Response, responses={**binary("Prometheus text.", "text/plain"), **problems(403)}
)
def metrics(caller: Viewer) -> Response:
    """Queue, runs by status, verdicts, tokens, money, claims that the judges refuted."""
    if caller.key.repositories:
        raise Refused(403, "no-right", "What is counted is of all repositories; this key is scoped to some.")
    return Response(exposition(caller.service), media_type=CONTENT_TYPE)


@router.get("/v1/transformations", response_model=Transformations)
def transformations(caller: Viewer) -> Response:
    """What can be asked for by name."""
    found = [parse_definition(text, name) for name, text in shipped().items()]
    lines = tuple(
        TransformationLine(
            name=one.name, title=one.title, description=one.description, stages=tuple(s.title for s in one.stages)
        )
        for one in found
    )
    return answer(caller, Transformations(transformations=lines))


@router.get("/v1/audit", response_model=AuditList, responses=problems(403))
def audit(
    caller: Admin,
    before: Annotated[int, Query(ge=0, le=2**53, description="`next` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Response:
    """Who did what when, newest first."""
    lines = caller.service.audit.lines(before, limit)
    return answer(caller, AuditList(lines=tuple(lines), next=lines[-1].number if len(lines) == limit else None))
