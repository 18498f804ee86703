"""The service's end of the supervisor's protocol: frames over one socket, and commands over frames."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from patchwright.sandbox.base import ExecResult, Limits
from patchwright.sandbox.errors import SandboxDied

HEADER = struct.Struct(">cI")
ENGINE_HEADER = struct.Struct(">BxxxI")
PIECE = 1 << 18
GRACE = 15.0
"""Seconds beyond a command's own deadline after which the place is taken for dead (REL-06)."""


PARTS = ("kernel", "upper", "supervisor")
"""The modules that run as PID 1, each after those that it imports."""

LOADER = """import sys, types
for name, source in {sources!r}.items():
    sys.modules[name] = types.ModuleType(name)
    exec(compile(source, name, "exec"), sys.modules[name].__dict__)
sys.modules[name].main()
"""


def supervisor_source() -> str:
    """The program that runs as PID 1: all parts of it, which find each other by their names here."""
    folder = Path(__file__).parent
    sources = {f"patchwright.sandbox.{part}": (folder / f"{part}.py").read_text("utf-8") for part in PARTS}
    return LOADER.format(sources=sources)


def supervisor_arguments(limits: Limits, *watched: str) -> list[str]:
    """What a Python interpreter runs it with: isolated, without site packages, in UTF-8.

    `watched` are the places of a private layer and of the tree above it, if the workspace is one (RES-03).
    """
    limited = [*watched, str(limits.workspace_mb << 20), str(limits.workspace_inodes)] if watched else []
    return ["-I", "-S", "-X", "utf8", "-c", supervisor_source(), str(limits.seconds), *limited]


class Wire:
    """Frames over a connected socket. With `multiplexed`, the engine's stream headers are around them.

    `keep` is whatever must stay alive as long as the socket is used.
    Raises `SandboxDied` when the other end is gone, does not answer in time, or talks nonsense.
    """

    def __init__(self, sock: socket.socket, *, multiplexed: bool, keep: object = None) -> None:
        self._keep = keep
        self._sock = sock
        self._multiplexed = multiplexed
        self._raw = bytearray()
        self._frames = bytearray()
        self._complaint = bytearray()

    def send(self, data: bytes, until: float) -> None:
        """Send all of it before a time of the monotonic clock."""
        try:
            self._sock.settimeout(_left(until))
            self._sock.sendall(data)
        except OSError as error:
            raise self._died(error) from error

    def receive(self, until: float) -> tuple[bytes, bytes]:
        """The next frame: its kind and payload."""
        while True:
            if len(self._frames) >= HEADER.size:
                kind, size = HEADER.unpack_from(self._frames)
                if len(self._frames) >= HEADER.size + size:
                    payload = bytes(memoryview(self._frames)[HEADER.size : HEADER.size + size])
                    del self._frames[: HEADER.size + size]
                    return kind, payload
            self._fill(until)

    def close(self) -> None:
        """Hang up; a thread that waits in `receive` wakes with `SandboxDied`."""
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it was closed before, or the other end was faster

    def _fill(self, until: float) -> None:
        try:
            self._sock.settimeout(_left(until))
            data = self._sock.recv(PIECE)
        except OSError as error:
            raise self._died(error) from error
        if not data:
            raise self._died(None)
        if self._multiplexed:
            self._raw += data
            self._unwrap()
        else:
            self._frames += data

    def _unwrap(self) -> None:
        while len(self._raw) >= ENGINE_HEADER.size:
            stream, size = ENGINE_HEADER.unpack_from(self._raw)
            end = ENGINE_HEADER.size + size
            if len(self._raw) < end:
                return
            target = self._frames if stream == 1 else self._complaint
            target += memoryview(self._raw)[ENGINE_HEADER.size : end]
            del self._raw[:end]

    def _died(self, error: OSError | None) -> SandboxDied:
        if isinstance(error, TimeoutError):
            return SandboxDied("The sandbox does not answer any more. It is given up; open a fresh one.")
        words = bytes(self._complaint[-500:]).decode("utf-8", "replace").strip()
        why = f" Its last words: {words}" if words else ""
        return SandboxDied(
            "The sandbox is gone: it was closed, reached its longest time, was killed, "
            f"or its engine stopped.{why} Open a fresh one."
        )


