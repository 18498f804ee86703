"""What a task costs in prompt: a scripted fix in twelve requests, and a run of a thousand turns.

python -m patchwright.evals.bench.prompts
"""

import dataclasses
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from patchwright.agent.capabilities import Capabilities
from patchwright.agent.deps import Rung, SandboxKind
from patchwright.agent.messages import Model, ModelRole, Reply, Request, ToolCall
from patchwright.agent.roles import Endpoint
from patchwright.agent.scripted import Record, ScriptedModel
from patchwright.agent.wire import body_of
from patchwright.evals.bench.driven import Times, deps, play, script
from patchwright.evals.bench.endpoint import Call
from patchwright.evals.bench.figures import Figure, quantile, table
from patchwright.evals.bench.generated import commit, place
from patchwright.evals.bench.turns import PLAN, split

BYTES_PER_TOKEN = 4
"""Of usual tokenizers on English and code; there is none here to ask."""
SAMPLE = Path(__file__).parents[1] / "demo" / "timetext"
SOURCE, TESTS = "timetext/durations.py", "tests/test_durations.py"
GUARD = '        return "-" + format_duration(-seconds)\n'
LAST = "    assert format_duration(seconds) == text\n"
CASE = '\n\ndef test_a_carry_reaches_the_larger_unit():\n    assert format_duration(59.6) == "1m"\n'
FIX: Call = (
    "submit_plan",
    {
        "summary": "Round before the units are taken off.",
        "root_cause": "format_duration rounds the last unit alone, so 59.6 s is 60s.",
        "evidence": [{"path": SOURCE, "line": 31, "note": "round of the last unit"}],
        "steps": [
            {
                "title": "Round first, with a test",
                "intent": "Round once at the top of format_duration.",
                "files": [SOURCE, TESTS],
                "verify": "The new test passes.",
            }
        ],
        "scope": {"tests": True},
    },
)
LONG = "seq -f 'line %g of an output that is long' 1 600"
LONG_BYTES = 20_500
"""What that command prints."""
LONG_TURNS = 1000
WINDOW = 50
MEGABYTE = 1e6


def twelve() -> list[tuple[ModelRole, list[Call]]]:
    """Look, reproduce, plan; read, write a test, see it fail, be refused once, mend, check, finish."""
    test, mended = {"old": LAST, "new": LAST + CASE}, {"old": GUARD, "new": f"{GUARD}    seconds = round(seconds)\n"}
    return [
        ("planner", [("list", {}), ("read", {"path": SOURCE}), ("search", {"text": "format_duration"})]),
        ("planner", [("run", {"command": "python3 -c 'import timetext; print(timetext.format_duration(59.6))'"})]),
        ("planner", [("git_log", {}), ("git_blame", {"path": SOURCE, "start": 24, "end": 37})]),
        ("planner", [FIX]),
        ("editor", [("read", {"path": TESTS}), ("search", {"text": "round"})]),
        ("editor", [("edit", {"path": TESTS, "edits": [test]})]),
        ("editor", [("run", {"command": f"python3 -m pytest -q {TESTS}"})]),
        ("editor", [("edit", {"path": SOURCE, "edits": [{"old": "seconds = seconds", "new": "x"}]})]),
        ("editor", [("edit", {"path": SOURCE, "edits": [mended]}), ("run", {"command": LONG})]),
        ("editor", [("run_tests", {"tests": [TESTS]})]),
        ("editor", [("note", {"text": "Rounding first mends it."}), ("run_tests", {}), ("diagnostics", {})]),
        ("editor", [("finish", {"summary": "Rounded first."})]),
    ]


@dataclass
class Weighed:
    """Passes requests on and keeps them."""

    inner: Model
    requests: list[Request] = field(default_factory=list[Request])

    def complete(self, request: Request) -> Reply:
        """The inner model's answer."""
        self.requests.append(request)
        return self.inner.complete(request)


def said(request: Request) -> int:
    """Bytes of a request's messages: its prompt."""
    return weight(dataclasses.replace(request, tools=()))


