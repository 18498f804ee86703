"""Uvicorn's protocol with a deadline for the head of each request: it has none of its own (WH-05)."""

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEAD_SECONDS = 15.0
"""How long the head of a request may take, and a new connection stay silent."""


class Prompt(asyncio.Protocol):
    """Before uvicorn's protocol in the order of classes: closes a connection whose request does not come in time."""

    seconds = HEAD_SECONDS
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    cycle: Any
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        super().connection_made(transport)
        self._hurry()

    def data_received(self, data: bytes) -> None:
        """A part of a request is there."""
        super().data_received(data)
        if self._waits():
            self._hurry()
        else:
            self._ease()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._ease()
        super().connection_lost(exc)

    def _waits(self) -> bool:
        """Whether no request is being answered now."""
        return self.cycle is None or self.cycle.response_complete

    def _hurry(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self.seconds, self._close)

    def _ease(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _close(self) -> None:
        self._late = None
        if self._waits() and not self.transport.is_closing():
            self.transport.close()


def prompt_protocol(seconds: float = HEAD_SECONDS) -> type[asyncio.Protocol]:
    """Uvicorn's best protocol, with the deadline."""
    return type("PromptHTTP", (Prompt, AutoHTTPProtocol), {"seconds": seconds})
