"""A PostgreSQL server of one's own, in a folder that goes with it: for what is measured and tested on one.

Reached through a socket only, by whoever may read the folder; run as nobody if we are root, whom it refuses.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

PLACES = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "usr/local/pgsql/bin")
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
PLACE = "/tmp"
"""A socket's path has 107 bytes, and nobody has to come through to it."""
COMMON = "-c listen_addresses='' -c shared_buffers=32MB -c max_connections=200"


def programs() -> Path | None:
    """Where `initdb` and `pg_ctl` are, the newest first; None if this machine has no server."""
    found = [folder for place in PLACES for folder in Path("/").glob(place) if (folder / "initdb").exists()]
    on_path = shutil.which("initdb")
    return max(found) if found else Path(on_path).parent if on_path else None


@dataclass(frozen=True)
class Server:
    """A server whose data and socket are in `folder`. `options` are the command line's."""

    folder: Path
    bin: Path
    options: str = FAST
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_database(self) -> str:
        """The URL of a database with nothing in it."""
        import psycopg

        name = f"d{next(self._numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def url(self, database: str) -> str:
        """How that database is reached."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-c unix_socket_directories='{self.folder}' {COMMON} {self.options}"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, how: str = "fast") -> None:
        """End it: "fast", or "immediate" like a loss of power."""
        self._run("pg_ctl", "-w", "-m", how, "stop")

    def make(self) -> None:
        """Make its folder."""
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def _run(self, program: str, *arguments: str) -> None:
        with (self.folder / "said").open("a") as said:
            done = subprocess.run(
                [self.bin / program, "-D", self.folder / "data", *arguments],
                user="nobody" if os.geteuid() == 0 else None,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {(self.folder / 'said').read_text()}")


@contextmanager
def running(options: str = FAST) -> Generator[Server]:
    """A server while the context lasts. Raises RuntimeError if none is installed."""
    found = programs()
    if found is None:
        raise RuntimeError("No PostgreSQL server is installed (on Debian: apt-get install postgresql).")
    with tempfile.TemporaryDirectory(prefix="pw-pg-", dir=PLACE, ignore_cleanup_errors=True) as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
        server = Server(Path(folder), found, options)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
