"""Brings the index up to a commit: only contents that no earlier commit had are read."""

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from patchwright.sandbox.trees import Entry
from patchwright.tools.knowledge.index import Index, Key, Skipped, begin_index, open_index
from patchwright.tools.knowledge.languages import language_of
from patchwright.tools.knowledge.reading import BATCH_BYTES, WORKERS, Blob, Read, batches, read_all

MAX_FILE = 500_000
"""Bytes. Larger source files are generated."""
MAX_FILES = 50_000
MAX_TOTAL = 400 << 20
MOST_LOST = 20
"""Files that may fail in one go: each can take seconds, and a hostile repository has nothing else."""
TOO_LARGE = Skipped(f"larger than {MAX_FILE:,} bytes")


class Blobs(Protocol):
    """A commit's tree with the contents behind it."""

    def entries(self) -> Sequence[Entry]:
        """Everything but folders, sorted by path."""
        ...

    def blobs(self, shas: Iterable[str]) -> Iterator[bytes]:
        """The contents of these, in order."""
        ...


class Busy(Exception):
    """Another process is writing the index and was not done in time."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The source files of a tree by path; `sizes` are those of each content; `left_out` counts files beyond limits."""

    keys: dict[str, Key]
    sizes: dict[Key, int]
    left_out: int = 0


def sources(tree: Blobs) -> Sources:
    """The files of a tree that an index is made of."""
    keys, sizes = dict[str, Key](), dict[Key, int]()
    total = left_out = 0
    for entry in tree.entries():
        language = language_of(entry.path) if entry.regular else ""
        if not language:
            continue
        total += entry.size
        if len(keys) >= MAX_FILES or total > MAX_TOTAL:
            left_out += 1
            continue
        keys[entry.path] = key = Key(entry.sha, language)
        sizes[key] = entry.size
    return Sources(keys, sizes, left_out)


def bring_up(path: Path, tree: Blobs, wait: float) -> Sources:
    """Have the tree's sources in the index at `path`, and give them.

    Waits up to `wait` seconds for another process that is at it, then raises `Busy`. Raises sqlite3.Error
    and OSError when the index cannot be written.
    """
    wanted = sources(tree)
    if _complete(path, wanted):
        return wanted
    path.parent.mkdir(exist_ok=True, mode=0o700)
    with _locked(path.with_suffix(".lock"), wait):
        begin_index(path)
        with open_index(path) as index:
            missing = _missing(index, wanted)
            _add(index, _read(tree, wanted, missing), missing)
    return wanted


def _add(index: Index, heaps: Iterable[Sequence[Read]], missing: Sequence[Key]) -> None:
    """Keep what was read, heap by heap; the rest is skipped once too many have failed."""
    lost = 0
    for found in heaps:
        index.add(found)
        lost += sum(isinstance(tags, Skipped) and tags != TOO_LARGE for _, tags in found)
        if lost > MOST_LOST:
            known = index.ids()
            index.add((key, Skipped("too many others failed")) for key in missing if key not in known)
            return


def _complete(path: Path, wanted: Sources) -> bool:
    try:
        with open_index(path) as index:
            return not _missing(index, wanted)
    except sqlite3.DatabaseError:  # not there, or damaged: who holds the lock sees to it
        return False


def _missing(index: Index, wanted: Sources) -> list[Key]:
    known = index.ids()
    return [key for key in wanted.sizes if key not in known]


def _read(tree: Blobs, wanted: Sources, missing: Sequence[Key]) -> Generator[list[Read]]:
    small = [key for key in missing if wanted.sizes[key] <= MAX_FILE]
    yield [(key, TOO_LARGE) for key in missing if wanted.sizes[key] > MAX_FILE]
    blobs = (Blob(key, data) for key, data in zip(small, tree.blobs(key.sha for key in small), strict=True))
    heaps = 1 + sum(wanted.sizes[key] for key in small) // BATCH_BYTES
    yield from read_all(batches(blobs), min(WORKERS, os.cpu_count() or 1, heaps))


@contextlib.contextmanager
def _locked(path: Path, wait: float) -> Generator[None]:
    """The kernel frees it if the process dies."""
    deadline = time.monotonic() + wait
    with path.open("wb") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise Busy from None
                time.sleep(0.1)
        yield
