"""Queued runs on PostgreSQL, workers that are killed: does each run end with the right patch, is nothing asked twice?

python -m patchwright.evals.bench.chaos [RUNS]
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from patchwright.agent import runs
from patchwright.agent.deps import Deps, SandboxKind
from patchwright.agent.errors import PatchwrightError
from patchwright.agent.run import ENDED, PARKED, Run
from patchwright.agent.store.database import open_database
from patchwright.agent.store.store import Store
from patchwright.evals.bench import postgres
from patchwright.evals.bench.driven import Times, deps
from patchwright.evals.bench.endpoint import Call, reply, serving
from patchwright.evals.bench.figures import Figure, table
from patchwright.evals.bench.generated import commit

RUNS = 100
WORKERS = 2
CONCURRENCY = 4
KILL_SECONDS = 5.0
NOTICED_SECONDS = 2.0
THINK_SECONDS = 0.2
MOST_SECONDS = 1800.0
LOOK_SECONDS = 1.0
SUBMITTER = """
import sys
from patchwright.api.dispatch.opening import open_dispatch
from patchwright.api.place import open_place
place = open_place()
dispatch = open_dispatch(place.settings, place.store, print)
for line in sys.stdin:
    dispatch.submit(line.strip())
"""
"""Doors stand above us: one that only enqueues is a process of its own."""
ENTRY = (sys.executable, "-c", "from patchwright.api.entry import main; main()")
SETTINGS = """
[roles.planner]
base_url = "{url}"
model = "scripted"
[roles.editor]
base_url = "{url}"
model = "scripted"
[workers]
per_repository = 100
"""
CHECK = """
[[checks]]
name = "word"
kind = "tests"
command = ["grep", "-q", "right", "word.txt"]
"""


@dataclass
class Model:
    """Answers for every run by what its request holds; notes each request: run, role, turn, when."""

    asked: list[tuple[str, str, int, float]] = field(default_factory=list[tuple[str, str, int, float]])

    def __call__(self, body: bytes) -> bytes:
        """The next call of the run that asks."""
        request = json.loads(body)
        found = re.search(r"CHAOS-(\d+)-", json.dumps(request["messages"]))
        number = found[1] if found else "?"
        names = {tool["function"]["name"] for tool in request.get("tools", ())}
        role = "planner" if "submit_plan" in names else "editor"
        turn = sum(message["role"] == "assistant" for message in request["messages"])
        self.asked.append((number, role, turn, time.time()))
        return reply(plan(number) if role == "planner" else edits(number)[turn], len(self.asked))


def made(number: str) -> str:
    """The file that the run of this number makes."""
    return f"made_{number}.txt"


def plan(number: str) -> Call:
    """What its planner says."""
    step = {"title": "Make it", "intent": "A line.", "files": [], "creates": [made(number)], "verify": "nothing"}
    return "submit_plan", {"summary": "Make a file.", "root_cause": "It is not there.", "steps": [step]}


def edits(number: str) -> list[Call]:
    """What its editor does, turn by turn."""
    return [
        ("run", {"command": f"echo {number}"}),
        ("create", {"path": made(number), "text": f"This is number {number}.\n"}),
        ("run", {"command": f"sleep 0.5; cat {made(number)}"}),
        ("finish", {"summary": "Made."}),
    ]


@dataclass(frozen=True)
class Place:
    """One state folder, one database, one repository, one model."""

    folder: Path
    env: dict[str, str]
    deps: Deps
    kind: SandboxKind

    def start(self, number: int) -> str:
        """A new run; its id."""
        text = f"CHAOS-{number}- A file is missing."
        asked = runs.Asked(repository=str(self.folder / "source"), text=text, sandbox=self.kind)
        return runs.start(self.deps, asked).id

    def worker(self) -> "subprocess.Popen[bytes]":
        """A worker, as an operator starts it."""
        with (self.folder / "workers.log").open("ab") as log:
            command = (*ENTRY, "worker", "--concurrency", str(CONCURRENCY))
            return subprocess.Popen(command, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


@contextmanager
def place(model: Callable[[bytes], bytes], kind: SandboxKind) -> Generator[Place]:
    """All that is needed, on a server of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="patchwright-bench-")))
        database = stack.enter_context(postgres.running()).new_database()
        url = stack.enter_context(serving(model, THINK_SECONDS))
        (folder / "source").mkdir()
        (folder / "source" / "word.txt").write_text("right\n")
        (folder / "source" / "patchwright.toml").write_text(CHECK)
        commit(folder / "source")
        (folder / "config.toml").write_text(SETTINGS.format(url=url))
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PATCHWRIGHT_", "OPENAI_"))}
        env |= {
            "PATCHWRIGHT_STATE": str(folder),
            "PATCHWRIGHT_DATABASE": database,
            "PATCHWRIGHT_CONFIG": str(folder / "config.toml"),
        }
        store = Store(open_database(database))
        stack.callback(store.database.close)
        yield Place(folder, env, replace(deps(folder, (), kind, Times()), store=store), kind)


