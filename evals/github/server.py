"""The stand-in as a server: who asks, GitHub's troubles on request, then the API or git."""

import base64
import json
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from patchwright.evals.github import gitserver
from patchwright.evals.github.hub import Hub, Token
from patchwright.evals.github.routes import Answer, answer

API = "/api/v3"
"""Where GitHub Enterprise Server has it."""
TROUBLES: dict[str, tuple[int, dict[str, str], dict[str, Any]]] = {
    "secondary": (403, {"retry-after": "1"}, {"message": "You have exceeded a secondary rate limit."}),
    "primary": (
        403,
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 1)},
        {"message": "API rate limit exceeded for installation ID 77."},
    ),
    "many": (429, {"retry-after": "1"}, {"message": "Too many requests"}),
    "outage": (502, {}, {"message": "Server Error"}),
}
"""Answers in the place of the right one; "lost" does what was asked and answers nothing."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_GET(self) -> None:
        """Whatever the method."""
        self._serve()

    do_POST = do_PATCH = do_GET

    def _serve(self) -> None:
        body = gitserver.body_of(self)
        path = urlsplit(self.path)
        with self.hub.lock:
            at = len(self.hub.requests)
            self.hub.requests.append(f"{self.command} {path.path}")
            trouble = self.hub.troubles.pop(0) if self.hub.troubles and not path.path.endswith(".git") else ""
        self._die_if(at, after=False)
        if trouble in TROUBLES:
            status, headers, said = TROUBLES[trouble]
            limited_git = status == 403 and not path.path.startswith(API)
            self._send(429 if limited_git else status, said, headers)
            return
        if path.path.startswith(API):
            status, said = self._api(path.path.removeprefix(API), dict(parse_qsl(path.query)), body)
            self._die_if(at, after=True)
            self._drop() if trouble == "lost" else self._send(status, said)
        else:
            done = gitserver.serve(self.hub, self.command, self.path, dict(self.headers.items()), body)
            self._die_if(at, after=True)
            self._raw(*done)

    def _api(self, path: str, query: dict[str, str], body: bytes) -> Answer:
        authorization = self.headers.get("authorization", "")
        given = json.loads(body or b"{}")
        with self.hub.lock:
            if path.startswith("/app-manifests/"):
                return _converted(self.hub, path)
            if path in ("/app",) or path.startswith("/app/"):
                return _as_app(self.hub, authorization, path, given)
            token = known(self.hub, authorization)
            if token is None:
                return 401, {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"}
            return answer(self.hub, token, self.command, path, query, given)

    def _die_if(self, at: int, *, after: bool) -> None:
        fatal = self.hub.fatal
        if fatal and fatal.at == at and fatal.after == after:
            self.hub.fatal = None
            os.kill(fatal.pid, signal.SIGKILL)

    def _drop(self) -> None:
        self.close_connection = True

    def _send(self, status: int, said: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(said).encode()
        common = {"content-type": "application/json; charset=utf-8", "x-ratelimit-limit": "5000"}
        self._raw(status, {"x-ratelimit-remaining": "4990", **common, **(headers or {})}, data)

    def _raw(self, status: int, headers: dict[str, str], data: bytes) -> None:
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: tests read `Hub.requests`."""


def known(hub: Hub, authorization: str) -> Token | None:
    """Whose request that is."""
    kind, _, text = authorization.partition(" ")
    if kind.lower() == "basic":
        text = base64.b64decode(text).decode().partition(":")[2]
    token = hub.of_token(text)
    return token if token and token.until > datetime.now(UTC) else None


def _converted(hub: Hub, path: str) -> Answer:
    """The App that was made of a manifest, once for its code."""
    if not re.fullmatch(r"/app-manifests/[A-Za-z0-9]+/conversions", path) or hub.made["app"]:
        return 404, {"message": "Not Found"}
    hub.made["app"] += 1
    pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEfake\n-----END RSA PRIVATE KEY-----\n"
    page = f"https://github.com/apps/{hub.app_slug}"
    return 201, {"id": hub.app_id, "slug": hub.app_slug, "pem": pem, "webhook_secret": "whsecret", "html_url": page}


def _as_app(hub: Hub, authorization: str, path: str, body: dict[str, Any]) -> Answer:
    """What only an App may: it is known by a JWT of three parts."""
    if authorization.count(".") != 2:
        return 401, {"message": "A JSON web token could not be decoded"}
    if path == "/app":
        return 200, {"id": hub.app_id, "slug": hub.app_slug, "name": "Patchwright"}
    if path == f"/app/installations/{hub.installation}/access_tokens":
        wanted = frozenset(int(one) for one in body.get("repository_ids", []))
        text = hub.token(hub.bot, repositories=wanted)
        hub.tokens[text].permissions = dict(body.get("permissions", {}))
        until = hub.tokens[text].until.strftime("%Y-%m-%dT%H:%M:%SZ")
        return 201, {"token": text, "expires_at": until, "permissions": body.get("permissions", {})}
    return 404, {"message": "Not Found"}


@contextmanager
def serve(hub: Hub) -> Generator[str]:
    """The server's address while the context lasts; the API is at `API` below it."""

    class Bound(Handler):
        pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that was killed is nothing to tell of."""
            if not isinstance(sys.exception(), ConnectionError):
                super().handle_error(request, client_address)

    Bound.hub = hub
    server = Server(("127.0.0.1", 0), Bound)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
