"""Every error as problem details (RFC 9457): what happened, to what, what to do; never a traceback, path or secret."""

import http
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from patchwright.agent.errors import (
    GraphVersionMismatch,
    NotNow,
    PatchwrightError,
    RunBusy,
    RunNotFound,
    StaleApproval,
    StoreUnusable,
    UsageError,
)
from patchwright.api.http.schemas import Fault, Problem
from patchwright.sandbox.errors import SandboxError, SourceRefused

if TYPE_CHECKING:
    from fastapi import FastAPI

    from patchwright.tools.secrets import Redactor

MEDIA_TYPE = "application/problem+json"
MANY = 20
"""Faults of a request that are named."""

KINDS: Mapping[type[Exception], tuple[int, str]] = {
    RunNotFound: (404, "not-found"),
    StaleApproval: (409, "stale-approval"),
    NotNow: (409, "not-now"),
    RunBusy: (409, "run-busy"),
    GraphVersionMismatch: (409, "other-version"),
    StoreUnusable: (503, "store-unusable"),
    UsageError: (422, "not-acceptable"),
    SourceRefused: (422, "source-refused"),
    SandboxError: (503, "unavailable"),
    PatchwrightError: (500, "failed"),
}
"""The status and kind of each error, the most special first."""


class Refused(PatchwrightError):
    """A request that is refused at the door, with its status, kind and headers."""

    def __init__(self, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.headers = dict(headers or {})


def not_found(what: str) -> Refused:
    """A 404: it is not there, or the caller may not see it."""
    return Refused(404, "not-found", what)


def too_much(what: str, seconds: float) -> Refused:
    """A 429 that says when to try again."""
    return Refused(429, "too-much", what, {"retry-after": str(max(1, round(seconds)))})


Page = Callable[[Request, Problem], Response | None]
"""A problem as a page for a person; None for a program."""


def install(app: "FastAPI", redactor: "Redactor", page: Page) -> None:
    """Let the app answer every error so."""
    answer = partial(_answer, redactor, page)

    async def known(request: Request, error: Exception) -> Response:
        return answer(request, *_of_error(error))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(request, 422, "invalid", _INVALID, faults=_faults(error))

    async def other(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        kind = http.HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        detail = _SAID.get(error.status_code, str(error.detail))
        return answer(request, error.status_code, kind, detail, error.headers)

    for kind in (PatchwrightError, SandboxError):
        app.add_exception_handler(kind, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, other)


_INVALID = "The request is not as it should be; `errors` says what is wrong where."
_SAID = {
    404: "There is nothing at this address. /docs lists what there is.",
    405: "This address does not know that method; the header Allow names those it knows.",
    413: "The body is larger than this address takes.",
}


def problem(status: int, kind: str, detail: str, instance: str = "", faults: tuple[Fault, ...] = ()) -> Problem:
    """The record that is sent."""
    title = http.HTTPStatus(status).phrase
    return Problem(
        type=f"urn:patchwright:problem:{kind}",
        title=title,
        status=status,
        detail=detail,
        instance=instance,
        errors=faults,
    )


def _of_error(error: Exception) -> tuple[int, str, str, Mapping[str, str] | None]:
    if isinstance(error, Refused):
        return error.status, error.kind, str(error), error.headers
    status, kind = next(found for known, found in KINDS.items() if isinstance(error, known))
    return status, kind, str(error), {"retry-after": "5"} if status == 503 else None


def _answer(
    redactor: "Redactor",
    page: Page,
    request: Request,
    status: int,
    kind: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    faults: tuple[Fault, ...] = (),
) -> Response:
    record = problem(status, kind, detail, request.url.path, faults)
    shown = page(request, record)
    if shown is None:
        body = redactor.text(record.model_dump_json(exclude_defaults=True))
        shown = Response(body, status, media_type=MEDIA_TYPE)
    shown.headers.update(headers or {})
    return shown


def _faults(error: RequestValidationError) -> tuple[Fault, ...]:
    found: list[dict[str, Any]] = list(error.errors())
    return tuple(
        Fault(where=".".join(str(part) for part in one["loc"])[:200], what=str(one["msg"])[:300])
        for one in found[:MANY]
    )
