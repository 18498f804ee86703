"""LangGraph's checkpoints, in the same database as the store and under the same fence."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, cast

from patchwright.agent.errors import LeaseLost
from patchwright.agent.store.ledger import Ledger
from patchwright.agent.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    import sqlite3

    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.checkpoint.postgres import PostgresSaver
    from langgraph.checkpoint.sqlite import SqliteSaver
    from psycopg import Cursor

    from patchwright.agent.store.postgres import PostgresDatabase


TOLD = "told"
"""Where a checkpoint's metadata holds the number of the last event before it."""

_OURS = "SELECT 1 FROM runs WHERE id={0} AND fence={0}"
_CHECKPOINTS = "checkpoint_migrations"


@contextmanager
def open_saver(ledger: Ledger) -> "Generator[BaseCheckpointSaver[Any]]":
    """A saver whose writes raise `LeaseLost` once the run has another owner.

    Values are restricted to plain data: loading a checkpoint constructs no object by name (REL-10).
    """
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    serde, database = JsonPlusSerializer(allowed_msgpack_modules=None), ledger.store.database
    if isinstance(database, SqliteDatabase):
        with _in_file(ledger, database, serde) as in_file:
            yield in_file
    else:
        yield _on_server(ledger, cast("PostgresDatabase", database), serde)


class _Telling:
    """Keeps with each checkpoint which events came before it."""

    ledger: Ledger

    def put(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
        told, saver = self.ledger.told(), cast("Any", super())
        saved = saver.put(config, checkpoint, {**metadata, TOLD: told}, new_versions)
        self.ledger.tell_after(told)
        return saved


@contextmanager
def _in_file(ledger: Ledger, database: SqliteDatabase, serde: Any) -> "Generator[SqliteSaver]":
    """On a connection of its own."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    class Fenced(_Telling, SqliteSaver):
        @contextmanager
        def cursor(self, transaction: bool = True) -> "Generator[sqlite3.Cursor]":
            with database.usable(), SqliteSaver.cursor(self, transaction) as cursor:
                if transaction:
                    cursor.execute("BEGIN IMMEDIATE")
                    _check(cursor.execute(_OURS.format("?"), (ledger.run_id, ledger.fence)), ledger)
                yield cursor

    with closing(database.connect()) as connection:
        connection.isolation_level = "DEFERRED"
        connection.row_factory = None
        saver = Fenced(connection, serde=serde)
        saver.ledger = ledger
        yield saver


def _on_server(ledger: Ledger, database: "PostgresDatabase", serde: Any) -> "PostgresSaver":
    """On the connections of the pool."""
    from langgraph.checkpoint.postgres import PostgresSaver

    class Fenced(_Telling, PostgresSaver):
        @contextmanager
        def _cursor(self, *, pipeline: bool = False) -> "Generator[Cursor[dict[str, Any]]]":
            with database.usable(), PostgresSaver._cursor(self, pipeline=pipeline) as cursor:
                if pipeline:  # LangGraph's word for what writes
                    lock = f"{_OURS.format('%s')} FOR UPDATE"
                    _check(cursor.execute(lock.encode(), (ledger.run_id, ledger.fence)), ledger)
                yield cursor

    saver = Fenced(database.pool, serde=serde)
    saver.ledger = ledger
    saver.supports_pipeline = False  # a pipeline would end the transaction where the fence is read
    _make_tables(database, saver.MIGRATIONS)
    return saver


def _make_tables(database: "PostgresDatabase", migrations: list[str]) -> None:
    """As `setup` does it, but once for all who come at the same time: indexes not CONCURRENTLY, under a lock."""
    if _made(database) == len(migrations):
        return
    with database.alone() as connection:
        for number in range(_made(database), len(migrations)):
            connection.raw.execute(migrations[number].replace("CONCURRENTLY", "").encode())
            connection.raw.execute(f"INSERT INTO {_CHECKPOINTS} (v) VALUES (%s)".encode(), (number,))


def _made(database: "PostgresDatabase") -> int:
    """How many of LangGraph's migrations the database has."""
    if not database.has_table(_CHECKPOINTS):
        return 0
    row = database.connection().execute(f"SELECT max(v) + 1 AS made FROM {_CHECKPOINTS}").fetchone()
    return int(row["made"] or 0)


def _check(found: Any, ledger: Ledger) -> None:
    """Within the transaction that will write, so that nobody can take the run over in between."""
    if found.fetchone() is None:
        raise LeaseLost(f"Another process has taken run {ledger.run_id} over; this one stops.")
