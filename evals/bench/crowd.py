"""Many runs at once in one process, by a script: do all finish, and how much memory does each take more?

python -m patchwright.evals.bench.crowd [docker]
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from patchwright.agent.deps import SandboxKind
from patchwright.agent.run import Run
from patchwright.evals.bench.driven import Times, deps, play, script
from patchwright.evals.bench.endpoint import Call
from patchwright.evals.bench.figures import Figure, table
from patchwright.evals.bench.generated import place

RUNS = 20
EACH_MB = 15.0
PROGRAM = """
import json, sys
from pathlib import Path
from patchwright.evals.bench.crowd import crowd
print(json.dumps(crowd(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))
"""
"""A process of its own: what others have left in memory must not hide what the runs take."""

NEW = "package00/part0/ours.py"
PLAN: Call = (
    "submit_plan",
    {
        "summary": "Add a module.",
        "root_cause": "There is none.",
        "steps": [{"title": "Add it", "intent": "A line.", "files": [], "creates": [NEW], "verify": "the tests pass"}],
    },
)
TURNS: list[Call] = [
    ("list", {"path": "package00"}),
    ("run", {"command": "python3 -c 'print(1)'"}),
    ("create", {"path": NEW, "text": "OURS = True\n"}),
    ("run", {"command": "cat package00/part0/ours.py"}),
    ("finish", {"summary": "Added."}),
]


def memory_mb() -> float:
    """This process's resident memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def watched() -> Generator[list[float]]:
    """The most memory while the context lasts, as the only item."""
    most, over = [memory_mb()], threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            most[0] = max(most[0], memory_mb())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


def one_run(folder: Path, kind: SandboxKind) -> Run:
    """From the issue to the end."""
    return play(deps(folder, script(PLAN, TURNS), kind, Times()), folder / "source", kind)


def crowd(folder: Path, count: int, kind: SandboxKind) -> dict[str, float]:
    """One run alone, then `count` at once: how they ended by outcome, seconds, MB of the one and MB more at most."""
    one_run(folder, kind)
    alone, began = memory_mb(), time.monotonic()
    with watched() as most, ThreadPoolExecutor(count) as pool:
        runs = [pool.submit(one_run, folder, kind) for _ in range(count)]
        ended: Counter[str] = Counter(str(run.result().outcome or run.result().status) for run in runs)
    seconds = time.monotonic() - began
    return {
        **{name: float(number) for name, number in ended.items()},
        "seconds": seconds,
        "alone": alone,
        "more": most[0] - alone,
    }


def figures(folder: Path, count: int = RUNS, kinds: tuple[SandboxKind, ...] = ("local", "docker")) -> Iterator[Figure]:
    """For each kind of sandbox: how many finished, memory, time."""
    for kind in kinds:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(folder), str(count), kind], capture_output=True, check=False, text=True
        )
        if done.returncode:
            raise RuntimeError(f"the runs failed: {done.stderr[-2000:]}")
        found = json.loads(done.stdout)
        beside = f"{os.cpu_count()} processors; one run before: {found['alone']:.0f} MB"
        yield Figure(f"{count} runs at once, {kind}: not finished", count - found.get("patch", 0), "", 0)
        yield Figure(f"memory of each more, {kind}", found["more"] / count, "MB", EACH_MB, beside)
        yield Figure(f"time of all, {kind}", found["seconds"], "s")


def report() -> str:
    """Measure; the table."""
    with place(100, 1 << 20) as folder:
        return table("Many at once", figures(folder))


def main() -> None:
    """Measure and print the table."""
    print(report())


if __name__ == "__main__":
    main()
