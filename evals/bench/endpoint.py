"""A model on the loopback interface that plays a script and notes when it was asked."""

import json
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Call = tuple[str, dict[str, Any]]
"""A tool's name and its arguments."""


@dataclass
class Endpoint:
    """Answers with the calls of `script` in order, from its beginning after `restart`."""

    script: Sequence[Call]
    url: str = ""
    asked: list[float] = field(default_factory=list[float])
    """When each request arrived, on the monotonic clock, since the last `restart`."""
    arrived: threading.Event = field(default_factory=threading.Event)

    def restart(self) -> None:
        """Play the script from its beginning."""
        self.asked.clear()
        self.arrived.clear()

    def answer(self) -> bytes:
        """Note the request; the next answer."""
        self.asked.append(time.monotonic())
        self.arrived.set()
        return reply(self.script[min(len(self.asked), len(self.script)) - 1], len(self.asked))


def reply(said: Call, number: int) -> bytes:
    """A completion that makes this call."""
    name, arguments = said
    call = {"id": f"c{number}", "function": {"name": name, "arguments": json.dumps(arguments)}}
    message = {"role": "assistant", "content": "", "tool_calls": [{"type": "function", **call}]}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    return json.dumps({"model": "scripted", "choices": [choice], "usage": usage}).encode()


@contextmanager
def endpoint(script: Sequence[Call], think: float = 0.0) -> Generator[Endpoint]:
    """A running one on a free port, which takes `think` seconds for an answer."""
    playing = Endpoint(script)
    with serving(lambda _: playing.answer(), think) as playing.url:
        yield playing


@contextmanager
def serving(answer: Callable[[bytes], bytes], think: float = 0.0) -> Generator[str]:
    """A server on a free port, by its address, that answers each body so after `think` seconds."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = answer(self.rfile.read(int(self.headers.get("content-length", "0"))))
            time.sleep(think)
            with suppress(ConnectionError):  # whoever asked may have been killed meanwhile
                self.say(data)

        def say(self, data: bytes) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
