"""What a form of the page says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from patchwright.api.http.caller import Caller
from patchwright.api.http.problems import Refused
from patchwright.api.web.session import caller_of, check_form
from patchwright.tools.untrusted import valid

MAX_FIELDS = 1000

R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent by whoever is logged in."""

    caller: Caller
    fields: Mapping[str, str]

    def text(self, name: str) -> str:
        """A field as it was typed, with plain line ends; "" if it is not there."""
        return self.fields.get(name, "").replace("\r\n", "\n").strip()


async def read_fields(request: Request) -> Mapping[str, str]:
    """The fields of an ordinary form. Raises `Refused` (422)."""
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Refused(422, "invalid", "This is no form of this page.") from None
    return {name: valid(text) for name, text in pairs}


async def read_form(request: Request) -> Form:
    """A form of this session. Raises `LoginNeeded` or `Refused`."""
    fields = await read_fields(request)
    caller = caller_of(request)
    check_form(request, fields.get("token", ""))
    return Form(caller, fields)


def checked(shape: type[R], values: Mapping[str, object]) -> R:
    """The record. Raises `Refused` (422) with what is wrong where."""
    try:
        return shape.model_validate(dict(values))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[:5]
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found)
        raise Refused(422, "invalid", f"{told}.") from None
