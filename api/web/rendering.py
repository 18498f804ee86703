"""Templates. Every value passes the redactor and is made visible before it is escaped (SEC-04, OUT-02, PI-02)."""

import functools
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from patchwright.api.naming import short
from patchwright.api.wording import count
from patchwright.tools.secrets import Redactor
from patchwright.tools.untrusted import printable

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""No script or style but our two files, no address but ours (OUT-01)."""


class Pages:
    """Renders templates of this folder."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def answer(self, template: str, code: int = 200, /, **values: Any) -> Response:
        """A page."""
        return HTMLResponse(self.render(template, **values), code, headers={"content-security-policy": POLICY})

    def render(self, template: str, **values: Any) -> str:
        """The text of a page."""
        return self._environment.get_template(template).render(**values)

    @functools.cached_property
    def _environment(self) -> "Environment":
        from jinja2 import Environment, PackageLoader, StrictUndefined

        made = Environment(
            loader=PackageLoader("patchwright.api.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=self._shown,
        )
        filters: dict[str, Any] = {"short": short, "words": _words, "clock": _clock, "many": count, "number": _number}
        made.filters.update(filters)
        return made

    def _shown(self, value: Any) -> Any:
        """A value as it is put on the page; markup of our own stays."""
        if isinstance(value, Markup) or not isinstance(value, str):
            return value
        return printable(self._redactor.text(value))


def _words(name: str) -> str:
    """A name of ours in words: "awaiting approval"."""
    return name.replace("_", " ")


def _clock(at: str) -> str:
    """A time to the minute, in UTC."""
    return at[:16].replace("T", " ")


def _number(value: float) -> str:
    return f"{value:,.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