def weight(request: Request) -> int:
    """Bytes of a request's body as it goes over the wire, tools included."""
    endpoint = Endpoint(role=request.role, base_url="http://localhost/v1", model="m")
    body = body_of(endpoint, request, request.messages, Capabilities(), str)
    return len(json.dumps(body, ensure_ascii=False).encode())


def task(folder: Path, kind: SandboxKind) -> list[Request]:
    """All requests of the twelve-step task."""
    shutil.copytree(SAMPLE, folder / "source", ignore=shutil.ignore_patterns("__pycache__", ".*"))
    commit(folder / "source")
    player = Weighed(ScriptedModel([_record(role, calls) for role, calls in twelve()]))

    def models(role: ModelRole) -> tuple[Rung, ...]:
        return (Rung("bench", player),) if role in ("planner", "editor") else ()

    play(dataclasses.replace(deps(folder, (), kind, Times()), models=models), folder / "source", kind)
    return player.requests


def _record(role: ModelRole, calls: Sequence[Call]) -> Record:
    named = tuple(ToolCall(id=f"c{at}", name=name, arguments=given) for at, (name, given) in enumerate(calls))
    return Record(role=role, reply=Reply(tool_calls=named))


def task_figures(folder: Path, kind: SandboxKind = "docker") -> Iterator[Figure]:
    """The whole prompt, the first one, what never changes in it, and one long output."""
    requests = task(folder, kind)
    total, wire = sum(map(said, requests)), sum(map(weight, requests))
    first = requests[0].messages
    ours = first[0].content + first[1].content.partition("# What is known")[0]
    cut = max(len(one.content) for one in requests[-1].messages if one.content.startswith("exit code"))
    yield Figure(
        "prompt of a task in 12 requests",
        total / 1000,
        "KB",
        120,
        f"{len(requests)} requests; with tools on the wire {wire / 1000:.0f} KB; mini-swe-agent: 143 KB",
    )
    yield Figure(
        "first prompt without tools and facts of the repository",
        len(ours) / BYTES_PER_TOKEN,
        "tokens",
        900,
        f"with them {weight(requests[0]) / BYTES_PER_TOKEN:.0f}; mini-swe-agent: 795",
    )
    for role in ("planner", "editor"):
        yield Figure(f"system prompt and tools, {role}", _fixed(requests, role) / 1000, "KB", 8)
    yield Figure("of 20 KB of output the model gets", cut / 1000, "KB", 10, f"printed: {LONG_BYTES / 1000:.1f} KB")


def _fixed(requests: Sequence[Request], role: str) -> int:
    """Bytes of a role's system message and tools."""
    request = next(one for one in requests if one.role == role)
    return weight(dataclasses.replace(request, messages=request.messages[:1]))


def long_figures(folder: Path, count: int = LONG_TURNS, kind: SandboxKind = "docker") -> Iterator[Figure]:
    """A turn early and late in a run of so many, each with 4 KB of output, and the store after it."""
    calls: list[Call] = [("run", {"command": f"seq {number}000 {number}800"}) for number in range(1, count + 1)]
    times = Times()
    play(deps(folder, script(PLAN, [*calls, ("finish", {"summary": "Done."})]), kind, times), folder / "source", kind)
    outside, _ = split(times)
    window = min(WINDOW, count // 3)
    first, last = quantile(outside[window : 2 * window]), quantile(outside[-window:])
    stored = sum(path.stat().st_size for path in folder.glob("patchwright.db*")) / MEGABYTE
    yield Figure(f"a turn outside model and tool, turns {window} to {2 * window}", first, "ms", 10)
    yield Figure(f"the same, the last {window} of {count}", last, "ms", 10, f"{last / first:.2f} times the early one")
    yield Figure(f"the store after {count} turns", stored, "MB", 50, f"tool output in it: {0.0045 * count:.1f} MB")


def report() -> str:
    """Measure; the tables."""
    with tempfile.TemporaryDirectory(prefix="patchwright-bench-") as folder:
        short = table("Prompts", task_figures(Path(folder)))
    with place(200, 2 << 20) as folder:
        return short + "\n" + table("A thousand turns", long_figures(folder))


def main() -> None:
    """Measure and print the tables."""
    print(report())


if __name__ == "__main__":
    main()
