"""What the crash tests do: kill a process at an edge, look, resume, and compare with a run that nothing disturbed."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.e2e.stage import Stage, outcome

ROOT = Path(__file__).parents[2]
UNDISTURBED = -1


class Driver:
    """A crash driver process that plays one story at a time."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.e2e.crash_driver"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def play(self, stage: Stage, edge: int = UNDISTURBED) -> dict[str, int]:
        """How the child ended: `{"signal": 9}` or `{"code": 0}`."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin and stdout
        env = {name: os.environ[name] for name in ("PATH", "TMPDIR")}
        stdin.write(json.dumps({"stage": stage.to_json(), "edge": edge, "env": env}) + "\n")
        answer: dict[str, int] = json.loads(stdout.readline())
        return answer

    def close(self) -> None:
        """End it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(60)


class Crew:
    """Drivers that work at once."""

    def __init__(self, count: int = 2) -> None:
        self._free = [Driver() for _ in range(count)]

    def run(self, jobs: Iterable[Callable[[Driver], str]]) -> list[str]:
        """What the jobs complain about, in order."""
        with ThreadPoolExecutor(len(self._free)) as pool:
            return [words for words in pool.map(self._run, jobs) if words]

    @contextmanager
    def one(self) -> Generator[Driver]:
        """One of them for a while; nothing else may run meanwhile."""
        driver = self._free.pop()
        try:
            yield driver
        finally:
            self._free.append(driver)

    def close(self) -> None:
        """End them."""
        for driver in self._free:
            driver.close()

    def _run(self, job: Callable[[Driver], str]) -> str:
        with self.one() as driver:
            return job(driver)


@dataclass(frozen=True)
class Reference:
    """The undisturbed run."""

    edges: list[str]
    outcome: dict[str, Any]
    facts: list[tuple[str, str]]
    requests: int


def refer(driver: Driver, stage: Stage) -> Reference:
    """Play it undisturbed."""
    ended = driver.play(stage)
    assert ended == {"code": 0}, error(stage)
    return Reference(edges(stage), outcome(stage), facts(stage), len(asked(stage)))


def kill_and_resume(driver: Driver, stage: Stage, reference: Reference, edge: int) -> str:
    """What is wrong after a kill at that edge and a plain resume; "" if nothing is."""
    here = at_edge(stage, edge)
    ended = driver.play(here, edge)
    if ended != {"signal": 9}:
        return f"edge {edge} was not reached: {ended} {error(here)}"
    answered, before = model_answers(here), len(asked(here))
    ended = driver.play(here)
    if ended != {"code": 0}:
        return f"edge {edge} ({edges(here)[edge]}): {ended} {error(here)}"
    wrong = [*differences(here, reference), *asked_again(here, reference, answered, before)]
    return f"edge {edge} ({reference.edges[edge]}): {'; '.join(wrong)}" if wrong else ""


def at_edge(stage: Stage, edge: int) -> Stage:
    """The stage of the run that dies at that edge."""
    return replace(stage, state=stage.state.with_name(f"{stage.state.name}-{edge}"))


def differences(stage: Stage, reference: Reference) -> list[str]:
    """Where the run came to something else than the undisturbed one (REL-01)."""
    found = outcome(stage)
    wrong = [
        f"{name}: {found[name]!r}, not {value!r}" for name, value in reference.outcome.items() if found[name] != value
    ]
    if facts(stage) != reference.facts:
        more, less = Counter(facts(stage)), Counter(reference.facts)
        wrong.append(f"events too many: {list(more - less)}, missing: {list(less - more)}, or in another order")
    if sequence(stage) != list(range(1, len(sequence(stage)) + 1)):
        wrong.append("the events' numbers have a gap")
    return wrong


def asked_again(stage: Stage, reference: Reference, answered: int, before: int) -> list[str]:
    """A recorded answer is not asked for again; only the request in flight may be (REL-09)."""
    after = len(asked(stage)) - before
    wrong = list[str]()
    if before not in (answered, answered + 1):
        wrong.append(f"{before} requests were made for {answered} answers before the kill")
    if after != reference.requests - answered:
        wrong.append(f"{after} requests after the kill, not {reference.requests - answered}")
    return wrong


def facts(stage: Stage) -> list[tuple[str, str]]:
    """The events, without what differs from run to run. A command that ran twice is rightly told twice."""
    store = stage.store()
    (run,) = store.runs()
    told = [event for event in store.events(run.id, limit=10_000) if event.kind != "command_finished"]
    return [(event.kind, json.dumps(_stable(event.data), sort_keys=True)) for event in told]


def _stable(data: dict[str, Any]) -> dict[str, Any]:
    changing = ("seconds", "sha256", "at", "says", "reason", "base")
    return {name: value for name, value in data.items() if name not in changing}


def sequence(stage: Stage) -> list[int]:
    """The events' numbers."""
    store = stage.store()
    return [event.seq for event in store.events(store.runs()[0].id, limit=10_000)]


def model_answers(stage: Stage) -> int:
    """How many answers of models are recorded."""
    store = stage.store()
    return sum(call["kind"] == "model_called" for run in store.runs() for call in store.answers(run.id))


def asked(stage: Stage) -> list[str]:
    """The requests that reached the model, over all processes."""
    return _lines(stage.state / "asked.log")


def edges(stage: Stage) -> list[str]:
    """The edges that all processes have passed."""
    return _lines(stage.state / "edges.log")


def error(stage: Stage) -> str:
    """What the last process died of."""
    return "\n".join(_lines(stage.state / "error.log")[-8:])


def orphans(scratch: Path) -> list[int]:
    """Processes of sandboxes whose owner is dead, after a moment to end in."""
    until = time.monotonic() + 5
    while (found := _living(f"{scratch}/patchwright-".encode())) and time.monotonic() < until:
        time.sleep(0.1)
    return found


def _living(mark: bytes) -> list[int]:
    found = list[int]()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
