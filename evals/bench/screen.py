"""The terminal screen as a person has it: the program in a terminal of its own, with a large run before it.

python -m patchwright.evals.bench.screen
"""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from patchwright.agent.issue import Issue
from patchwright.agent.state import GRAPH_VERSION
from patchwright.agent.store.ledger import own
from patchwright.agent.store.sqlite import SqliteDatabase
from patchwright.agent.store.store import Store
from patchwright.evals.bench.figures import Figure, quantile, table
from patchwright.evals.bench.start import memory, processor_time

COMMAND = (str(Path(sys.executable).with_name("patchwright")),)
LINES = 20_000
EVENTS = 10_000
FILES = 40
RUNS = 5
TITLE = "A large change"
SIZE = (50, 160)
"""Rows and columns."""
QUIET = 0.15
"""Seconds without output after which the screen has drawn all that a key calls for."""
KEYS: Sequence[tuple[str, Sequence[str]]] = (
    ("a line down, in the diff", ["j"] * 40),
    ("a page down, in the diff", ["\x1b[6~"] * 20),
    ("the next hunk", ["]"] * 20),
    ("to the end and to the top", ["G", "g"] * 6),
    ("side by side and back", ["v"] * 6),
    ("the next file", ["}"] * 10),
)
LIVE_KEYS: Sequence[tuple[str, Sequence[str]]] = (
    ("a line up, in the events", ["k"] * 40),
    ("a page up, in the events", ["\x1b[5~"] * 20),
)


