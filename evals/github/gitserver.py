"""Git over HTTP, by git's own `http-backend` on the hub's bare repositories."""

import base64
import os
import subprocess
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from patchwright.evals.github.hub import Hub

Raw = tuple[int, dict[str, str], bytes]
MOST = 64 << 20


def body_of(handler: BaseHTTPRequestHandler) -> bytes:
    """The body of a request, with a length or in chunks as git sends large ones."""
    if handler.headers.get("transfer-encoding", "").lower() != "chunked":
        return handler.rfile.read(int(handler.headers.get("content-length") or 0))
    parts = list[bytes]()
    while size := int(handler.rfile.readline().partition(b";")[0], 16):
        parts.append(handler.rfile.read(size))
        handler.rfile.readline()
    handler.rfile.readline()
    return b"".join(parts)


def serve(hub: Hub, method: str, target: str, headers: dict[str, str], body: bytes) -> Raw:
    """What git is answered; 401 without a token for the repository, 404 for what is not there."""
    url, given = urlsplit(target), {name.lower(): value for name, value in headers.items()}
    name, _, rest = url.path.strip("/").partition(".git")
    home = hub.named(name)
    if home is None:
        return 404, {}, b""
    token = _token(hub, given.get("authorization", ""))
    if token is None:
        return 401, {"www-authenticate": 'Basic realm="GitHub"'}, b""
    if hub.tokens[token].repositories not in (None, frozenset({home.id})):
        return 404, {}, b""
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_PROJECT_ROOT": str(home.git),
        "GIT_HTTP_EXPORT_ALL": "1",
        "REMOTE_USER": hub.tokens[token].user.login,
        "REQUEST_METHOD": method,
        "PATH_INFO": rest,
        "QUERY_STRING": url.query,
        "CONTENT_TYPE": given.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": given.get("content-encoding", ""),
        "GIT_PROTOCOL": given.get("git-protocol", ""),
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
    if "receive-pack" in rest:
        hub.made["push"] += 1
    return _parsed(done.stdout[:MOST])


def _token(hub: Hub, authorization: str) -> str | None:
    kind, _, coded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    text = base64.b64decode(coded).decode().partition(":")[2]
    known = hub.of_token(text)
    return text if known and known.until > datetime.now(UTC) else None


def _parsed(output: bytes) -> Raw:
    head, _, data = output.partition(b"\r\n\r\n")
    lines = [line.partition(": ") for line in head.decode().split("\r\n") if line]
    headers = {name.lower(): value for name, _, value in lines}
    status = int(headers.pop("status", "200 OK").split()[0])
    return status, headers, data
