"""The store and the ledger: nothing lost, nothing twice, one owner."""

import json
import multiprocessing
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from patchwright.agent.errors import LeaseLost, RunBusy, RunNotFound, StaleApproval, StoreUnusable
from patchwright.agent.issue import Issue
from patchwright.agent.plan import Approval, Draft, Plan, Step, Terms, plan_sha256
from patchwright.agent.run import Usage
from patchwright.agent.store import lease
from patchwright.agent.store.database import Database
from patchwright.agent.store.ledger import Ledger, own
from patchwright.agent.store.store import Store

ISSUE = Issue(title="Fix it", repository="/somewhere", base_commit="0" * 40, clone="c")
TERMS = Terms(run_id="r", image="i", commands=(), limits={})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(Database(tmp_path / "state" / "patchwright.db"))


def new_run(store: Store) -> str:
    return store.create_run(ISSUE, "1", "docker").id


def a_plan(revision: int, title: str = "Do it") -> Plan:
    draft = Draft(summary="s", steps=(Step(title=title),))
    return Plan(revision=revision, author="x", draft=draft, terms=TERMS, sha256=plan_sha256(ISSUE, draft, TERMS, ()))


def approval(plan: Plan) -> Approval:
    return Approval(
        decision="approve",
        by="me",
        revision=plan.revision,
        sha256=plan.sha256,
        at=datetime.now(UTC).isoformat(),
    )


def test_a_run_is_stored_with_its_first_event_before_anything_else_happens(store: Store) -> None:
    """REL-01."""
    run_id = new_run(store)
    assert store.run(run_id).status == "queued"
    assert [event.kind for event in store.events(run_id)] == ["run_created"]


def test_the_store_is_readable_by_its_owner_only(store: Store) -> None:
    """SEC-06."""
    assert store.database.path.stat().st_mode & 0o077 == 0


def test_events_are_numbered_without_gap_from_many_threads(store: Store) -> None:
    """REL-01: no gap and no duplicate."""
    run_id = new_run(store)

    def append() -> None:
        for n in range(50):
            store.append(run_id, "warning", {"n": n})

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.seq for event in store.events(run_id)] == list(range(1, 202))


def test_a_second_owner_is_refused_and_told_who_holds_the_run(store: Store) -> None:
    run_id = new_run(store)
    with own(store, run_id), pytest.raises(RunBusy, match=r"process \d+ on"):
        lease.acquire(store.database, run_id, lease.this_holder())


def test_a_dead_owner_does_not_hold_the_run(store: Store) -> None:
    """REL-01, REL-05: a killed process leaves its lease behind; the next one goes on at once."""
    run_id = new_run(store)
    child = multiprocessing.get_context("spawn").Process(
        target=_acquire_and_die, args=(str(store.database.path), run_id)
    )
    child.start()
    child.join()
    assert child.exitcode == 7
    with own(store, run_id) as ledger:
        assert ledger.fence == 2


def _acquire_and_die(path: str, run_id: str) -> None:
    import os

    lease.acquire(Database(Path(path)), run_id, lease.this_holder())
    os._exit(7)


def test_an_owner_that_lost_its_lease_writes_nothing_more(store: Store) -> None:
    """REL-05: the fencing number is checked by every write."""
    run_id = new_run(store)
    old = Ledger(store, run_id, lease.acquire(store.database, run_id, lease.this_holder()))
    lease.release(store.database, run_id, old.fence)
    lease.acquire(store.database, run_id, lease.this_holder())
    before = store.events(run_id)
    with pytest.raises(LeaseLost):
        old.event("warning", text="late")
    with pytest.raises(LeaseLost):
        old.artifact("a", b"late")
    with pytest.raises(LeaseLost):
        old.record("k", "model_called", {}, Usage())
    assert store.events(run_id) == before


def test_a_recorded_answer_is_kept_with_its_cost(store: Store) -> None:
    run_id = new_run(store)
    with own(store, run_id) as ledger:
        ledger.record("plan/1/0", "model_called", {"content": "hi \ud83d"}, Usage(requests=1, tokens_in=5))
        assert ledger.answer("plan/1/0") == {"content": "hi \ud83d"}
        assert ledger.answer("plan/1/1") is None
        with pytest.raises(sqlite3.IntegrityError):
            ledger.record("plan/1/0", "model_called", {}, Usage(requests=1))
    assert store.usage(run_id) == Usage(requests=1, tokens_in=5)


def test_a_decision_on_an_old_revision_is_stale(store: Store) -> None:
    """APR-03."""
    run_id = new_run(store)
    store.add_plan(run_id, a_plan(1))
    store.add_plan(run_id, a_plan(2, "Do it better"))
    with pytest.raises(StaleApproval, match="revision 2"):
        store.decide(run_id, approval(a_plan(1)))
    assert store.approvals(run_id) == []


def test_twenty_equal_approvals_at_once_are_one(store: Store) -> None:
    """APR-08."""
    run_id = new_run(store)
    store.add_plan(run_id, a_plan(1))
    refused: list[StaleApproval] = []

    def decide() -> None:
        try:
            store.decide(run_id, approval(a_plan(1)))
        except StaleApproval as error:
            refused.append(error)

    threads = [threading.Thread(target=decide) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.approvals(run_id)) == 1
    assert len(refused) == 19