@dataclass
class Outcome:
    """What came of it: runs by how they ended, seconds, kills, how late each loss was noticed, what is wrong."""

    ended: Counter[str]
    seconds: float
    kills: int
    noticed: list[float]
    wrong: list[str]
    asked_again: list[str]


def chaos(count: int, kills: int | None = None, kind: SandboxKind = "local", every: float = KILL_SECONDS) -> Outcome:
    """Queue so many runs, kill a worker every few seconds (`kills` times at most), approve every plan."""
    model = Model()
    with place(model, kind) as at, ExitStack() as stack:
        submitter = subprocess.Popen((sys.executable, "-c", SUBMITTER), env=at.env, stdin=subprocess.PIPE, text=True)
        stack.callback(submitter.wait)
        stdin = stack.enter_context(submitter.stdin) if submitter.stdin else sys.stdout
        workers = [at.worker() for _ in range(WORKERS)]
        stack.callback(_end, workers)
        began, killed = time.monotonic(), list[float]()
        for number in range(count):
            print(at.start(number), file=stdin, flush=True)
        over = threading.Event()
        killer = threading.Thread(target=_kill, args=(at, workers, killed, kills, every, over))
        killer.start()
        try:
            _see_through(at, lambda run_id: print(run_id, file=stdin, flush=True))
        finally:
            over.set()
            killer.join()
        return judged(at.deps.store, model, killed, time.monotonic() - began)


def _see_through(at: Place, submit: Callable[[str], None]) -> None:
    """Approve what waits until everything has ended, or nothing more comes."""
    until, store = time.monotonic() + MOST_SECONDS, at.deps.store
    while time.monotonic() < until:
        found = store.runs()
        if all(run.status in ENDED | PARKED for run in found):
            return
        for run in found:
            waiting = store.plan(run.id) if run.status == "awaiting_approval" else None
            if waiting is not None and not store.approvals(run.id):
                with suppress(PatchwrightError):
                    named = {"revision": waiting.revision, "sha256": waiting.sha256}
                    runs.decide(at.deps, run.id, "approve", by="chaos", **named)  # type: ignore[arg-type]
                    submit(run.id)
        time.sleep(LOOK_SECONDS)


def _kill(
    at: Place,
    workers: "list[subprocess.Popen[bytes]]",
    killed: list[float],
    kills: int | None,
    every: float,
    over: threading.Event,
) -> None:
    """A worker that is at work, and again after `every` seconds; each is replaced at once."""
    while (kills is None or len(killed) < kills) and not over.wait(every):
        victim = next((worker for worker in workers if worker.pid in _at_work(at.deps.store)), None)
        if victim is not None:
            victim.kill()
            killed.append(time.time())
            victim.wait()
            workers[workers.index(victim)] = at.worker()


