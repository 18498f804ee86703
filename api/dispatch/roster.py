"""Who works: a row for each worker, which lives as long as its process does."""

from dataclasses import dataclass

from patchwright.agent.store import lease
from patchwright.agent.store.database import Database


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that takes legs. `since` is UTC ISO 8601."""

    name: str
    graph_version: str
    concurrency: int
    since: str

    @property
    def host(self) -> str:
        """The machine that it runs on."""
        return holder_of(self.name).host


def name_of(holder: lease.Holder) -> str:
    """A process as a worker's name."""
    return f"{holder.host}/{holder.pid}/{holder.started}/{holder.presence}"


def holder_of(name: str) -> lease.Holder:
    """The process of that name. Raises ValueError if it is none of `name_of`."""
    host, pid, started, presence = name.rsplit("/", 3)
    return lease.Holder(int(pid), host, int(started), 0, int(presence))


def lives(database: Database, name: str) -> bool:
    """Whether the worker's process is there."""
    return lease.lives(database, holder_of(name))


def enlist(database: Database, worker: Worker) -> None:
    """Say that this worker takes legs."""
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO workers (name, graph_version, concurrency, since) VALUES (?,?,?,?) ON CONFLICT DO NOTHING",
            (worker.name, worker.graph_version, worker.concurrency, worker.since),
        )


def strike(database: Database, name: str) -> None:
    """Say that it takes none any more."""
    with database.transaction() as connection:
        connection.execute("DELETE FROM workers WHERE name=?", (name,))


def roster(database: Database) -> list[Worker]:
    """Every worker that is written down, also dead ones that nobody has struck yet."""
    rows = database.connection().execute("SELECT name, graph_version, concurrency, since FROM workers ORDER BY since")
    return [Worker(**dict(row)) for row in rows]
