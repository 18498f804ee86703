"""Answers: JSON that has passed the redactor (SEC-04), bytes to take away, and what a handler does under audit."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from pydantic import BaseModel
from starlette.responses import Response

from patchwright.agent.errors import PatchwrightError
from patchwright.api.http.caller import Caller
from patchwright.sandbox.errors import SandboxError


def answer(caller: Caller, record: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A record as JSON."""
    body = caller.service.redactor.text(record.model_dump_json(ensure_ascii=True))
    return Response(body, status, headers=headers, media_type="application/json")


def download(data: bytes, name: str, media_type: str = "application/octet-stream") -> Response:
    """Bytes that a browser stores and never shows."""
    safe = "".join(char if char.isascii() and (char.isalnum() or char in ".-_") else "-" for char in name)
    return Response(data, headers={"content-disposition": f'attachment; filename="{safe}"'}, media_type=media_type)


@contextmanager
def audited(caller: Caller, action: str, run_id: str = "", told: str = "") -> Generator[None]:
    """Write to the audit log that this was done, or that it was refused and why."""
    act, audit = caller.act(action, run_id), caller.service.audit
    try:
        yield
    except (PatchwrightError, SandboxError) as error:
        why = f"{told}: {error}" if told else str(error)
        audit.add(act.model_copy(update={"result": "refused", "told": caller.service.redactor.text(why)}))
        raise
    audit.add(act.model_copy(update={"told": told}))
