"""Queued runs from the door to the end, on both databases, by workers as an operator starts them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from patchwright.agent import runs
from patchwright.agent.deps import Deps
from patchwright.agent.run import Run
from patchwright.agent.scripted import Record
from patchwright.agent.state import GRAPH_VERSION
from patchwright.agent.store.store import Store
from patchwright.api.assemble import assemble
from patchwright.api.choices import Choices, remember
from patchwright.api.dispatch import stranded
from patchwright.api.dispatch.legs import run_of
from patchwright.api.dispatch.queue import LegQueue
from patchwright.api.place import Place, open_place
from patchwright.evals.bench.postgres import Server
from tests.e2e import story

POSTGRES = pytest.mark.parametrize("shop", ["postgres"], indirect=True)
ENTRY = (sys.executable, "-c", "from patchwright.api.entry import main; main()")


@dataclass
class Shop:
    """A state folder with a queue, and the workers that a test starts."""

    folder: Path
    place: Place
    queue: LegQueue
    repository: Path
    workers: "list[subprocess.Popen[bytes]]" = field(default_factory=list["subprocess.Popen[bytes]"])

    @property
    def store(self) -> Store:
        return self.place.store

    def deps(self) -> Deps:
        return assemble(self.place, Choices())

    def run(self, *answers: Record) -> str:
        """A new run by these answers; nobody works on it yet."""
        asked = runs.Asked(repository=str(self.repository), text="The word is wrong.", sandbox="local")
        run_id = runs.start(self.deps(), asked).id
        recording = story.write_recording(self.folder / f"{run_id}.jsonl", answers or story.tiny_answers())
        remember(self.store, run_id, Choices(recording=str(recording)))
        return run_id

    def approve(self, run_id: str) -> None:
        plan = self.store.plan(run_id)
        assert plan
        runs.decide(self.deps(), run_id, "approve", by="anna", revision=plan.revision, sha256=plan.sha256)
        self.queue.submit(run_id)

    def work(self, *options: str, state: str = "state") -> "subprocess.Popen[bytes]":
        """A worker; one with another state folder is as on another machine."""
        env = {**os.environ, "PATCHWRIGHT_STATE": str(self.folder / state)}
        command = (*ENTRY, "worker", *options)
        with (self.folder / "log").open("ab") as log:
            worker = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.workers.append(worker)
        return worker

    def wait(self, run_id: str, *statuses: str) -> Run:
        wait_until(lambda: self.store.run(run_id).status in statuses, lambda: self.told(run_id))
        return self.store.run(run_id)

    def told(self, run_id: str) -> str:
        kinds = [event.kind for event in self.store.events(run_id)]
        return f"{self.store.run(run_id)}\n{kinds}\n{(self.folder / 'log').read_text()}"


def wait_until(true: Callable[[], object], told: Callable[[], str] = str, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, told()
        time.sleep(0.1)


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "PATCHWRIGHT_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PATCHWRIGHT_STATE", str(tmp_path / "state"))
    if request.param == "postgres":
        server: Server = request.getfixturevalue("postgres_server")
        monkeypatch.setenv("PATCHWRIGHT_DATABASE", server.new_database())
    place = open_place(as_json=True)
    with closing(place.store.database), closing(LegQueue(place.settings, place.store)) as queue:
        shop = Shop(tmp_path, place, queue, story.tiny(tmp_path / "tiny"))
        yield shop
        for worker in shop.workers:
            worker.kill()
            worker.wait()


def test_a_queued_run_waits_for_a_human_without_a_slot_and_goes_on_when_it_is_approved(shop: Shop) -> None:
    """Enqueued by doors however often, worked on once; SIGTERM ends a worker that has nothing to do at once."""
    worker = shop.work("--concurrency", "1", "--ready-file", str(shop.folder / "ready"))
    first, second = shop.run(), shop.run()
    for run_id in (first, first, second):
        shop.queue.submit(run_id)
    for run_id in (first, second):
        shop.wait(run_id, "awaiting_approval")
    assert (shop.folder / "ready").exists()
    for run_id in (first, second):
        shop.approve(run_id)
    for run_id in (first, second):
        assert shop.wait(run_id, "awaiting_review").verdict == "verified"
        kinds = [event.kind for event in shop.store.events(run_id)]
        assert kinds.count("step_started") == 1 and "worker_lost" not in kinds
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert not (shop.folder / "ready").exists()


@POSTGRES
def test_a_run_goes_on_elsewhere_when_its_worker_is_killed_or_ends(shop: Shop) -> None:
    """REL-01, REL-07: at the first command the worker is killed, at the second it is asked to end.

    The others have no clone; what was edited goes with the run.
    """
    plan, _, review = story.tiny_answers()
    sleeps = [story.says("editor", ("run", {"command": f"touch {shop.folder}/{name}; sleep 4"})) for name in "ab"]
    change = ("edit", {"path": "word.txt", "edits": [{"old": "wrong", "new": "left"}]})
    again = ("edit", {"path": "word.txt", "edits": [{"old": "left", "new": "right"}]})
    run_id = shop.run(
        plan,
        story.says("editor", change),
        *sleeps,
        story.says("editor", again, ("finish", {"summary": "Done."})),
        review,
    )
    first = shop.work()
    shop.queue.submit(run_id)
    shop.wait(run_id, "awaiting_approval")
    shop.approve(run_id)
    wait_until((shop.folder / "a").exists, lambda: shop.told(run_id))
    second = shop.work(state="second")
    first.kill()
    wait_until((shop.folder / "b").exists, lambda: shop.told(run_id))
    third = shop.work(state="third")
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    assert shop.wait(run_id, "awaiting_review").verdict == "verified"
    events = shop.store.events(run_id)
    lost = [event.data for event in events if event.kind == "worker_lost"]
    assert [data["worker"].split("/")[1] for data in lost] == [str(first.pid)], lost  # who hands a run on loses nothing
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert third.poll() is None


@POSTGRES
def test_a_cancelled_run_stops_at_once_whether_it_works_or_waits(shop: Shop) -> None:
    """REL-04."""
    plan, edit, _ = story.tiny_answers()
    sleep = story.says("editor", ("run", {"command": f"touch {shop.folder}/mark; sleep 60"}))
    works, waits = shop.run(plan, sleep, edit), shop.run()
    shop.work("--concurrency", "1")
    shop.queue.submit(works)
    shop.wait(works, "awaiting_approval")
    shop.approve(works)
    wait_until((shop.folder / "mark").exists)
    shop.queue.submit(waits)
    for run_id in (waits, works):
        runs.cancel(shop.deps(), run_id)
        shop.queue.drop(run_id)
    assert shop.store.run(waits).status == "cancelled"
    assert shop.queue.depth() == 0
    shop.wait(works, "cancelled")
    assert "sleep 60" not in str([event.data for event in shop.store.events(works) if event.kind == "command_finished"])


@POSTGRES
def test_a_run_of_another_graph_version_is_left_to_its_workers_and_parked_when_there_are_none(shop: Shop) -> None:
    run_id = shop.run()
    with shop.store.database.transaction() as connection:
        connection.execute("UPDATE runs SET graph_version='0'")
    shop.queue.submit(run_id)
    (leg,) = shop.queue.waiting()
    now = time.time()
    assert stranded.stranded([leg], {GRAPH_VERSION}, now) == []
    assert stranded.stranded([leg], {GRAPH_VERSION, "0"}, now + 100) == []
    assert [run_of(found.workflow_id) for found in stranded.stranded([leg], {GRAPH_VERSION}, now + 100)] == [run_id]
    stranded.park(shop.store, run_id)
    assert shop.store.run(run_id).status == "paused_config"
    assert "begun by graph version 0" in shop.store.run(run_id).reason


@POSTGRES
def test_a_run_that_kills_its_process_is_given_up_and_the_worker_lives_on(shop: Shop) -> None:
    """A leg is a process of its own: another run of the same worker does not notice."""
    plan, edit, review = story.tiny_answers()
    kill = story.says("editor", ("run", {"command": "kill -9 $(cut -d' ' -f4 /proc/$PPID/stat)"}))
    poison, other = shop.run(plan, kill, edit, review), shop.run()
    worker = shop.work()
    for run_id in (poison, other):
        shop.queue.submit(run_id)
        shop.wait(run_id, "awaiting_approval")
        shop.approve(run_id)
    assert "died at the same place" in shop.wait(poison, "infra_failed").reason
    assert shop.wait(other, "awaiting_review").verdict == "verified"
    assert worker.poll() is None
