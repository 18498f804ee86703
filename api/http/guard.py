"""What every request passes: a deadline for its body, no coded bodies, headers that tell a browser to be strict.

Here defects end: the traceback goes to the log, the caller gets a problem without it (API-03).

A plain ASGI layer of a few microseconds: middleware classes of Starlette would start a task for each request.
"""

import asyncio
import logging
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from patchwright.api.http.problems import MEDIA_TYPE, problem

LOG = logging.getLogger("patchwright")
MAX_BODY = 1 << 20
"""Bytes of a request's body (WH-04)."""
BODY_SECONDS = 15.0
"""How long the body of a request may take (WH-05)."""

_DEFECT = "This is a defect of patchwright. Its traceback is in the service's log."

HEADERS: Mapping[bytes, bytes] = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}
"""Sent with every answer that does not say otherwise."""


class Guard:
    """Around the app."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        if coding := _header(scope, b"content-encoding"):
            detail = f"Bodies are taken as they are, not in the coding {coding.decode('latin-1')[:40]}."
            await _refuse(answer, scope, 415, "coded-body", detail)
            return
        if int(_header(scope, b"content-length") or 0) > MAX_BODY:
            await _refuse(answer, scope, 413, "too-large", f"A body has at most {MAX_BODY} bytes.")
            return
        body = _Body(receive, self._seconds)
        try:
            await self._app(scope, body.receive if _has_body(scope) else receive, answer.send)
        except Exception:  # the door: every other error is told here, its traceback kept
            LOG.exception("defect at %s %s", scope["method"], scope["path"])
            if answer.begun:
                raise
            await _refuse(answer, scope, 500, "defect", _DEFECT)


class _Body:
    """The parts of a body: all of them by a deadline that begins with the first look, and not too many bytes."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._until = asyncio.get_running_loop().time() + seconds
        self._more = True
        self._size = 0

    async def receive(self) -> Message:
        """The next part. Raises `HTTPException` (408 or 413)."""
        if not self._more:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "The body of the request did not come in time.") from None
        self._more = message.get("more_body", False)
        self._size += len(message.get("body", b""))
        if self._size > MAX_BODY:
            raise HTTPException(413, f"A body has at most {MAX_BODY} bytes.")
        return message


class _Answer:
    """The way back, on which headers are added; `begun` says that something was sent."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def send(self, message: Message) -> None:
        """Pass the next part on."""
        if message["type"] == "http.response.start":
            self.begun = True
            headers = message.setdefault("headers", [])
            said = {name for name, _ in headers}
            headers.extend((name, value) for name, value in HEADERS.items() if name not in said)
        await self._send(message)


def _has_body(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted and value != b"identity"), b"")


async def _refuse(answer: _Answer, scope: Scope, status: int, kind: str, detail: str) -> None:
    record = problem(status, kind, detail, scope["path"])
    body = record.model_dump_json(exclude_defaults=True).encode()
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    await answer.send({"type": "http.response.start", "status": status, "headers": headers})
    await answer.send({"type": "http.response.body", "body": body})
