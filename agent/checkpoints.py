"""LangGraph's checkpoints, in the same file as the store and under the same fence."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from patchwright.agent.errors import LeaseLost
from patchwright.agent.store.ledger import Ledger

if TYPE_CHECKING:
    import sqlite3

    from langgraph.checkpoint.sqlite import SqliteSaver


TOLD = "told"
"""Where a checkpoint's metadata holds the number of the last event before it."""


@contextmanager
def open_saver(ledger: Ledger) -> "Generator[SqliteSaver]":
    """A saver on a connection of its own whose writes raise `LeaseLost` once the run has another owner.

    Values are restricted to plain data: loading a checkpoint constructs no object by name (REL-10).
    """
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
    from langgraph.checkpoint.sqlite import SqliteSaver

    class FencedSaver(SqliteSaver):
        @contextmanager
        def cursor(self, transaction: bool = True) -> "Generator[sqlite3.Cursor]":
            with ledger.store.database.usable(), SqliteSaver.cursor(self, transaction) as cursor:
                if transaction:
                    _check(cursor, ledger)
                yield cursor

        def put(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
            told = ledger.told()
            known: Any = dict(metadata, **{TOLD: told})
            put = super().put(config, checkpoint, known, new_versions)
            ledger.tell_after(told)
            return put

    with closing(ledger.store.database.connect()) as connection:
        connection.isolation_level = "DEFERRED"
        connection.row_factory = None
        yield FencedSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))


def _check(cursor: "sqlite3.Cursor", ledger: Ledger) -> None:
    """Within the transaction that will write, so that nobody can take the run over in between."""
    cursor.execute("BEGIN IMMEDIATE")
    query = "SELECT 1 FROM runs WHERE id=? AND fence=?"
    if cursor.execute(query, (ledger.run_id, ledger.fence)).fetchone() is None:
        raise LeaseLost(f"Another process has taken run {ledger.run_id} over; this one stops.")
