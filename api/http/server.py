"""Uvicorn as we run it: deadlines, few connections, streams that end at once when the server does."""

import socket
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from patchwright.api.http.protocol import HEAD_SECONDS, prompt_protocol
from patchwright.api.http.service import Service

SHUTDOWN_SECONDS = 5
"""How long requests that are being answered have after SIGTERM."""
CONNECTIONS = 2000
"""Connections that may be open at once (WH-05)."""


class Server(uvicorn.Server):
    """Ends the streams first, since nobody else would; who follows comes back to the next server."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing new, end what is open."""
        self._service.hub.close()
        await super().shutdown(sockets)


def server(
    app: FastAPI,
    service: Service,
    certificate: Path | None = None,
    key: Path | None = None,
    head_seconds: float = HEAD_SECONDS,
) -> Server:
    """The server, which takes its sockets when it runs and waits so long for the head of a request."""
    config = uvicorn.Config(
        app,
        http=prompt_protocol(head_seconds),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        limit_concurrency=CONNECTIONS,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    return Server(config, service)
