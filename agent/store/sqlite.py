"""The store as one SQLite file: what any machine has, and the quickest for one."""

import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from patchwright.agent.errors import StoreUnusable
from patchwright.agent.store.database import PATIENCE
from patchwright.agent.store.migrations.bring import bring_up_to_date

if TYPE_CHECKING:
    from sqlalchemy import Connection as Migrated


class SqliteDatabase:
    """A connection per thread to one file in WAL mode. Transactions are short and take the write lock first."""

    is_near = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)
        self._local = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.usable():
            self.connection()
            path.chmod(0o600)
            bring_up_to_date(self)

    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = self.connect()
        return found

    def connect(self) -> sqlite3.Connection:
        """A new connection with our settings: WAL, NORMAL, and patience for another writer."""
        connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        to_wal(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    @contextmanager
    def transaction(self, run_id: str = "") -> Generator[sqlite3.Connection]:
        """All or nothing; there is one writer at a time, so that no run has to be held."""
        connection = self.connection()
        with self.usable():
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def usable(self) -> Generator[None]:
        """Within it a full disk or a damaged file is `StoreUnusable`. What breaks a constraint stays as it is."""
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise self._unusable(error) from error

    def presence(self) -> int:
        """None: a file is used by one machine, which knows its processes."""
        return 0

    def is_present(self, presence: int) -> bool:
        """Not to be told."""
        return True

    def is_shown(self) -> bool:
        """Always."""
        return True

    def has_table(self, name: str) -> bool:
        """Whether there is such a table."""
        query = "SELECT 1 FROM sqlite_master WHERE type='table' AND name=?"
        return self.connection().execute(query, (name,)).fetchone() is not None

    def schema(self, statement: str) -> str:
        """As it is written."""
        return statement

    @contextmanager
    def alone(self) -> Generator[sqlite3.Connection]:
        """There is one writer at a time."""
        with self.transaction() as connection:
            yield connection

    @contextmanager
    def migrated(self) -> "Generator[Migrated]":
        """On a connection of its own, which holds the write lock."""
        from sqlalchemy import StaticPool, create_engine

        with self.usable(), closing(self.connect()) as raw:
            engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
            with engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
                connection.commit()

    def close(self) -> None:
        """This thread's connection; another thread's goes with it."""
        self.connection().close()
        self._local = threading.local()

    def _unusable(self, error: sqlite3.DatabaseError) -> StoreUnusable:
        if not isinstance(error, sqlite3.OperationalError):
            return StoreUnusable(
                f"The store {self.path} cannot be used: it is damaged, or none of patchwright's ({error}). "
                "Move it away, or name another folder in PATCHWRIGHT_STATE."
            )
        return StoreUnusable(
            f"The store {self.path} cannot be used ({error}). Nothing that was recorded is lost: "
            "free disk space or fix the file's permissions, then run the command again."
        )


def to_wal(connection: sqlite3.Connection) -> None:
    """SQLite waits for nobody where it changes the journal: whoever comes second looks again."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        else:
            return
        time.sleep(0.01)
