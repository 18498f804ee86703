"""The index file: what each blob defines, uses and is about. Beside the clone; shared by runs; can be lost.

A blob's facts are written in one transaction and never change, so whoever dies while writing leaves
whole blobs or nothing.
"""

import json
import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from patchwright.tools.knowledge.tags import Definition, Tags

VERSION = 1
"""Rises with the queries, the grammars, or what is stored."""
PER_BLOB = 1 << 12
"""A concept's row is the blob's number times this, plus the number of its definition."""
NAME_WEIGHT = 3.0
"""How much a word in a definition's name counts against one in its text."""
WAIT = 30.0
"""Seconds to wait for another process that writes."""
MAX_BYTES = 1 << 30
"""A larger index is thrown away and begun anew with the commit at hand."""

_SCHEMA = """
CREATE TABLE blob (
    id INTEGER PRIMARY KEY, sha TEXT NOT NULL, language TEXT NOT NULL, skipped TEXT NOT NULL,
    names TEXT NOT NULL, refs TEXT NOT NULL, definitions TEXT NOT NULL,
    UNIQUE (sha, language)
);
CREATE VIRTUAL TABLE concept USING fts5(name, words, content='', tokenize='porter unicode61');
"""
_INSERT = "INSERT OR IGNORE INTO blob (sha, language, skipped, names, refs, definitions) VALUES (?, ?, ?, ?, ?, ?)"


class Key(NamedTuple):
    """One content read as one language."""

    sha: str
    language: str


class Skipped(NamedTuple):
    """Why a file could not be read."""

    why: str


class Names(NamedTuple):
    """What a blob defines and uses, by name only."""

    defines: Sequence[str]
    uses: Sequence[str]


class Concept(NamedTuple):
    """A place found by its words: definition `number` of a blob (one more than the last: the rest of the file)."""

    blob: int
    number: int
    score: float


class Index:
    """An open index file. Not shared by threads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def ids(self) -> dict[Key, int]:
        """All blobs that were read or skipped, with their numbers."""
        return {Key(sha, language): id for id, sha, language in self._db.execute("SELECT id, sha, language FROM blob")}

    def skipped(self) -> dict[int, str]:
        """The blobs that could not be read, and why."""
        return dict(self._db.execute("SELECT id, skipped FROM blob WHERE skipped != ''"))

    def add(self, found: Iterable[tuple[Key, Tags | Skipped]]) -> None:
        """Keep what was found in some blobs, in one transaction."""
        with self._db:
            for key, tags in found:
                self._add(key, tags)

    def _add(self, key: Key, found: Tags | Skipped) -> None:
        if isinstance(found, Skipped):
            self._db.execute(_INSERT, (*key, found.why, "", "", "[]"))
            return
        names = " ".join(one.name for one in found.definitions)
        row = (*key, "", f" {names} ", " ".join(found.references), json.dumps(found.definitions))
        done = self._db.execute(_INSERT, row)
        if done.rowcount:
            titles = [*(f"{one.parent} {one.name}" for one in found.definitions), ""]
            first = (done.lastrowid or 0) * PER_BLOB
            rows = zip(range(first, first + len(titles)), titles, found.words, strict=True)
            self._db.executemany("INSERT INTO concept (rowid, name, words) VALUES (?, ?, ?)", rows)

    def names(self, blobs: Mapping[int, object]) -> Generator[tuple[int, Names]]:
        """What each of these blobs defines and uses."""
        for id, names, refs in self._db.execute("SELECT id, names, refs FROM blob"):
            if id in blobs:
                yield id, Names(names.split(), refs.split())

    def definitions(self, blob: int) -> list[Definition]:
        """The definitions of one blob, in the order of the file."""
        row = self._db.execute("SELECT definitions FROM blob WHERE id = ?", (blob,)).fetchone()
        return [Definition(*one) for one in json.loads(row[0])] if row else []

    def defining(self, name: str) -> list[int]:
        """The blobs that define this name."""
        return [id for (id,) in self._db.execute("SELECT id FROM blob WHERE instr(names, ?)", (f" {name} ",))]

    def concepts(self, query: str, blobs: Iterable[int], most: int) -> list[Concept]:
        """The best `most` places in these blobs for an FTS5 query, best first; a higher score is better."""
        with self._db:
            self._db.execute("CREATE TEMP TABLE IF NOT EXISTS here (id INTEGER PRIMARY KEY)")
            self._db.execute("DELETE FROM here")
            self._db.executemany("INSERT OR IGNORE INTO here VALUES (?)", ((id,) for id in blobs))
        rows = self._db.execute(
            f"SELECT rowid, bm25(concept, {NAME_WEIGHT}, 1.0) AS score FROM concept WHERE concept MATCH ? "
            f"AND rowid / {PER_BLOB} IN here ORDER BY score, rowid LIMIT ?",
            (query, most),
        )
        return [Concept(row // PER_BLOB, row % PER_BLOB, -score) for row, score in rows]


def index_path(git_dir: Path) -> Path:
    """Where the index of a clone lies."""
    return git_dir / "knowledge" / f"index-{VERSION}.sqlite"


@contextmanager
def open_index(path: Path) -> Generator[Index]:
    """Open an index that is there. Raises sqlite3.Error if it is not, or is damaged."""
    with closing(_connect(path)) as connection:
        yield Index(connection)


def begin_index(path: Path) -> None:
    """Have an index that can be opened: a damaged or too large one is thrown away. For the one who holds its lock."""
    if path.exists() and (path.stat().st_size > MAX_BYTES or not _sound(path)):
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    if not path.exists():
        _make(path)


def _make(path: Path) -> None:
    """Whoever opens it meanwhile finds no index, or an empty one with its tables."""
    made = path.with_suffix(".new")
    made.unlink(missing_ok=True)
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_SCHEMA)
    made.rename(path)


def _sound(path: Path) -> bool:
    try:
        with open_index(path) as index:
            index.ids()
    except sqlite3.OperationalError as error:
        return "no such table" not in str(error)  # a full disk or a lock is no damage
    except sqlite3.DatabaseError:
        return False
    return True


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=WAIT)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection
