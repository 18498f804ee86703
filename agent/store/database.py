"""What the store stands on: one SQL text, spoken by a SQLite file or by PostgreSQL.

What differs between the two is in `sqlite.py` and `postgres.py`, and nowhere else.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sqlalchemy import Connection as Migrated

PATIENCE = 30.0
"""Seconds that a writer waits for another."""

Arguments = Sequence[Any] | Mapping[str, Any]


class Rows(Protocol):
    """What a statement gave: rows that are read by column name, and how many it changed."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        ...

    def fetchone(self) -> Any:
        """The next row, or None."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """Runs statements. Places of arguments are `?` with a sequence, `:name` with a mapping, never both."""

    def execute(self, statement: str, arguments: Arguments = (), /) -> Rows:
        """Run one statement."""
        ...


class Database(Protocol):
    """One database of this process, for all its threads.

    Raises: `StoreUnusable` from every method if the disk is full, the file damaged or the server out of reach.
    """

    @property
    def name(self) -> str:
        """The file or the server, as a person is told; never a password."""
        ...

    @property
    def is_near(self) -> bool:
        """Whether a short look takes a fraction of a millisecond: a file here, not a server somewhere."""
        ...

    def connection(self) -> Connection:
        """For reading: each statement stands alone."""
        ...

    def transaction(self, run_id: str = "") -> AbstractContextManager[Connection]:
        """All or nothing. Whoever names a run holds it alone until the end: nobody else writes to it meanwhile."""
        ...

    def presence(self) -> int:
        """What shows to other machines that this process lives; 0 if only this machine can tell."""
        ...

    def is_present(self, presence: int) -> bool:
        """Whether the process that has this presence lives; True where it can't be told."""
        ...

    def is_shown(self) -> bool:
        """Whether the presence that this process has taken still stands; False if others may take it for dead."""
        ...

    def has_table(self, name: str) -> bool:
        """Whether there is such a table."""
        ...

    def schema(self, statement: str) -> str:
        """A statement about tables, written for SQLite, in this database's words."""
        ...

    def alone(self) -> AbstractContextManager[Connection]:
        """A transaction that waits for everyone else who changes the tables."""
        ...

    def migrated(self) -> "AbstractContextManager[Migrated]":
        """The same for SQLAlchemy, which the migrations of an old database go through."""
        ...

    def close(self) -> None:
        """Give back what is open. The object is not used after that."""
        ...


def open_database(place: Path | str, presence: int = 0) -> Database:
    """A file, or a server by its URL; its tables are made or brought up to date.

    `presence` is that of the process which started this one and without which it does not live; 0: its own.
    Raises `StoreUnusable`, or `UsageError` if the URL is none that we know.
    """
    if isinstance(place, Path):
        from patchwright.agent.store.sqlite import SqliteDatabase

        return SqliteDatabase(place)
    from patchwright.agent.store.postgres import PostgresDatabase

    return PostgresDatabase(place, presence)
