"""Whoever looks at a page, and how they are shown one."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from patchwright.api.http.caller import Caller
from patchwright.api.http.rights import has_rank
from patchwright.api.web.rendering import Pages
from patchwright.api.web.session import caller_of, form_token


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at the page by somebody who is logged in."""

    caller: Caller
    pages: Pages
    token: str

    def show(self, template: str, **values: Any) -> Response:
        """A page, with what every page needs to know of who looks."""
        may_start = has_rank(self.caller.key.role, "requester")
        return self.pages.answer(template, caller=self.caller, token=self.token, may_start=may_start, **values)


def visit(request: Request) -> Visit:
    """Raises `LoginNeeded`, `Again` or `Refused` (429)."""
    return Visit(caller_of(request), request.app.state.pages, form_token(request))


Visitor = Annotated[Visit, Depends(visit)]
