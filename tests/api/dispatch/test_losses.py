"""A run whose process was lost goes on, unless it is what the process dies of."""

from pathlib import Path

import pytest

from patchwright.agent.issue import Issue
from patchwright.agent.run import Usage
from patchwright.agent.store.database import open_database
from patchwright.agent.store.ledger import own
from patchwright.agent.store.store import Store
from patchwright.api.dispatch.legs import DEAD
from patchwright.api.dispatch.losses import note_loss

ISSUE = Issue(title="t", repository="r", base_commit="0" * 40, clone="c")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(open_database(tmp_path / "patchwright.db"))


def test_a_run_that_loses_three_processes_at_the_same_place_is_parked_with_the_reason(store: Store) -> None:
    run_id = store.create_run(ISSUE, "1", "local").id
    assert [note_loss(store, run_id, "leg", "w", "signal SIGSEGV") for _ in range(3)] == [True, True, False]
    run = store.run(run_id)
    assert run.status == "infra_failed"
    assert "died at the same place again and again, the last one: signal SIGSEGV." in run.reason


def test_a_run_that_gets_further_in_between_was_only_unlucky(store: Store) -> None:
    run_id = store.create_run(ISSUE, "1", "local").id
    for number in range(5):
        assert note_loss(store, run_id, "leg", "w", "signal SIGKILL")
        assert note_loss(store, run_id, "leg", "w", "signal SIGKILL")
        with own(store, run_id) as ledger:
            ledger.record(f"k{number}", "model_called", {}, Usage())
    assert store.run(run_id).status == "queued"


def test_a_dead_worker_that_several_find_is_one_loss(store: Store) -> None:
    run_id = store.create_run(ISSUE, "1", "local").id
    assert all(note_loss(store, run_id, "leg", "w", DEAD) for _ in range(10))
    assert [event.kind for event in store.events(run_id)].count("worker_lost") == 1
    assert all(note_loss(store, run_id, "leg", f"another {number}", DEAD) for number in range(8))
    assert not note_loss(store, run_id, "leg", "a tenth", DEAD)
