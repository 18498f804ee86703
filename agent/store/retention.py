"""Forgetting runs that ended long ago, with all that stands in the database for them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from patchwright.agent.run import ENDED, Run
from patchwright.agent.store.store import Store, stamp

OF_RUNS = ("plans", "approvals", "calls", "said", "attempts", "events", "artifacts")
OF_THREADS = ("checkpoints", "writes", "checkpoint_blobs", "checkpoint_writes")
"""LangGraph's, as far as this database has them."""
_BYTES = (("artifacts", "data"), ("calls", "answer"), ("events", "data"), ("plans", "plan"))


def old(runs: Iterable[Run], now: datetime, age: timedelta) -> list[Run]:
    """The runs that have ended and were not touched for so long, the oldest first."""
    before = stamp(now - age)
    return sorted(
        (run for run in runs if run.status in ENDED and run.updated_at < before), key=lambda run: run.updated_at
    )


def weight(store: Store, run_id: str) -> int:
    """About how many bytes stand there for the run."""
    read = store.database.connection()
    query = "SELECT coalesce(sum(length({})), 0) AS bytes FROM {} WHERE run_id=?"
    rows = (read.execute(query.format(column, table), (run_id,)).fetchone() for table, column in _BYTES)
    return sum(int(row["bytes"]) for row in rows)


def forget(store: Store, run: Run) -> bool:
    """Delete everything of the run at once, unless somebody has touched it since; whether it was done."""
    database = store.database
    threads = [table for table in OF_THREADS if database.has_table(table)]
    with database.transaction(run.id) as connection:
        gone = connection.execute("DELETE FROM runs WHERE id=? AND updated_at=?", (run.id, run.updated_at))
        if not gone.rowcount:
            return False
        for table in OF_RUNS:
            connection.execute(f"DELETE FROM {table} WHERE run_id=?", (run.id,))
        for table in threads:
            connection.execute(f"DELETE FROM {table} WHERE thread_id=?", (run.id,))
    return True


def forget_results(store: Store, now: datetime, age: timedelta) -> int:
    """Delete results that any run could reuse and that are so old; how many there were."""
    with store.database.transaction() as connection:
        return connection.execute("DELETE FROM cache WHERE at<?", (stamp(now - age),)).rowcount


def count_results(store: Store, now: datetime, age: timedelta) -> int:
    """How many results `forget_results` would delete."""
    query = "SELECT count(*) AS n FROM cache WHERE at<?"
    return int(store.database.connection().execute(query, (stamp(now - age),)).fetchone()["n"])