class Terminal:
    """A process in a pseudo-terminal; answers what a terminal is asked about itself."""

    def __init__(self, arguments: Sequence[str], env: dict[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True
        )
        os.close(theirs)

    def until(self, words: bytes, seconds: float = 60) -> float:
        """Seconds since the start at which the words were on the screen."""
        seen, deadline = b"", time.monotonic() + seconds
        while words not in seen:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{words!r} did not come; the end of what came: {seen[-2000:]!r}")
            seen += self.read(1.0)
        return time.monotonic() - self.began

    def press(self, key: str) -> float:
        """Milliseconds from the key to the first output."""
        self.settle()
        began = time.perf_counter()
        os.write(self._ours, key.encode())
        if not self.read(5.0):
            raise RuntimeError(f"nothing came of the key {key!r}")
        return 1000 * (time.perf_counter() - began)

    def settle(self) -> None:
        """Read until nothing comes."""
        while self.read(QUIET):
            pass

    def read(self, seconds: float) -> bytes:
        """What comes within that time, empty if nothing does."""
        if not select.select([self._ours], [], [], seconds)[0]:
            return b""
        data = os.read(self._ours, 1 << 20)
        if b"\x1b]11;?" in data:
            os.write(self._ours, b"\x1b]11;rgb:1515/1717/1c1c\x1b\\\x1b[?62c")
        return data

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


@contextmanager
def terminal(env: dict[str, str], *arguments: str) -> Generator[Terminal]:
    """The screen until the context ends."""
    opened = Terminal([*COMMAND, "tui", *arguments], env)
    try:
        yield opened
    finally:
        opened.close()


def large_run(state: Path) -> str:
    """A run with 10,000 events that has come to a patch of 20,000 lines; its id."""
    store = Store(SqliteDatabase(state / "patchwright.db"))
    issue = Issue(title=TITLE, repository="/somewhere", base_commit="b" * 40, clone="c.git")
    run = store.create_run(issue, GRAPH_VERSION, "local")
    with own(store, run.id) as ledger:
        ledger.status("executing")
        ledger.event("step_started", step=1, title="All of it", recipe="")
        for at in range(EVENTS - 5):
            arguments = {"path": f"package/module_{at % 97}.py"}
            ledger.event("tool_called", key=f"k/{at}", tool="read", arguments=arguments, says=f"lines 1-{at}", edits=[])
        ledger.artifact("patch.diff", large_patch())
        ledger.end("awaiting_review", "patch", "unverified", "a measurement")
    return run.id


def large_patch() -> bytes:
    """Some 20,000 lines of a diff of Python: hunks of ten lines with changed words in many files."""
    return b"".join(_file(number) for number in range(FILES))


def _file(number: int) -> bytes:
    path = f"package/part_{number % 7}/module_{number}.py"
    head = f"diff --git a/{path} b/{path}\nindex 1111111..2222222 100644\n--- a/{path}\n+++ b/{path}\n"
    return (head + "".join(_hunk(at) for at in range(LINES // FILES // 11))).encode()


def _hunk(at: int) -> str:
    start = 20 * at + 1
    context = [f" def function_{at}(argument: int, other: str) -> dict[str, int]:", ' \t"""Says something."""']
    old = [f"-    result_{at} = compute(argument, {n}, 'a text', other)  # why" for n in range(3)]
    new = [f"+    result_{at} = compute(argument, {n + 1}, 'another text', other)  # why" for n in range(3)]
    end = [" ", f" class Name{at}(Base):"]
    return f"@@ -{start},7 +{start},7 @@ class Outer:\n" + "\n".join([*context, *old, *new, *end]) + "\n"


def environment(state: Path) -> dict[str, str]:
    """A terminal of millions of colours, and nothing of the user's."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    here = {"PATCHWRIGHT_STATE": str(state), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    return {**kept, **here, "PATCHWRIGHT_CONFIG": os.devnull}


def figures(state: Path) -> Iterator[Figure]:
    """First paint of the list and of the large diff, keys in each, memory at the end."""
    env, run_id = environment(state), large_run(state)
    bare = quantile(_bare(env) for _ in range(RUNS))
    beside = f"`import textual.app` alone: {bare:.2f} s"
    for name, arguments in (("the runs", ()), ("the large run", (run_id,))):
        painted = [_painted(env, *arguments) for _ in range(RUNS)]
        busy = quantile(processor for _, processor in painted)
        words = f"processor: {busy:.2f} s; {beside}"
        yield Figure(f"first paint of {name}", quantile(seconds for seconds, _ in painted), "s", 1.0, words)
    with terminal(env, run_id) as screen:
        screen.until(b"def function_0")
        for name, keys in KEYS:
            yield _answered(screen, name, keys)
        screen.press("2")
        for name, keys in LIVE_KEYS:
            yield _answered(screen, name, keys)
        for key in "45":
            screen.press(key)
        screen.settle()
        yield Figure("most memory, all parts looked at", memory(screen.process.pid, "VmHWM"), "MB", 150)


def _painted(env: dict[str, str], *arguments: str) -> tuple[float, float]:
    """Seconds until the title is on the screen, and those of the processor until then."""
    with terminal(env, *arguments) as screen:
        seconds = screen.until(TITLE.encode())
        return seconds, processor_time(screen.process.pid)


def _bare(env: dict[str, str]) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import textual.app"], env=env, check=True)
    return time.monotonic() - began


def _answered(screen: Terminal, name: str, keys: Sequence[str]) -> Figure:
    screen.settle()
    before = processor_time(screen.process.pid)
    times = [screen.press(key) for key in keys]
    screen.settle()
    busy = 1000 * (processor_time(screen.process.pid) - before) / len(keys)
    beside = (
        f"median {quantile(times):.0f} ms, slowest {max(times):.0f} ms of {len(times)}; processor: {busy:.0f} ms a key"
    )
    return Figure(f"{name}, 95th percentile", quantile(times, 0.95), "ms", 50, beside)


def report() -> str:
    """Measure; the table."""
    with tempfile.TemporaryDirectory(prefix="patchwright-bench-") as folder:
        title = f"The screen ({LINES:,} lines of diff, {EVENTS:,} events, {SIZE[1]} x {SIZE[0]})"
        return table(title, figures(Path(folder)))


def main() -> None:
    """Measure and print the table."""
    print(report())


if __name__ == "__main__":
    main()