def _at_work(store: Store) -> set[int]:
    """The processes that hold a run, with those that they descend from."""
    rows = store.database.connection().execute("SELECT holder FROM runs WHERE holder<>''")
    return {pid for row in rows for pid in _line(json.loads(row["holder"])["pid"])}


def _line(pid: int) -> Iterator[int]:
    while pid > 1:
        yield pid
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            return


def _end(workers: "list[subprocess.Popen[bytes]]") -> None:
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    for worker in workers:
        worker.wait()


def judged(store: Store, model: Model, killed: Sequence[float], seconds: float) -> Outcome:
    """Look at every run."""
    found = store.runs()
    losses = [
        datetime.fromisoformat(event.at).timestamp()
        for run in found
        for event in store.events(run.id, limit=100_000)
        if event.kind == "worker_lost"
    ]
    late = [lost - max((kill for kill in killed if kill <= lost), default=lost) for lost in losses]
    wrong = [words for run in found for words in _wrong(store, run)]
    again = [words for run in found for words in _asked_again(store, run, model)]
    return Outcome(Counter(run.status for run in found), seconds, len(killed), late, wrong, again)


def _number(run: Run) -> str:
    found = re.search(r"CHAOS-(\d+)-", f"{run.issue.title} {run.issue.body}")
    return found[1] if found else "?"


def _wrong(store: Store, run: Run) -> Iterator[str]:
    """What is not as it should be in what the run came to."""
    patch = (store.artifact(run.id, "patch.diff") or b"").decode()
    added = [line for line in patch.splitlines() if line.startswith("+") and not line.startswith("+++")]
    if added != [f"+This is number {_number(run)}."] or f"b/{made(_number(run))}" not in patch:
        yield f"run {run.id} ({run.status}: {run.reason}) has the patch {patch[:200]!r}"
    numbers = [event.seq for event in store.events(run.id, limit=100_000)]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"run {run.id} has a gap in its events"


def _asked_again(store: Store, run: Run, model: Model) -> Iterator[str]:
    """Requests that came after their answer had been recorded. Answers are in the order of their questions."""
    recorded = [
        datetime.fromisoformat(answer["at"]).timestamp()
        for answer in store.answers(run.id)
        if answer["kind"] == "model_called"
    ]
    groups: dict[tuple[str, int], float] = {}
    for number, role, turn, at in model.asked:
        if number == _number(run):
            groups[role, turn] = at
    if len(groups) != len(recorded):
        yield f"run {run.id} has {len(recorded)} answers to {len(groups)} questions"
    for (question, last), at in zip(groups.items(), recorded, strict=False):
        if last > at:
            yield f"run {run.id}: {question} was asked again {last - at:.3f} s after its answer stood there"


def figures(outcome: Outcome, count: int, kind: str) -> Iterator[Figure]:
    """Its figures."""
    ended = sum(number for status, number in outcome.ended.items() if status in ENDED)
    beside = f"{outcome.kills} workers killed, {len(outcome.noticed)} legs lost"
    yield Figure(f"{count} queued runs, {WORKERS} workers, {kind}: not ended", count - ended, "", 0, beside)
    yield Figure(f"not with the right patch, {kind}", len(outcome.wrong), "", 0)
    yield Figure(f"answers asked for again, {kind}", len(outcome.asked_again), "", 0)
    yield Figure(f"a loss noticed after, at most, {kind}", max(outcome.noticed, default=0), "s", NOTICED_SECONDS)
    yield Figure(f"time of all, {kind}", outcome.seconds, "s")


def report(count: int = RUNS, docker: int = 6) -> str:
    """Measure; the table."""
    rows: list[Any] = [*figures(chaos(count), count, "local"), *figures(chaos(docker, kind="docker"), docker, "docker")]
    return table("Workers that are killed", rows)


def main() -> None:
    """Measure and print the table."""
    print(report(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS))


if __name__ == "__main__":
    main()
