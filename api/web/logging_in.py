"""Logging in by key, and out."""

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from patchwright.api.http.caller import address_of, opened
from patchwright.api.http.problems import Refused
from patchwright.api.web.forms import read_fields
from patchwright.api.web.rendering import Pages
from patchwright.api.web.session import check_site, log_in, log_out

router = APIRouter(include_in_schema=False)


@router.get("/")
async def front() -> Response:
    """The list of runs is the front."""
    return RedirectResponse("/runs", 303)


@router.get("/login")
def form(request: Request, next: str = "/runs") -> Response:
    """Where a key is asked for; `next` is where it leads."""
    return _pages(request).answer("login.html", next=_local(next), wrong="")


@router.post("/login")
async def enter(request: Request) -> Response:
    """Begin a session."""
    check_site(request)
    fields = await read_fields(request)
    return await run_in_threadpool(_enter, request, fields.get("key", "").strip(), _local(fields.get("next", "")))


@router.post("/logout")
def leave(request: Request) -> Response:
    """End the session."""
    check_site(request)
    answer = RedirectResponse("/login", 303)
    log_out(request.app.state.service, request, answer)
    return answer


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


def _enter(request: Request, text: str, goal: str) -> Response:
    service = request.app.state.service
    try:
        key = opened(service, text, address_of(request))
    except Refused as error:
        wrong = "This key opens nothing: it is mistyped, expired or revoked." if error.status == 401 else str(error)
        return _pages(request).answer("login.html", error.status, next=goal, wrong=wrong)
    answer = RedirectResponse(goal, 303)
    log_in(service, key, request, answer)
    return answer


def _local(address: str) -> str:
    """The address if it is one of this page, else the front."""
    return address if address.startswith("/runs") and "\\" not in address and address.isprintable() else "/runs"
