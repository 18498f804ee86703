"""From the start of a process to its first request to a model, and what the process weighs.

In a default installation, as users have it: libraries load more when they find tools of development beside them.

python -m patchwright.evals.bench.start
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from patchwright.evals.bench.endpoint import Call, Endpoint, endpoint
from patchwright.evals.bench.figures import Figure, quantile, table, timed
from patchwright.evals.bench.generated import place
from patchwright.evals.bench.install import installed

HERE = Path(sys.executable).parent
"""Where the programs of this environment lie."""
RUNS = 7
CHANGED = "package01/part1/ours.py"
SCRIPT: tuple[Call, ...] = (
    (
        "submit_plan",
        {
            "summary": "Say that it is ours.",
            "root_cause": "Nothing says so.",
            "steps": [
                {
                    "title": "Say so",
                    "intent": "Add a line.",
                    "files": [],
                    "creates": [CHANGED],
                    "verify": "the tests pass",
                }
            ],
        },
    ),
    ("create", {"path": CHANGED, "text": "OURS = True\n"}),
    ("finish", {"summary": "Said."}),
)


@dataclass(frozen=True, slots=True)
class Started:
    """One process: seconds to the first request, those of the processor until then, MB in memory then and at most."""

    first: float
    busy: float
    then_mb: float
    most_mb: float
    status: int


def command(source: Path, *options: str, programs: Path = HERE) -> list[str]:
    """A run without a terminal: it stops at the plan, unless `--yes` is among the options."""
    return [str(programs / "patchwright"), "run", str(source), "Say whose module_1 is", "--json", *options]


def environment(state: Path, url: str) -> dict[str, str]:
    """Ours and nothing of the user's that could lead elsewhere."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "DOCKER_HOST")}
    return {
        **kept,
        "PATCHWRIGHT_STATE": str(state),
        "OPENAI_BASE_URL": url,
        "OPENAI_API_KEY": "not-needed",
        "OPENAI_MODEL": "scripted",
        "NO_PROXY": "127.0.0.1",
    }


def started(playing: Endpoint, arguments: Sequence[str], env: dict[str, str]) -> Started:
    """Start the process, wait for its first request and its end."""
    playing.restart()
    began = time.monotonic()
    with subprocess.Popen(arguments, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        if not playing.arrived.wait(60):
            process.kill()
            raise RuntimeError(f"no model was asked: {process.communicate()[1].decode()[-1000:]}")
        busy, then = processor_time(process.pid), memory(process.pid, "VmRSS")
        most = _most(process)
        status = process.wait(120)
    return Started(playing.asked[0] - began, busy, then, most(), status)


def processor_time(pid: int) -> float:
    """Seconds of CPU that the process itself has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int, name: str) -> float:
    """MB of that line of /proc/PID/status; 0 once the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return _line(lines, name)


def _line(lines: Sequence[str], name: str) -> float:
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), 0.0)


def _most(process: "subprocess.Popen[Any]") -> Callable[[], float]:
    """Watch the process until it ends; the call gives the most memory that it had."""
    found = [0.0]

    def watch() -> None:
        while (now := memory(process.pid, "VmHWM")) > 0:
            found[0] = now
            time.sleep(0.02)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()

    def most() -> float:
        thread.join(5)
        return found[0]

    return most


def importing(programs: Path, env: dict[str, str]) -> Started:
    """The same of a bare interpreter that imports the graph's library and says what memory it had at most."""
    code = "import langgraph.graph, os; print(open('/proc/self/status').read(), sum(os.times()[:2]))"
    began = time.monotonic()
    said = subprocess.run([programs / "python", "-c", code], env=env, check=True, capture_output=True, text=True).stdout
    seconds = time.monotonic() - began
    return Started(seconds, float(said.split()[-1]), 0, _line(said.splitlines(), "VmHWM"), 0)


def python(programs: Path, env: dict[str, str]) -> list[float]:
    """Milliseconds of a bare interpreter."""
    return timed(lambda: subprocess.run([programs / "python", "-c", "pass"], env=env, check=True), RUNS)


def figures(folder: Path) -> Iterator[Figure]:
    """All of them."""
    programs = installed(folder / "venv").parents[2] / "bin"
    planning = command(folder / "source", programs=programs)
    with endpoint(SCRIPT) as playing:
        env = environment(folder / "state", playing.url)
        started(playing, planning, env)  # builds what is missing and measures the baseline
        pairs = [(started(playing, planning, env), importing(programs, env)) for _ in range(RUNS)]
        whole = started(playing, [*planning, "--yes", "--by", "bench"], env)
    runs, bare = [run for run, _ in pairs], [one for _, one in pairs]
    name = "`import langgraph.graph` alone"
    first, busy = quantile(one.first for one in bare), quantile(one.busy for one in bare)
    yield Figure("`run` to the first request", quantile(one.first for one in runs), "s", 1.2, f"{name}: {first:.2f} s")
    yield Figure("processor time until then", quantile(one.busy for one in runs), "s", None, f"{name}: {busy:.2f} s")
    yield Figure("memory at that moment", quantile(one.then_mb for one in runs), "MB", 100)
    most = quantile(one.most_mb for one in bare)
    yield Figure("most memory of a whole run, to its patch", whole.most_mb, "MB", 100, f"{name}: {most:.0f} MB")
    yield from looking(programs, env)


def looking(programs: Path, env: dict[str, str]) -> Iterator[Figure]:
    """Commands that only look."""
    empty = f"a bare interpreter: {quantile(python(programs, env)):.0f} ms"
    for arguments, target in ((["--help"], 500.0), (["list"], None), (["show", "last"], None)):
        found = timed(partial(_look, [str(programs / "patchwright"), *arguments], env), RUNS)
        yield Figure(f"`patchwright {' '.join(arguments)}`", quantile(found), "ms", target, empty)


def _look(line: list[str], env: dict[str, str]) -> None:
    subprocess.run(line, env=env, stdout=subprocess.DEVNULL, check=True)


def report() -> str:
    """Measure; the table."""
    with place() as folder:
        return table("Start and memory", figures(folder))


def main() -> None:
    """Measure and print the table."""
    print(report())


if __name__ == "__main__":
    main()