class Session:
    """Commands over a wire; implements `Sandbox`. `end` is what removes the place itself."""

    def __init__(
        self,
        name: str,
        wire: Wire,
        *,
        workspace: str,
        env: Mapping[str, str],
        end: Callable[[], None],
        notice: str = "",
    ) -> None:
        self._name = name
        self._notice = notice
        self._wire = wire
        self._workspace = workspace
        self._env = dict(env)
        self._end = end
        self._one_at_a_time = threading.Lock()
        self._closing = threading.Lock()
        self._closed = False

    @property
    def name(self) -> str:
        """The label that a person can look up."""
        return self._name

    @property
    def notice(self) -> str:
        """See `Sandbox.notice`."""
        return self._notice

    def run(
        self,
        command: Sequence[str],
        *,
        timeout: float,
        cwd: str = "",
        env: Mapping[str, str] | None = None,
        stdin: bytes | Iterable[bytes] = b"",
        cap: int = 1 << 20,
        merge: bool = True,
        on_output: Callable[[bytes], None] | None = None,
    ) -> ExecResult:
        """See `Sandbox.run`. An error in the middle, also one of `stdin` or `on_output`, ends the sandbox."""
        request = {
            "argv": _argv(command),
            "cwd": f"{self._workspace}/{cwd}",
            "env": {**self._env, **(env or {})},
            "timeout": timeout,
            "cap": cap,
            "merge": merge,
        }
        until = time.monotonic() + timeout + GRACE
        with self._one_at_a_time:
            if self._closed:
                raise SandboxDied(f"The sandbox {self._name} is closed. Open a fresh one.")
            try:
                self._wire.send(_frame(b"r", json.dumps(request).encode()) + _short_stdin(stdin), until)
                for piece in () if isinstance(stdin, bytes) else _pieces(stdin):
                    self._wire.send(piece, until)
                return self._result(until, on_output)
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """See `Sandbox.close`."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        self._wire.close()
        self._end()

    def _result(self, until: float, on_output: Callable[[bytes], None] | None) -> ExecResult:
        output: list[bytes] = []
        while True:
            kind, payload = self._wire.receive(until)
            if kind == b"x":
                return exec_result(payload, b"".join(output))
            output.append(payload)
            if on_output is not None and payload:
                on_output(payload)


def exec_result(payload: bytes, output: bytes) -> ExecResult:
    """What the supervisor's last frame says about a command."""
    fields = json.loads(payload)
    return ExecResult(
        exit_code=fields["code"],
        output=output,
        seconds=fields["seconds"],
        omitted=fields["omitted"],
        timed_out=fields["timed_out"],
        limits=tuple(fields["limits"]),
    )


def hello(wire: Wire, seconds: float) -> dict[str, str]:
    """The supervisor's first frame: what the kernel says about it, by file."""
    kind, payload = wire.receive(time.monotonic() + seconds)
    if kind != b"h":
        raise SandboxDied("The sandbox did not say hello. Its image cannot be used.")
    facts: dict[str, str] = json.loads(payload)
    return facts


def _argv(command: Sequence[str]) -> list[str]:
    if isinstance(command, str) or not command:
        raise ValueError("A command is a list of at least one argument, never a shell string.")
    return list(command)


def _frame(kind: bytes, payload: bytes | bytearray) -> bytes:
    return HEADER.pack(kind, len(payload)) + payload


def _short_stdin(stdin: bytes | Iterable[bytes]) -> bytes:
    if not isinstance(stdin, bytes):
        return b""
    return (_frame(b"i", stdin) if stdin else b"") + _frame(b"e", b"")


def _pieces(stdin: Iterable[bytes]) -> Iterator[bytes]:
    """Frames of a handy size, however small or large the chunks are."""
    waiting = bytearray()
    for chunk in stdin:
        waiting += chunk
        if len(waiting) >= PIECE:
            yield _frame(b"i", waiting)
            waiting.clear()
    yield (_frame(b"i", waiting) if waiting else b"") + _frame(b"e", b"")


def _left(until: float) -> float:
    return max(0.001, until - time.monotonic())