def test_a_run_is_found_by_a_unique_prefix_only(store: Store) -> None:
    run_id = new_run(store)
    assert store.find(run_id[:8]) == run_id
    for bad in ("", "zz", "%"):
        with pytest.raises(RunNotFound):
            store.find(bad)


def test_a_store_of_another_version_is_refused_not_touched(tmp_path: Path) -> None:
    """REL-10."""
    path = tmp_path / "patchwright.db"
    Database(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value='99' WHERE key='schema'")
    with pytest.raises(StoreUnusable, match="schema version 99"):
        Database(path)


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "patchwright.db"
    path.write_text("hello, this is not a database at all, it is text\n" * 100)
    with pytest.raises(StoreUnusable, match="cannot be used"):
        Database(path)


def test_a_full_disk_loses_nothing_that_was_recorded(store: Store) -> None:
    """REL-08: the write that doesn't fit fails with a sentence; the store recovers when there is room again."""
    run_id = new_run(store)
    connection = store.database.connection()
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages + 2}")
    with own(store, run_id) as ledger:
        with pytest.raises(StoreUnusable, match="free disk space"):
            ledger.artifact("big", json.dumps(list(range(100_000))).encode())
        connection.execute("PRAGMA max_page_count=1000000")
        ledger.artifact("big", b"now")
    assert store.artifact(run_id, "big") == b"now"
    assert [event.kind for event in store.events(run_id)] == ["run_created"]


def a_store_of_version_1(path: Path) -> None:
    """As the first release wrote it: a run with a call, an attempt and an event."""
    schema = Path(__file__).parents[1] / "cases" / "store" / "schema_1.sql"
    with sqlite3.connect(path) as connection:
        connection.executescript(schema.read_text())
        connection.execute("INSERT INTO meta VALUES ('schema', '1')")
        connection.execute(
            "INSERT INTO runs (id, status, issue, created_at, updated_at, graph_version) VALUES (?,?,?,?,?,?)",
            ("r1", "awaiting_review", ISSUE.model_dump_json(), "2026-11-01", "2026-11-01", "1"),
        )
        connection.execute(
            "INSERT INTO calls VALUES ('r1', 'plan/1/0', 'model_called', x'', '{\"requests\": 3}', '2026')"
        )
        connection.execute("INSERT INTO attempts VALUES ('r1', 0, 2, 'model', 'a', 'b', 'green', '', '2026')")


def test_a_store_of_the_first_version_is_upgraded_with_all_that_it_holds(tmp_path: Path) -> None:
    """REL-10: also by several processes at once."""
    path = tmp_path / "patchwright.db"
    a_store_of_version_1(path)
    threads = [threading.Thread(target=Database, args=(path,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = Store(Database(path))
    assert store.run("r1").candidates == 1
    assert store.usage("r1").requests == 3
    assert [(a["candidate"], a["step"], a["attempt"]) for a in store.attempts("r1")] == [(1, 0, 2)]
    fresh = Store(Database(tmp_path / "fresh.db"))
    assert tables(store) == tables(fresh)


def test_rel_10_a_store_may_be_opened_by_many_at_once_the_first_time(tmp_path: Path) -> None:
    """SQLite does not wait for another that changes the journal to WAL."""
    for number in range(20):
        path = tmp_path / f"{number}.db"
        a_store_of_version_1(path)
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(Database, [path] * 8))
        assert len(found) == 8


def tables(store: Store) -> set[tuple[str, str]]:
    names = [row["name"] for row in store.database.connection().execute("SELECT name FROM sqlite_master")]
    return {
        (name, row["name"])
        for name in names
        for row in store.database.connection().execute(f"PRAGMA table_info({name})")
    }


def test_each_word_of_a_human_reaches_one_call_and_always_that_one(store: Store) -> None:
    """REL-01: in order, once, and again where the call is played again."""
    run_id = new_run(store)
    with own(store, run_id) as ledger:
        store.say(run_id, "anna", "first")
        store.say(run_id, "anna", "second")
        for _ in range(2):
            assert [said.text for said in ledger.hear("a/0")] == ["first", "second"]
        ledger.record("a/0", "model_called", {}, Usage())
        store.say(run_id, "bert", "third")
        assert [said.text for said in ledger.hear("a/0")] == ["first", "second"]
        assert [said.text for said in ledger.hear("a/1")] == ["third"]
    kinds = [event.kind for event in store.events(run_id)]
    assert kinds.count("said") == 3 and kinds.count("heard") == 2


def test_what_is_spent_in_a_day_is_summed_over_runs_and_by_repository(store: Store) -> None:
    """RES-11."""
    other = store.create_run(ISSUE.model_copy(update={"repository": "/elsewhere"}), "1", "local").id
    for run_id in (new_run(store), new_run(store), other):
        with own(store, run_id) as ledger:
            ledger.record("k", "model_called", {}, Usage(requests=1, tokens_in=10))
    assert store.spent_since("2000-01-01").tokens_in == 30
    assert store.spent_since("2000-01-01", "/somewhere").requests == 2
    assert store.spent_since("2999-01-01") == Usage()
