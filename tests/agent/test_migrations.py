"""Every older database becomes the newest with all that it holds, on both databases (REL-10)."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from patchwright.agent.issue import Issue
from patchwright.agent.store.database import Database, open_database
from patchwright.agent.store.migrations.bring import BEFORE_ALEMBIC, VERSIONS, statements, versions
from patchwright.agent.store.migrations.step import upgrade
from patchwright.agent.store.store import Store
from patchwright.evals.bench.postgres import Server

ISSUE = Issue(title="Fix it", repository="/somewhere", base_commit="0" * 40, clone="c")
RUN = "INSERT INTO runs (id, status, issue, created_at, updated_at, graph_version) VALUES (?,?,?,?,?,?)"
FIRST = ("r1", "awaiting_review", ISSUE.model_dump_json(), "2026-11-01", "2026-11-01", "1")
ROWS = (
    "INSERT INTO calls VALUES ('r1', 'plan/1/0', 'model_called', '', '{\"requests\": 3}', '2026')",
    "INSERT INTO attempts VALUES ('r1', 0, 2, 'model', 'a', 'b', 'green', '', '2026')",
)


def a_store_of_version_1(path: Path) -> None:
    """As the first release wrote it: a run with a call and an attempt."""
    schema = Path(__file__).parents[1] / "cases" / "store" / "schema_1.sql"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(schema.read_text())
        connection.execute("INSERT INTO meta VALUES ('schema', '1')")
        connection.execute(RUN, FIRST)
        for row in ROWS:
            connection.execute(row)
        connection.commit()


@pytest.fixture(params=["sqlite", "postgres"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """Databases with nothing in them."""
    if request.param == "sqlite":
        return (tmp_path / f"{number}.db" for number in range(100))
    server: Server = request.getfixturevalue("postgres_server")
    return iter(server.new_database, "")


def an_old_database(place: Path | str, version: str) -> None:
    """A database of the first version with a run, a call and an attempt, that was brought to that version."""
    with closing(open_database(place)) as database:
        with database.alone() as connection:
            for name in tables(database):
                connection.execute(f"DROP TABLE {name}")
            for statement in statements(import_module(f"{VERSIONS}.{versions()[0]}").TABLES):
                connection.execute(database.schema(statement))
            for statement in ROWS:
                connection.execute(statement)
            connection.execute(RUN, FIRST)
            connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        upgrade(database, version)
        if version in BEFORE_ALEMBIC.values():
            with database.alone() as connection:
                connection.execute("DROP TABLE alembic_version")
                connection.execute("INSERT INTO meta VALUES ('schema', ?)", (str(int(version)),))


def tables(database: Database) -> list[str]:
    sqlite = "SELECT name FROM sqlite_master WHERE type='table'"
    server = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema='public'"
    query = server if database.name.startswith("postgres") else sqlite
    return [row["name"] for row in database.connection().execute(query)]


def shape(database: Database) -> set[Any]:
    """Every column with its type, every index."""
    connection = database.connection()
    if database.name.startswith("postgres"):
        columns = connection.execute(
            "SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default "
            "FROM information_schema.columns WHERE table_schema='public'"
        )
        indexes = connection.execute("SELECT indexdef FROM pg_indexes WHERE schemaname='public'")
        # An index keeps the name of the table for which it was made.
        return {tuple(row.values()) for row in columns} | {row["indexdef"].partition(" ON ")[2] for row in indexes}
    found = connection.execute("SELECT name FROM sqlite_master WHERE type='index'")
    typed = (
        (name, row["name"], row["type"], row["notnull"], row["dflt_value"])
        for name in tables(database)
        for row in connection.execute(f"PRAGMA table_info({name})")
    )
    return {row["name"] for row in found} | set(typed)


@pytest.mark.parametrize("version", [name[:4] for name in versions()])
def test_a_database_of_each_version_becomes_the_newest_with_all_that_it_holds(
    places: Iterator[Path | str], version: str
) -> None:
    """Also if several processes want it at once; an up-to-date one is left alone."""
    old = next(places)
    an_old_database(old, version)
    with ThreadPoolExecutor(3) as pool:
        for opened in pool.map(open_database, [old] * 3):
            opened.close()
    with closing(open_database(old)) as migrated, closing(open_database(next(places))) as fresh:
        store = Store(migrated)
        assert shape(migrated) == shape(fresh)
        assert store.run("r1").candidates == 1
        assert store.usage("r1").requests == 3
        assert [(a["candidate"], a["step"], a["attempt"]) for a in store.attempts("r1")] == [(1, 0, 2)]
        assert store.spent_since("2000", "/somewhere").requests == 3


def test_the_file_of_the_first_release_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "patchwright.db"
    a_store_of_version_1(path)
    with closing(open_database(path)) as database:
        assert Store(database).run("r1").status == "awaiting_review"
        assert Store(database).spent_since("2000", "/somewhere").requests == 3


def test_the_versions_are_a_chain_in_the_order_of_their_numbers() -> None:
    modules = [import_module(f"{VERSIONS}.{name}") for name in versions()]
    numbers = [name[:4] for name in versions()]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert [module.revision for module in modules] == numbers
    assert [module.down_revision for module in modules] == [None, *numbers[:-1]]
