"""PID 1 of a sandbox: runs one command after the other for the client at the other end of stdin and stdout.

The source of this module runs inside the container, after those of `kernel` and `upper`, with the arguments
SECONDS [UPPER WORKSPACE BYTES ENTRIES] (see `wire`). The three import nothing else of ours and keep to Python 3.9.
JSON carries names and arguments that are not UTF-8 as surrogates, which become the same bytes again (FS-04).
Frames are one kind byte, a length and a payload:

    in:  r request (JSON)   i a piece of the command's stdin   e its end
    out: h hello (JSON)     o a piece of output                x how the command ended (JSON)

It ends by itself, and with it everything in the sandbox, after SECONDS and when the client is gone
(SB-11). As a process that is not PID 1 it does the same for its own descendants only.
"""

# pathlib would add a third to the time that this needs to start.
# ruff: noqa: PTH113, PTH118, PTH123, PTH208
from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import struct
import sys
import time

from patchwright.sandbox.kernel import facts, harden, refusals, signal_all
from patchwright.sandbox.upper import Watch

HEADER = struct.Struct(">cI")
CHUNK = 1 << 18
PENDING = 1 << 20  # bytes that a pipe holds, and bytes of stdin held for a command that does not read them
F_SETPIPE_SZ = 1031


def leave() -> None:
    """End the supervisor and everything in the sandbox.

    With PID 1 goes all of its namespace. Were the command killed first, another thread could still report its end
    as a result like any other.
    """
    if os.getpid() != 1:
        kill_everybody()
    os._exit(0)


def prepare(fd: int) -> None:
    """Never block on a pipe, and let it hold more if the user's quota allows. (Sockets cannot.)"""
    os.set_blocking(fd, False)
    with contextlib.suppress(OSError):
        fcntl.fcntl(fd, F_SETPIPE_SZ, PENDING)


