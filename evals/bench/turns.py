"""What a turn costs outside the model and its tools, early and late in a long run, with checkpoints, in Docker.

python -m patchwright.evals.bench.turns
"""

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from patchwright.agent.deps import SandboxKind
from patchwright.evals.bench.driven import Times, deps, play, script
from patchwright.evals.bench.endpoint import Call
from patchwright.evals.bench.figures import Figure, quantile, table
from patchwright.evals.bench.generated import place
from patchwright.sandbox.base import Spec
from patchwright.sandbox.docker import DockerSandboxes
from patchwright.sandbox.images import ensure_image
from patchwright.sandbox.source import open_source

TURNS = 220
WINDOW = 15
FILE = "package01/part1/module_1.py"
PLAN: Call = (
    "submit_plan",
    {
        "summary": "Call true many times.",
        "root_cause": "A measurement.",
        "steps": [{"title": "Call it", "intent": "Again and again.", "files": [FILE], "verify": "nothing"}],
    },
)


def turns(count: int) -> list[Call]:
    """So many commands that do nothing, each written differently: the same one again would count as stuck."""
    calls: list[Call] = [("run", {"command": f"true {number}"}) for number in range(count)]
    return [*calls, ("finish", {"summary": "Done."})]


def overheads(folder: Path, count: int, kind: SandboxKind) -> tuple[list[float], list[float]]:
    """Milliseconds of each of the editor's turns: outside the model and the tool, and in all."""
    times = Times()
    play(deps(folder, script(PLAN, turns(count)), kind, times), folder / "source", kind)
    return split(times)


def split(times: Times) -> tuple[list[float], list[float]]:
    """Milliseconds of each turn after the plan's request: outside the model and the tool, and in all."""
    asked = times.asked[1:]
    outside: list[float] = []
    whole: list[float] = []
    for (begin, answered), (following, _) in pairwise(asked):
        whole.append(1000 * (following - begin))
        outside.append(1000 * (following - answered - times.commands_between(answered, following)))
    return outside, whole


def bare_loop(folder: Path, count: int) -> list[float]:
    """Milliseconds of each turn of a loop that keeps nothing: a message list, a command in the same sandbox."""
    repository, commit = open_source(str(folder / "source"), cache=folder / "cache")
    found: list[float] = []
    messages: list[str] = []
    spec = Spec(ensure_image("python"), "bench", "executing")
    with DockerSandboxes("bench").open(spec, repository.tree(commit)) as sandbox:
        for number in range(count):
            began = time.perf_counter()
            messages.append(sandbox.run(["/bin/sh", "-c", f"true {number}"], timeout=10).text)
            found.append(1000 * (time.perf_counter() - began))
    repository.close()
    return found


def figures(folder: Path, count: int = TURNS, kind: SandboxKind = "docker") -> Iterator[Figure]:
    """The medians of turns 5 to 20, and of the last such window."""
    outside, whole = overheads(folder, count, kind)
    early, late = slice(5, 5 + WINDOW), slice(count - 10 - WINDOW, count - 10)
    loop = (
        f"a bare loop in the same sandbox: {quantile(bare_loop(folder, 50)):.1f} ms in all" if kind == "docker" else ""
    )
    first, last = quantile(outside[early]), quantile(outside[late])
    yield Figure("a turn outside model and tool, turns 5 to 20", first, "ms", 10)
    yield Figure(
        f"the same, turns {late.start} to {late.stop}", last, "ms", 10, f"{last / first:.2f} times the early one"
    )
    yield Figure("such a turn in all, the command included", quantile(whole[late]), "ms", None, loop)


def report() -> str:
    """Measure; the table."""
    with place() as folder:
        return table("A turn", figures(folder))


def main() -> None:
    """Measure and print the table."""
    print(report())


if __name__ == "__main__":
    main()
