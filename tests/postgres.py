"""A PostgreSQL server for the tests, in a folder of its own, started by whoever asks first and ended with the tests."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=32MB -c max_connections=200"


def programs() -> Path | None:
    """Where `initdb` and `pg_ctl` are, the newest first; None if this machine has no server."""
    found = [folder for place in PLACES for folder in Path("/").glob(place[1:]) if (folder / "initdb").exists()]
    on_path = shutil.which("initdb")
    return max(found) if found else Path(on_path).parent if on_path else None


@dataclass(frozen=True)
class Server:
    """Reached through a socket in `folder` only."""

    folder: Path
    bin: Path
    options: str = FAST
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_database(self) -> str:
        """The URL of a database with nothing in it."""
        name = f"d{next(self._numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' {self.options}"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, how: str = "fast") -> None:
        self._run("pg_ctl", "-w", "-m", how, "stop")

    def make(self) -> None:
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def _run(self, program: str, *arguments: str) -> None:
        """As somebody else than root, whom PostgreSQL refuses."""
        done = subprocess.run(
            [self.bin / program, "-D", self.folder / "data", *arguments],
            user="nobody" if os.geteuid() == 0 else None,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=(self.folder / "said").open("a"),
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert done.returncode == 0, (self.folder / "said").read_text()


@contextmanager
def running() -> Generator[Server]:
    """A server while the context lasts."""
    found = programs()
    assert found, "no PostgreSQL server is installed"
    with tempfile.TemporaryDirectory(prefix="pw-pg-", ignore_cleanup_errors=True) as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
        server = Server(Path(folder), found)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