class Channel:
    """Frames from and to the client. No wait in here outlasts the life of the sandbox."""

    def __init__(self, ends_at: float) -> None:
        self.ends_at = ends_at
        self.incoming = bytearray()
        self.outgoing = bytearray()
        prepare(0)
        prepare(1)

    def queue(self, kind: bytes, payload: bytes) -> None:
        """Queue one frame; it goes with the next one that is sent."""
        self.outgoing += HEADER.pack(kind, len(payload)) + payload

    def send(self, kind: bytes, payload: bytes) -> None:
        """Queue one frame and write what the client takes at once."""
        self.queue(kind, payload)
        self.flush()

    def flush(self) -> None:
        """Write what can be written without waiting."""
        while self.outgoing:
            try:
                del self.outgoing[: os.write(1, self.outgoing)]
            except BlockingIOError:
                return
            except OSError:
                leave()

    def fill(self) -> None:
        """Read what has come. The end of the stream means that the client is gone."""
        try:
            data = os.read(0, CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            leave()
        self.incoming += data

    def take(self) -> tuple[bytes, bytearray] | None:
        """The next whole frame that has come, if there is one."""
        kind, size = HEADER.unpack_from(self.incoming) if len(self.incoming) >= HEADER.size else (b"", 0)
        end = HEADER.size + size
        if len(self.incoming) < end:
            return None
        payload = self.incoming[HEADER.size : end]
        del self.incoming[:end]
        return kind, payload

    def wait(self, interest: dict[int, int], until: float) -> dict[int, int]:
        """Wait for descriptors, at most until a time; flushes meanwhile. Watches the client and the clock."""
        poll = select.poll()
        for fd, events in interest.items():
            poll.register(fd, events)
        if self.outgoing:
            poll.register(1, select.POLLOUT)
        now = time.monotonic()
        if now >= self.ends_at:
            leave()
        ready = dict(poll.poll(max(0.0, min(until, self.ends_at) - now) * 1000 + 1))
        if ready.pop(1, 0):
            self.flush()
        if ready.get(0, 0) & select.POLLHUP and not ready[0] & select.POLLIN:
            leave()
        return ready


class Output:
    """Keeps the first and the last half of a cap in bytes and counts what it leaves out (RES-07)."""

    def __init__(self, cap: int) -> None:
        self.room = cap // 2
        self.tail_size = cap - cap // 2
        self.tail = bytearray()
        self.omitted = 0

    def add(self, data: bytes) -> bytes:
        """Take output in; gives back the part that belongs to the head."""
        head, rest = data[: self.room], data[self.room :]
        self.room -= len(head)
        self.tail += rest
        excess = len(self.tail) - self.tail_size
        if excess > 0:
            del self.tail[:excess]
            self.omitted += excess
        return head


def notice(number: int, frame: object) -> None:
    """A handler that lets the wake-up descriptor do the work."""


class Children:
    """Everything that lives in the sandbox beside the supervisor."""

    def __init__(self) -> None:
        self.wake, write = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, notice)

    def reap(self) -> tuple[bool, dict[int, int]]:
        """Collect who has ended: whether anybody is left, and the statuses by pid."""
        statuses: dict[int, int] = {}
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False, statuses
            if not pid:
                return True, statuses
            statuses[pid] = status

    def quiet(self) -> None:
        """Forget the wake-ups so far."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self.wake, 4096):
                pass

    def end(self) -> dict[int, int]:
        """Kill and reap until nobody is left (RES-06). What cannot be killed ends the sandbox."""
        give_up = time.monotonic() + 10
        kill_everybody()
        left, statuses = self.reap()
        while left:
            if time.monotonic() > give_up:
                os._exit(1)
            select.select([self.wake], [], [], 0.02)
            self.quiet()
            kill_everybody()
            left, more = self.reap()
            statuses.update(more)
        return statuses


def kill_everybody() -> None:
    """As PID 1 everything in the namespace that we may signal; otherwise our own descendants."""
    if os.getpid() == 1:
        signal_all(signal.SIGKILL)
        return
    for pid in descendants(os.getpid()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def descendants(root: int) -> list[int]:
    """All processes below one."""
    parent_of: dict[int, int] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as stat:
            parent_of[int(name)] = int(stat.read().rpartition(b")")[2].split()[1])
    found = [root]
    for above in found:
        found += [pid for pid, parent in parent_of.items() if parent == above]
    return found[1:]


class Command:
    """One running command with its pipes; the arguments are the fields of a request frame."""

    def __init__(
        self, children: Children, argv: list[str], cwd: str, env: dict[str, str], timeout: float, cap: int, merge: bool
    ) -> None:
        self.children = children
        self.refused = refusals()
        self.started = time.monotonic()
        self.until = self.started + timeout
        self.output = Output(cap)
        self.code: int | None = None
        self.timed_out = False
        self.stdin = bytearray()
        self.stdin_ended = False
        child_in, self.write_in = os.pipe()
        self.read_out, child_out = os.pipe()
        prepare(self.write_in)
        prepare(self.read_out)
        self.pid, self.refusal = 0, ""
        try:
            self.pid = spawn(argv, cwd, env, child_in, child_out, merge)
        except (OSError, ValueError) as error:
            self.code = 127 if isinstance(error, (FileNotFoundError, NotADirectoryError)) else 126
            self.refusal = str(error) + "\n"
        os.close(child_in)
        os.close(child_out)

    def interest(self) -> dict[int, int]:
        """What to wait for. The client is only watched for hang-up while enough input is pending."""
        wanted = {0: select.POLLIN if len(self.stdin) < PENDING else 0, self.children.wake: select.POLLIN}
        if self.read_out >= 0:
            wanted[self.read_out] = select.POLLIN
        if self.stdin:
            wanted[self.write_in] = select.POLLOUT
        return wanted

    def take_input(self, channel: Channel) -> None:
        """Take the client's frames for stdin; what comes for a closed one is dropped."""
        frame = channel.take()
        while frame is not None:
            if frame[0] == b"i" and self.write_in >= 0:
                self.stdin += frame[1]
            self.stdin_ended = frame[0] == b"e"
            frame = channel.take()
        self.feed()

    def feed(self) -> None:
        """Write pending stdin as far as the command takes it."""
        try:
            while self.stdin:
                del self.stdin[: os.write(self.write_in, self.stdin)]
        except BlockingIOError:
            return
        except OSError:
            self.close_stdin()
        if self.stdin_ended:
            self.close_stdin()

    def close_stdin(self) -> None:
        """The command gets no more input."""
        self.stdin.clear()
        if self.write_in >= 0:
            os.close(self.write_in)
        self.write_in = -1

    def pump(self, channel: Channel) -> bool:
        """Pass one piece of output on. Says whether there may be more right now."""
        try:
            data = os.read(self.read_out, CHUNK)
        except BlockingIOError:
            return False
        if not data:
            os.close(self.read_out)
            self.read_out = -1
            return False
        head = self.output.add(data)
        if head:
            channel.send(b"o", head)
        return True

    def step(self, channel: Channel) -> None:
        """Wait for one thing to happen and deal with it."""
        ready = channel.wait(self.interest(), self.until)
        if ready.get(0, 0) & select.POLLIN:
            channel.fill()
            self.take_input(channel)
        if self.write_in in ready:
            self.feed()
        if self.read_out in ready:
            self.pump(channel)
        if self.children.wake in ready:
            self.children.quiet()
            self.take_code(self.children.reap()[1])
        if self.code is None and time.monotonic() >= self.until:
            self.timed_out = True

    def take_code(self, statuses: dict[int, int]) -> None:
        """Note how the command itself ended: 128+N after signal N, like a shell."""
        if self.code is None and self.pid in statuses:
            code = os.waitstatus_to_exitcode(statuses[self.pid])
            self.code = 128 - code if code < 0 else code

    def run(self, channel: Channel) -> None:
        """See it through to its end, end what it left behind, and report."""
        self.take_input(channel)
        while self.code is None and not self.timed_out:
            self.step(channel)
        self.take_code(self.children.end())
        self.close_stdin()
        while self.read_out >= 0 and self.pump(channel):
            pass
        if self.read_out >= 0:  # held open from outside, which only happens without a container
            os.close(self.read_out)
        channel.queue(b"o", bytes(self.output.tail) + self.refusal.encode("utf-8", "replace"))
        code = 128 + signal.SIGKILL if self.code is None else self.code
        seconds = time.monotonic() - self.started
        result = {
            "code": code,
            "seconds": seconds,
            "omitted": self.output.omitted,
            "timed_out": self.timed_out,
            "limits": [name for name, count in refusals().items() if count > self.refused[name]],
        }
        channel.send(b"x", json.dumps(result).encode())


