"""The store and the ledger on every database: nothing lost, nothing twice, one owner."""

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from patchwright.agent.errors import LeaseLost, RunBusy, RunNotFound, StaleApproval, UsageError
from patchwright.agent.issue import Issue
from patchwright.agent.plan import Approval, Draft, Plan, Step, Terms, plan_sha256
from patchwright.agent.run import Usage
from patchwright.agent.store import lease, retention
from patchwright.agent.store.database import open_database
from patchwright.agent.store.ledger import Ledger, own
from patchwright.agent.store.store import Store
from patchwright.evals.bench.postgres import Server

ISSUE = Issue(title="Fix it", repository="/somewhere", base_commit="0" * 40, clone="c")
TERMS = Terms(run_id="r", image="i", commands=(), limits={})


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    if request.param == "sqlite":
        return tmp_path / "state" / "patchwright.db"
    server: Server = request.getfixturevalue("postgres_server")
    return server.new_database()


@pytest.fixture
def store(place: Path | str) -> Iterator[Store]:
    with closing(open_database(place)) as database:
        yield Store(database)


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


def test_a_dead_owner_does_not_hold_the_run(store: Store, place: Path | str) -> None:
    """REL-01, REL-05: a killed process leaves its lease behind; the next one goes on at once."""
    run_id = new_run(store)
    child = multiprocessing.get_context("spawn").Process(target=_acquire_and_die, args=(place, run_id))
    child.start()
    os.waitid(os.P_PID, child.pid or 0, os.WEXITED | os.WNOWAIT)  # dead, but nobody has asked how it ended
    with own(store, run_id) as ledger:
        assert ledger.fence == 2
    child.join()
    assert child.exitcode == 7


def _acquire_and_die(place: Path | str, run_id: str) -> None:
    lease.acquire(open_database(place), run_id, lease.this_holder())
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
        with pytest.raises(ValueError, match="answered already"):
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


def test_many_runs_are_written_to_at_once_and_none_waits_for_ever(store: Store) -> None:
    ids = [new_run(store) for _ in range(6)]

    def work(run_id: str) -> None:
        with own(store, run_id) as ledger:
            for number in range(10):
                ledger.record(f"k{number}", "model_called", {}, Usage(requests=1))
                store.say(run_id, "anna", "words")

    with ThreadPoolExecutor(len(ids)) as pool:
        list(pool.map(work, ids))
    assert [store.usage(run_id).requests for run_id in ids] == [10] * 6
    assert [store.last_event(run_id) for run_id in ids] == [21] * 6


def test_what_is_replaced_is_the_newest(store: Store) -> None:
    run_id = new_run(store)
    with own(store, run_id) as ledger:
        for text in (b"old", b"new"):
            ledger.artifact("a", text)
            ledger.cache("c", text)
            ledger.attempt((1, 0, 1), "model", ("a", "b"), text.decode(), "")
    assert (store.artifact(run_id, "a"), store.cached("c")) == (b"new", b"new")
    assert [attempt["result"] for attempt in store.attempts(run_id)] == ["new"]


def test_a_replay_begins_with_the_answers_of_its_run(store: Store) -> None:
    run_id = new_run(store)
    with own(store, run_id) as ledger:
        for key in ("plan/1/0", "plan/1/0!1"):
            ledger.record(key, "model_called", {"content": "hi"}, Usage(requests=1))
        ledger.artifact("asked/plan", b"what")
        ledger.artifact("patch.diff", b"not this")
    replay = store.create_replay(run_id, "1").id
    assert [answer["key"] for answer in store.answers(replay)] == ["plan/1/0"]
    assert store.artifacts(replay) == ["asked/plan"]
    assert store.usage(replay) == Usage()


def test_any_text_is_kept_and_sorted_by_its_bytes(store: Store) -> None:
    """LLM-03; NUL is the one character that not every database holds."""
    words = ["a", "B", "\u00e4", "~", "100% :of ?it", "\U0001f600"]
    run_id = new_run(store)
    for word in words:
        store.keep(run_id, word, word.encode())
        store.say(run_id, "anna", f"{word}\0")
    assert store.artifacts(run_id) == sorted(words)
    assert [said.text.rstrip("\0\ufffd") for said in store.said(run_id)] == words


def test_a_database_that_stores_no_utf_8_is_refused_with_what_to_do(postgres_server: Server) -> None:
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE plain ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(UsageError, match=r"stores text as SQL_ASCII.*createdb --encoding UTF8"):
        open_database(postgres_server.url("plain"))


def test_a_run_that_ended_long_ago_is_forgotten_unless_it_was_touched_since(store: Store) -> None:
    run_id, kept = new_run(store), new_run(store)
    with own(store, run_id) as ledger:
        ledger.artifact("a", b"x" * 100)
        ledger.end("cancelled", None, "none", "")
    (old,) = retention.old(store.runs(), datetime.now(UTC) + timedelta(days=2), timedelta(days=1))
    assert old.id == run_id and retention.weight(store, run_id) > 0
    assert not retention.forget(store, old.model_copy(update={"updated_at": "before"}))
    assert retention.forget(store, old)
    assert [run.id for run in store.runs()] == [kept]
    assert store.artifacts(run_id) == [] and store.events(run_id) == []
