"""LangGraph's checkpoints, in the same file as the store and under the same fence."""

from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from patchwright.agent.errors import LeaseLost
from patchwright.agent.store.ledger import Ledger

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite import SqliteSaver


@contextmanager
def open_saver(ledger: Ledger) -> "Generator[SqliteSaver]":
    """A saver on a connection of its own whose writes raise `LeaseLost` once the run has another owner.

    Values are restricted to plain data: loading a checkpoint constructs no object by name (REL-10).
    """
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
    from langgraph.checkpoint.sqlite import SqliteSaver

    class FencedSaver(SqliteSaver):
        def _check(self) -> None:
            with self.cursor(transaction=False) as cursor:
                query = "SELECT 1 FROM runs WHERE id=? AND fence=?"
                if cursor.execute(query, (ledger.run_id, ledger.fence)).fetchone() is None:
                    raise LeaseLost(f"Another process has taken run {ledger.run_id} over; this one stops.")

        def put(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
            self._check()
            return super().put(config, checkpoint, metadata, new_versions)

        def put_writes(self, config: Any, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = "") -> None:
            self._check()
            super().put_writes(config, writes, task_id, task_path)

    with closing(ledger.store.database.connect()) as connection:
        connection.isolation_level = "DEFERRED"
        connection.row_factory = None
        yield FencedSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
