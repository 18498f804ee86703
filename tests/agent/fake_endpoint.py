"""A loopback server that speaks the chat-completions protocol, and misbehaves on request."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-test-0123456789abcdefghij"


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


Behaviour = Callable[[BaseHTTPRequestHandler, Seen], None]


@dataclass
class FakeEndpoint:
    """Plays `script` in order; the last behaviour is repeated."""

    url: str
    script: list[Behaviour] = field(default_factory=list[Behaviour])
    seen: list[Seen] = field(default_factory=list[Seen])

    def behave(self, handler: BaseHTTPRequestHandler, seen: Seen) -> None:
        self.seen.append(seen)
        place = min(len(self.seen), len(self.script)) - 1
        self.script[place](handler, seen)


@contextmanager
def endpoint(*script: Behaviour) -> Generator[FakeEndpoint]:
    """A running server on a free port of the loopback interface."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._act(self.rfile.read(int(self.headers.get("content-length", "0"))))

        def do_GET(self) -> None:
            self._act(b"null")

        def _act(self, data: bytes) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                fake.behave(self, Seen(self.command, self.path, headers, json.loads(data)))
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake = FakeEndpoint(f"http://127.0.0.1:{server.server_address[1]}/v1", list(script))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()


def respond(
    status: int, body: bytes, content_type: str = "application/json", headers: dict[str, str] | None = None
) -> Behaviour:
    def act(handler: BaseHTTPRequestHandler, _: Seen) -> None:
        handler.send_response(status)
        handler.send_header("content-type", content_type)
        handler.send_header("content-length", str(len(body)))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return act


def as_json(status: int, value: Any, headers: dict[str, str] | None = None) -> Behaviour:
    return respond(status, json.dumps(value).encode(), headers=headers)


def error(status: int, message: str, headers: dict[str, str] | None = None) -> Behaviour:
    return as_json(status, {"error": {"message": message, "type": "error"}}, headers)


def message(
    content: str | None = "hello", calls: list[dict[str, Any]] | None = None, finish: str | None = "stop", **more: Any
) -> dict[str, Any]:
    """A whole completion, as sent without a stream."""
    said: dict[str, Any] = {"role": "assistant", "content": content}
    if calls is not None:
        said["tool_calls"] = calls
    choice = {"index": 0, "message": said, "finish_reason": finish}
    usage = {"prompt_tokens": 40, "completion_tokens": 8, "total_tokens": 48}
    return {"id": "x", "object": "chat.completion", "model": "fake-1", "choices": [choice], "usage": usage, **more}


def call(name: str, arguments: Any, id: str = "call_a") -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def events(*deltas: dict[str, Any], finish: str | None = "stop", done: bool = True, usage: bool = True) -> bytes:
    """A stream of these deltas."""
    parts: list[dict[str, Any]] = [
        {"model": "fake-1", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    if finish:
        parts.append({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    if usage:
        parts.append({"choices": [], "usage": {"prompt_tokens": 40, "completion_tokens": 8}})
    text = "".join(f"data: {json.dumps(part)}\n\n" for part in parts)
    return (text + ("data: [DONE]\n\n" if done else "")).encode()


def stream(*deltas: dict[str, Any], **options: Any) -> Behaviour:
    return respond(200, events(*deltas, **options), "text/event-stream")


def says(text: str) -> Behaviour:
    """A well-behaved answer, streamed in two pieces."""
    half = len(text) // 2
    return stream({"role": "assistant", "content": text[:half]}, {"content": text[half:]})


def cut(data: bytes, announced: int = 100_000, content_type: str = "text/event-stream") -> Behaviour:
    """Sends a part of what it announces and closes the connection."""

    def act(handler: BaseHTTPRequestHandler, _: Seen) -> None:
        handler.send_response(200)
        handler.send_header("content-type", content_type)
        handler.send_header("content-length", str(announced))
        handler.end_headers()
        handler.wfile.write(data)
        handler.wfile.flush()
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    return act


def drip(pause: float, headers: bool = False) -> Behaviour:
    """A byte now and then, for ever: in the body, or already in the headers."""

    def act(handler: BaseHTTPRequestHandler, _: Seen) -> None:
        if not headers:
            handler.send_response(200)
            handler.send_header("content-type", "text/event-stream")
            handler.end_headers()
        else:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
        while True:
            handler.wfile.write(b":" if not headers else b"a")
            handler.wfile.flush()
            time.sleep(pause)

    return act


def hold_open(data: bytes) -> Behaviour:
    """A whole stream, after which the connection stays open and silent."""

    def act(handler: BaseHTTPRequestHandler, _: Seen) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.end_headers()
        handler.wfile.write(data)
        handler.wfile.flush()
        time.sleep(5)

    return act


def hang_up(handler: BaseHTTPRequestHandler, _: Seen) -> None:
    """Closes without a word."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def bomb(megabytes: int) -> Behaviour:
    """A small gzip body that becomes a large one."""
    data = gzip.compress(b'{"choices": [' + b" " * (megabytes << 20), 9)
    return respond(200, data, headers={"content-encoding": "gzip"})


def echo_key(status: int) -> Behaviour:
    """An error that repeats the key it was sent."""

    def act(handler: BaseHTTPRequestHandler, seen: Seen) -> None:
        error(status, f"Incorrect API key provided: {seen.headers.get('authorization')}\x1b[31m")(handler, seen)

    return act
