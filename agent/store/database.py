"""One SQLite file: connections, transactions, schema version."""

import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from patchwright.agent.errors import StoreUnusable

SCHEMA_VERSION = "2"
UPGRADES = {"1": "2"}
"""The version that `upgrade_N.sql` makes of version N."""

PATIENCE = 30.0
"""Seconds that a writer waits for another."""


class Database:
    """A connection per thread to one file in WAL mode. Transactions are short and take the write lock first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._prepare()

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
        _to_wal(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """All or nothing. Raises `StoreUnusable` if the disk is full or the file cannot be used."""
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

    def _prepare(self) -> None:
        with self.usable():
            connection = self.connection()
            self.path.chmod(0o600)
            if not self._version(connection):
                self._create(connection)
            while (found := self._version(connection)) in UPGRADES:
                self._upgrade(found)
        if found != SCHEMA_VERSION:
            raise StoreUnusable(
                f"The store {self.path} has schema version {found}; this patchwright knows {SCHEMA_VERSION}. "
                "Use the version that wrote it, or another PATCHWRIGHT_STATE folder."
            )

    def _upgrade(self, found: str) -> None:
        """All of it or nothing, and once, however many processes want it at the same time."""
        script = _script(f"upgrade_{found}.sql")
        with self.transaction() as connection:
            if self._version(connection) == found:
                for statement in filter(str.strip, script.split(";")):
                    connection.execute(statement)
                connection.execute("UPDATE meta SET value=? WHERE key='schema'", (UPGRADES[found],))

    @staticmethod
    def _version(connection: sqlite3.Connection) -> str:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE name='meta'").fetchone()
        if tables is None:
            return ""
        row = connection.execute("SELECT value FROM meta WHERE key='schema'").fetchone()
        return str(row["value"]) if row else ""

    @staticmethod
    def _create(connection: sqlite3.Connection) -> None:
        version = f"INSERT OR IGNORE INTO meta VALUES ('schema', '{SCHEMA_VERSION}');"
        connection.executescript(f"BEGIN IMMEDIATE;\n{_script('schema.sql')}\n{version}\nCOMMIT;")

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


def _to_wal(connection: sqlite3.Connection) -> None:
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


def _script(name: str) -> str:
    return resources.files("patchwright.agent.store").joinpath(name).read_text()
