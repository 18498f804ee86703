"""What a run came to: its patch, report, verification, and everything that is kept of it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from patchwright.agent import views
from patchwright.agent.errors import NotNow
from patchwright.agent.report import Report, write_report
from patchwright.api.http.answers import answer, download
from patchwright.api.http.caller import Caller, Viewer
from patchwright.api.http.problems import Refused, not_found
from patchwright.api.http.responses import binary, problems
from patchwright.api.http.routes.runs import RunId
from patchwright.api.http.schemas import Artifacts, VerificationView

router = APIRouter(prefix="/v1/runs/{run_id}", tags=["results"], responses=problems(404))


@router.get("/patch", response_class=Response, responses=binary("A unified diff for `git apply`.", "text/x-diff"))
def patch(
    run_id: RunId,
    caller: Viewer,
    candidate: Annotated[int | None, Query(ge=1, le=8, description="Of that execution, not of the chosen one.")] = None,
) -> Response:
    """The patch, the very bytes that were verified (GIT-06)."""
    run = caller.run(run_id)
    try:
        data = views.patch(caller.service.store, run.id, candidate)
    except NotNow as error:
        raise Refused(404, "not-there", str(error)) from error
    return download(without_ours(caller, data), f"patchwright-{run_id[:8]}.diff", "text/x-diff")


@router.get("/report", response_model=Report)
def report(run_id: RunId, caller: Viewer, markdown: bool = False) -> Response:
    """What the run came to, as JSON, or with `markdown=true` for people."""
    found = report_of(caller, run_id)
    if markdown:
        text = caller.service.redactor.text(write_report(found))
        return Response(text, media_type="text/markdown")
    return answer(caller, found)


@router.get("/verification", response_model=VerificationView)
def verification(run_id: RunId, caller: Viewer) -> Response:
    """What the judges say of the patch, test by test, against the baseline."""
    found = report_of(caller, run_id)
    fields = {name: getattr(found, name) for name in VerificationView.model_fields}
    return answer(caller, VerificationView.model_construct(**fields))


@router.get("/artifacts", response_model=Artifacts)
def artifacts(run_id: RunId, caller: Viewer) -> Response:
    """The names of everything that is kept of the run."""
    run = caller.run(run_id)
    return answer(caller, Artifacts(names=tuple(caller.service.store.artifacts(run.id))))


@router.get(
    "/artifacts/{name:path}",
    response_class=Response,
    responses=binary("What is kept under that name.", "application/octet-stream"),
)
def artifact(run_id: RunId, name: Annotated[str, Path(min_length=1, max_length=300)], caller: Viewer) -> Response:
    """One of them, to take away."""
    run = caller.run(run_id)
    data = caller.service.store.artifact(run.id, name)
    if data is None:
        raise not_found("Nothing is kept of this run under that name.")
    clean = without_ours(caller, data) if name.endswith(".diff") else caller.service.redactor.bytes(data)
    return download(clean, name.rpartition("/")[2])


def report_of(caller: Caller, run_id: str) -> Report:
    """The report of a run that the caller may see. Raises `Refused` (404)."""
    run = caller.run(run_id)
    try:
        return views.report(caller.service.store, run.id)
    except NotNow as error:
        raise Refused(404, "not-there", str(error)) from error


def without_ours(caller: Caller, data: bytes) -> bytes:
    """A patch without our own secrets; what looks like another's token is part of the code and stays (GIT-06)."""
    return caller.service.redactor.ours(data.decode("latin-1")).encode("latin-1")
