"""The application: resources, errors, limits, and the document that describes them."""

from importlib.metadata import version

from fastapi import FastAPI
from starlette.middleware import Middleware

from patchwright.api.http import problems
from patchwright.api.http.guard import BODY_SECONDS, Guard
from patchwright.api.http.responses import ALWAYS
from patchwright.api.http.routes import acts, events, operations, plans, results, runs
from patchwright.api.http.service import Service
from patchwright.api.web import site

ABOUT = """An issue goes in, a verified patch comes out.

Every address but health needs an API key: `Authorization: Bearer pwk_...` (`patchwright keys create`). Errors are
problem details (RFC 9457). A run is asked for once per `Idempotency-Key`; its facts are followed as a stream of events
that goes on behind `Last-Event-ID`; a decision names a plan's revision and hash, and is refused when the plan has
moved on.
"""


def build(service: Service, body_seconds: float = BODY_SECONDS) -> FastAPI:
    """The application on this service, which waits so long for the body of a request."""
    app = FastAPI(
        title="Patchwright",
        version=version("patchwright"),
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        responses=ALWAYS,
        middleware=[Middleware(Guard, seconds=body_seconds)],
        redirect_slashes=False,
    )
    app.state.service = service
    problems.install(app, service.redactor, site.problem_page)
    for module in (runs, plans, acts, events, results, operations):
        app.include_router(module.router)
    site.install(app, service)
    return app
