"""The review page as part of an application."""

from urllib.parse import quote

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from patchwright.api.http.schemas import Problem
from patchwright.api.http.service import Service
from patchwright.api.web import acting, logging_in, looking, static
from patchwright.api.web.rendering import Pages
from patchwright.api.web.session import Again, LoginNeeded


def install(app: FastAPI, service: Service) -> None:
    """Add the page's addresses to the application."""
    pages = app.state.pages = Pages(service.redactor)

    async def to_login(request: Request, _error: Exception) -> Response:
        return RedirectResponse(f"/login?next={quote(request.url.path)}", 303)

    async def again(_request: Request, _error: Exception) -> Response:
        return pages.answer("again.html")

    app.add_exception_handler(LoginNeeded, to_login)
    app.add_exception_handler(Again, again)
    for module in (logging_in, looking, acting, static):
        app.include_router(module.router)


def problem_page(request: Request, problem: Problem) -> Response | None:
    """A problem as a page, for whoever reads pages; None for a program."""
    if "text/html" not in request.headers.get("accept", ""):
        return None
    pages: Pages = request.app.state.pages
    return pages.answer("problem.html", problem.status, problem=problem)
