"""The store as a file: who may read it, what it does when it is damaged, full, or opened by many."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from patchwright.agent.errors import StoreUnusable
from patchwright.agent.store.ledger import own
from patchwright.agent.store.sqlite import SqliteDatabase
from patchwright.agent.store.store import Store
from tests.agent.test_migrations import a_store_of_version_1
from tests.contract.test_store import new_run


def test_the_store_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    """SEC-06."""
    path = tmp_path / "state" / "patchwright.db"
    SqliteDatabase(path)
    assert path.stat().st_mode & 0o077 == 0


def test_a_store_of_another_version_is_refused_not_touched(tmp_path: Path) -> None:
    """REL-10."""
    path = tmp_path / "patchwright.db"
    SqliteDatabase(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num='99'")
    with pytest.raises(StoreUnusable, match="schema version 99"):
        SqliteDatabase(path)


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "patchwright.db"
    path.write_text("hello, this is not a database at all, it is text\n" * 100)
    with pytest.raises(StoreUnusable, match="cannot be used"):
        SqliteDatabase(path)


def test_a_full_disk_loses_nothing_that_was_recorded(tmp_path: Path) -> None:
    """REL-08: the write that doesn't fit fails with a sentence; the store recovers when there is room again."""
    store = Store(SqliteDatabase(tmp_path / "patchwright.db"))
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


def test_rel_10_a_store_may_be_opened_by_many_at_once_the_first_time(tmp_path: Path) -> None:
    """SQLite does not wait for another that changes the journal to WAL."""
    for number in range(20):
        path = tmp_path / f"{number}.db"
        a_store_of_version_1(path)
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(SqliteDatabase, [path] * 8))
        assert len(found) == 8
