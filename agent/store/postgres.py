"""The store on PostgreSQL, for many machines. Only this file and the checkpoints' speak psycopg."""

import re
import secrets
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from patchwright.agent.errors import StoreUnusable, UsageError
from patchwright.agent.store.database import PATIENCE, Arguments, Connection
from patchwright.agent.store.migrations.bring import bring_up_to_date

if TYPE_CHECKING:
    from sqlalchemy import Connection as Migrated

CONNECTIONS = 10
"""The most that one process opens at the same time; whoever comes later waits. At rest it keeps one."""
CONNECT_SECONDS = 10
TABLES_LOCK = 0x7061746368
"""The advisory lock of whoever changes the tables; any number that nobody else takes."""
SETTINGS: Mapping[str, Any] = {
    "connect_timeout": CONNECT_SECONDS,
    # A process that was stopped in the middle of a transaction doesn't hold a run for longer than its lease, and
    # a machine that has lost its power is noticed by the server within 15 s.
    "options": f"-c lock_timeout={PATIENCE:.0f}s -c idle_in_transaction_session_timeout={PATIENCE:.0f}s "
    "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3",
    "application_name": "patchwright",
}
Raw = psycopg.Connection[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """The rows of a statement that stood alone."""

    rows: list[dict[str, Any]]
    rowcount: int

    def fetchone(self) -> Any:
        """The first row, or None."""
        return self.rows[0] if self.rows else None

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)


@dataclass(frozen=True, slots=True)
class Speaking:
    """A connection that takes statements in our words."""

    raw: Raw

    def execute(self, statement: str, arguments: Arguments = (), /) -> Fetched:
        """Run one statement."""
        cursor = self.raw.execute(spoken(statement).encode(), stored(arguments))
        return Fetched(cursor.fetchall() if cursor.description else [], cursor.rowcount)


class PostgresDatabase:
    """A pool of connections to one server, and one beside it that shows that this process lives."""

    is_near = False

    def __init__(self, url: str, presence: int = 0) -> None:
        self.url = url
        self.name = _named(url)
        self._lock = threading.Lock()
        self._presence = presence
        self._shown: Raw | None = None
        with self.usable():
            self.pool = ConnectionPool(
                url,
                connection_class=Raw,
                kwargs={**SETTINGS, "autocommit": True, "row_factory": dict_row},
                min_size=0,
                max_size=CONNECTIONS,
                timeout=PATIENCE,
                max_idle=60,
                num_workers=1,
                check=ConnectionPool[Raw].check_connection,
                open=False,
            )
            with closing(self.connect()) as raw:  # what stands against it is told at once, not when the pool gives up
                _check_encoding(raw, self.name)
            self.pool.open()
            bring_up_to_date(self)

    def connect(self) -> Raw:
        """A connection that is not one of the pool's."""
        return Raw.connect(self.url, row_factory=dict_row, autocommit=True, **SETTINGS)

    def connection(self) -> Connection:
        """For reading: each statement takes a connection of the pool."""
        return self

    def execute(self, statement: str, arguments: Arguments = (), /) -> Fetched:
        """One statement that stands alone."""
        with self.usable(), self.pool.connection() as raw:
            return Speaking(raw).execute(statement, arguments)

    @contextmanager
    def transaction(self, run_id: str = "") -> Generator[Speaking]:
        """All or nothing; the run's row is locked first, and so are its events, plans and fence."""
        with self.usable(), self.pool.connection() as raw, raw.transaction():
            speaking = Speaking(raw)
            if run_id:
                speaking.execute("SELECT 1 FROM runs WHERE id=? FOR UPDATE", (run_id,))
            yield speaking

    @contextmanager
    def usable(self) -> Generator[None]:
        """Within it a server that is out of reach, or has no room, is `StoreUnusable`."""
        try:
            yield
        except psycopg.OperationalError as error:
            said = " ".join(str(error).split())
            raise StoreUnusable(
                f"The store {self.name} cannot be used ({said}). Nothing that was recorded is lost: see that the "
                "server runs, is reached from here and has room, then try again."
            ) from error

    def presence(self) -> int:
        """A number whose advisory lock is held for as long as this process lives and reaches the server."""
        with self._lock, self.usable():
            if not self._presence:
                self._presence = secrets.randbits(62)
                self._shown = self.connect()
                self._shown.execute("SELECT pg_advisory_lock(%s)", (self._presence,))
            return self._presence

    def is_shown(self) -> bool:
        """Whether the presence that this process has taken is still there; False if the server was lost once."""
        with self._lock:
            try:
                return self._shown is not None and bool(self._shown.execute("SELECT 1"))
            except psycopg.OperationalError:
                return False

    def is_present(self, presence: int) -> bool:
        """Whether anybody holds that lock. It is looked for, not taken, so that many may ask at once."""
        query = (
            "SELECT 1 AS held FROM pg_locks WHERE locktype='advisory' AND granted AND objsubid=1 AND "
            "database=(SELECT oid FROM pg_database WHERE datname=current_database()) AND classid=? AND objid=?"
        )
        return not presence or self.execute(query, (presence >> 32, presence & 0xFFFFFFFF)).fetchone() is not None

    def has_table(self, name: str) -> bool:
        """Whether there is such a table on the search path."""
        return self.execute("SELECT to_regclass(?) AS found", (name,)).fetchone()["found"] is not None

    def schema(self, statement: str) -> str:
        """The types of SQLite by their names here. Text is sorted by its bytes, as there."""
        for pattern, word in _WORDS:
            statement = re.sub(pattern, word, statement)
        return statement

    @contextmanager
    def alone(self) -> Generator[Speaking]:
        """Under the lock of the tables."""
        with self.transaction() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(?)", (TABLES_LOCK,))
            yield connection

    @contextmanager
    def migrated(self) -> "Generator[Migrated]":
        """On a connection of its own, under the lock of the tables."""
        from sqlalchemy import StaticPool, create_engine

        with self.usable(), closing(psycopg.connect(self.url, **SETTINGS)) as raw:
            engine = create_engine("postgresql+psycopg://", creator=lambda: raw, poolclass=StaticPool)
            with engine.connect() as connection:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TABLES_LOCK})")
                yield connection
                connection.commit()

    def close(self) -> None:
        """Every connection; from here on this process is not present."""
        self.pool.close()
        with self._lock:
            if self._shown is not None:
                self._shown.close()


