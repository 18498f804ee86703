"""The webhook's address. It reads the raw body, and nothing of it before the signature is verified (WH-01)."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from patchwright.api.github.door import GithubDoor
from patchwright.api.github.receiving import Received, Receiver

WEBHOOK = "/github/webhook"
MOST = 1 << 20
"""Bytes of a delivery (WH-04); GitHub's own top is 25 MB, which only pushes reach."""


def router(door: GithubDoor) -> APIRouter:
    """The routes of this door, for an application to include."""
    routes, receiver = APIRouter(include_in_schema=False), Receiver(door.settings, door.book, door.redactor)

    @routes.post(WEBHOOK)
    async def webhook(request: Request) -> JSONResponse:
        return _answer(await _received(request, receiver))

    return routes


async def _received(request: Request, receiver: Receiver) -> Received:
    from anyio.to_thread import run_sync

    headers = request.headers
    if headers.get("content-encoding", "identity") != "identity":
        return Received(415, "encoded bodies are not taken")
    body = await _body(request)
    if body is None:
        return Received(413, f"a delivery has at most {MOST} bytes here")
    event, guid = headers.get("x-github-event", ""), headers.get("x-github-delivery", "")
    return await run_sync(receiver.checked, event, guid, body, headers.get("x-hub-signature-256", ""))


async def _body(request: Request) -> bytes | None:
    """The raw body, None as soon as it is too long."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST:
            return None
    return bytes(body)


def _answer(received: Received) -> JSONResponse:
    return JSONResponse({"said": received.said}, received.status)
