"""One POST: bounded in bytes and in time, to one address, and its faults as data.

A deadline has to hold against an endpoint that sends a byte now and then, also within the headers,
where a client's own timeouts start anew with each byte. So a timer shuts the socket.
"""

import contextlib
import json
import re
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    import httpx2

CONNECT_SECONDS = 15.0
_DONE = re.compile(rb"\ndata: ?\[DONE\]\s*\Z")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `headers` are lower-case; `too_large` says that `body` is only its beginning."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Why nothing came back. `text` is the library's and may hold anything: redact it."""

    kind: Literal["connection", "deadline"]
    text: str


def new_client() -> "httpx2.Client":
    """A client that follows no redirect and keeps no connection, so that a request owns its socket."""
    import httpx2  # late: only a call to a model needs it

    return httpx2.Client(follow_redirects=False, limits=httpx2.Limits(max_keepalive_connections=0))


def load_client() -> None:
    """Import what the first client imports: a quarter of a second that can pass while something else is waited for."""
    new_client().close()


def post(
    client: "httpx2.Client", url: str, body: bytes, headers: Mapping[str, str], seconds: float, limit: int
) -> Answer | Fault:
    """POST within `seconds`, reading at most `limit` bytes after decompression."""
    return _send(client, "POST", url, body, headers, seconds, limit)


def get(client: "httpx2.Client", url: str, headers: Mapping[str, str], seconds: float, limit: int) -> Answer | Fault:
    """The same for GET."""
    return _send(client, "GET", url, None, headers, seconds, limit)


def _send(
    client: "httpx2.Client",
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    seconds: float,
    limit: int,
) -> Answer | Fault:
    import httpx2

    timeout = httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
    with _Deadline(seconds) as deadline:
        try:
            with client.stream(
                method, url, content=body, headers=headers, timeout=timeout, extensions={"trace": deadline.trace}
            ) as response:
                answer = _read(response, limit)
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            fault = Fault("connection", f"{type(error).__name__}: {error}")
            return Fault("deadline", "") if deadline.over else fault
    return Fault("deadline", "") if deadline.over else answer


def _read(response: "httpx2.Response", limit: int) -> Answer:
    """The body up to its end, the limit, or the stream's last event (some servers then stay silent)."""
    body = bytearray()
    streamed = "event-stream" in response.headers.get("content-type", "")
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > limit or (streamed and _DONE.search(body[-32:])):
            break
    return Answer(response.status_code, dict(response.headers), bytes(body[:limit]), len(body) > limit)


class _Deadline:
    """Shuts the socket of one request when the time is over."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._stream: Any = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Called by the client: remembers the connection once there is one."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            with self._lock:
                self._stream = info["return_value"]
                if self.over:
                    self._shut()

    def _end(self) -> None:
        with self._lock:
            self.over = True
            self._shut()

    def _shut(self) -> None:
        held = self._stream.get_extra_info("socket") if self._stream else None
        if held is not None:
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)


def error_text(body: bytes) -> str:
    """The words of an error body: `error.message` if it is the usual JSON, else its beginning."""
    text = body[:4000].decode("utf-8", "replace").strip()
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    for name in ("error", "message", "detail"):
        if isinstance(found, dict) and name in found:
            found = found[name]  # pyright: ignore[reportUnknownVariableType]
    return found if isinstance(found, str) else text