_WORDS = (
    (r"\) WITHOUT ROWID", ")"),
    (r"\bINTEGER PRIMARY KEY\b", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
    (r"\bBLOB\b", "BYTEA"),
    (r"\bREAL\b", "DOUBLE PRECISION"),
    (r"\bTEXT\b", 'TEXT COLLATE "C"'),
)


@lru_cache(maxsize=500)
def spoken(statement: str) -> str:
    """`?` and `:name` as psycopg writes them."""
    return re.sub(r"(?<![:\w]):(\w+)", r"%(\1)s", statement.replace("%", "%%").replace("?", "%s"))


def stored(arguments: Arguments) -> Arguments:
    """NUL is the one character that PostgreSQL's text doesn't hold (LLM-03)."""
    if isinstance(arguments, Mapping):
        return {name: _stored(value) for name, value in arguments.items()}
    return [_stored(value) for value in arguments]


def _stored(value: Any) -> Any:
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _check_encoding(raw: Raw, name: str) -> None:
    """Another encoding cannot hold all texts, and SQL_ASCII gives them back as bytes. Raises `UsageError`."""
    encoding = raw.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise UsageError(
            f"The database {name} stores text as {encoding}, not as UTF-8. Make another one: "
            "createdb --encoding UTF8 --template template0 NAME, and name it in PATCHWRIGHT_DATABASE."
        )


def _named(url: str) -> str:
    """Where the server is and which database, without who and with what word."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise UsageError(
            f"PATCHWRIGHT_DATABASE is no address of a PostgreSQL server ({error}). "
            "Write it as postgresql://USER@HOST:PORT/DATABASE."
        ) from None
    return f"postgresql://{parts.get('host', '')}{_port(parts.get('port'))}/{parts.get('dbname', '')}"


def _port(port: Any) -> str:
    return f":{port}" if port else ""