def spawn(argv: list[str], cwd: str, env: dict[str, str], stdin: int, stdout: int, merge: bool) -> int:
    """Start a program in its own session with fresh signal dispositions. Raises OSError or ValueError."""
    env = {**os.environ, **env}
    null = os.open("/dev/null", os.O_WRONLY | os.O_CLOEXEC)
    actions = [(os.POSIX_SPAWN_DUP2, fd, to) for fd, to in ((stdin, 0), (stdout, 1), (stdout if merge else null, 2))]
    reset = set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}
    try:
        os.chdir(cwd)
        program = find(argv[0], env.get("PATH", ""))
        pid = os.posix_spawn(program, argv, env, file_actions=actions, setsid=True, setsigmask=(), setsigdef=reset)
    finally:
        os.chdir("/")
        os.close(null)
    # When memory runs out the kernel should end the command, not the supervisor.
    with contextlib.suppress(OSError), open(f"/proc/{pid}/oom_score_adj", "w", encoding="ascii") as score:
        score.write("500")
    return pid


def find(program: str, path: str) -> str:
    """The program as the command's own PATH finds it. Raises FileNotFoundError."""
    if "/" in program:
        return program
    for folder in path.split(":"):
        candidate = os.path.join(folder, program)
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    raise FileNotFoundError("No such program: " + program)


def serve(channel: Channel, children: Children) -> None:
    """Run what the client asks for until it leaves or the time is over."""
    while True:
        frame = channel.take()
        if frame is None:
            if channel.wait({0: select.POLLIN, children.wake: select.POLLIN}, channel.ends_at).get(0):
                channel.fill()
            children.quiet()
        elif frame[0] == b"r":
            Command(children, **json.loads(frame[1])).run(channel)


def main() -> None:
    """Say hello, then serve."""
    channel = Channel(time.monotonic() + float(sys.argv[1]))
    found = facts()
    if len(sys.argv) > 2:
        upper, merged, size, entries = sys.argv[2:]
        watch = Watch(upper, merged, int(size), int(entries))
        found["layer"] = watch.told()
        watch.start(leave)
    harden()
    channel.send(b"h", json.dumps(found).encode())
    serve(channel, Children())
