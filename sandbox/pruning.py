"""What is kept for the next run (clones, frozen trees, images) is bounded by age and bytes, longest unused first."""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from patchwright.sandbox.locks import try_lock

MOST_BYTES = 20 << 30
"""For each of them: clones, frozen trees, images of repositories and dependencies."""

UNUSED = timedelta(days=30)
LOOK_EVERY = timedelta(hours=1)
FRESH = timedelta(hours=2)
"""What was used so recently stays, whatever the size: a run that is just starting may not say yet that it needs it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that can be made again: bytes, and when it was used last, in seconds since the epoch."""

    name: str
    size: int
    used: float


def stale(
    found: Iterable[Kept], needed: Collection[str], now: float, most: int = MOST_BYTES, unused: timedelta = UNUSED
) -> list[Kept]:
    """What has to go: unused for long, and then the longest unused until the rest has at most `most` bytes."""
    everything = sorted(found, key=lambda one: one.used)
    total = sum(one.size for one in everything)
    gone: list[Kept] = []
    for one in everything:
        old, large = now - one.used > unused.total_seconds(), total > most
        if (old or large) and one.name not in needed and now - one.used > FRESH.total_seconds():
            gone.append(one)
            total -= one.size
    return gone


def due(cache: Path) -> bool:
    """Whether nobody has looked for an hour; if so, this counts as having looked."""
    stamp = cache / "pruned"
    with contextlib.suppress(FileNotFoundError):
        if time.time() - stamp.stat().st_mtime < LOOK_EVERY.total_seconds():
            return False
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp.touch()
    return True


def stale_clones(
    cache: Path, needed: Collection[str], most: int = MOST_BYTES, unused: timedelta = UNUSED
) -> list[Kept]:
    """What `prune_clones` would remove."""
    clones = [Kept(one.name, size_on_disk(one), last_use(one)) for one in cache.glob("*.git")]
    return stale(clones, needed, time.time(), most, unused)


def prune_clones(
    cache: Path, needed: Collection[str], most: int = MOST_BYTES, unused: timedelta = UNUSED
) -> list[Kept]:
    """Remove clones with their tars and snapshots; `needed` are the folders' names of runs that have not ended.

    One that a process is fetching into stays. What a killed process left half made or half removed goes too.
    """
    now = time.time()
    for left in (*cache.glob("new-*"), *cache.glob("gone-*")):
        if now - left.stat().st_mtime > FRESH.total_seconds():
            shutil.rmtree(left, ignore_errors=True)
    found = stale_clones(cache, needed, most, unused)
    return [one for one in found if _removed(cache / one.name, one.used)]


def mark_use(clone: Path) -> None:
    """Called whenever a run opens a clone."""
    os.utime(lock_of(clone))


def last_use(clone: Path) -> float:
    """When it was opened last."""
    with contextlib.suppress(FileNotFoundError):
        return lock_of(clone).stat().st_mtime
    return clone.stat().st_mtime


def lock_of(clone: Path) -> Path:
    """The file whose lock a process holds while it fetches into a clone, or removes it."""
    return clone.with_suffix(".lock")


def size_on_disk(folder: Path) -> int:
    """Bytes of all files below."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += os.lstat(f"{place}/{name}").st_size
    return total


def _removed(clone: Path, used: float) -> bool:
    """Moved away at once, so that nobody finds half of it; not if it was used meanwhile."""
    with lock_of(clone).open("ab") as lock:
        if not try_lock(lock.fileno()) or last_use(clone) != used:
            return False
        gone = Path(tempfile.mkdtemp(dir=clone.parent, prefix="gone-"))
        clone.rename(gone / clone.name)
    shutil.rmtree(gone, ignore_errors=True)
    return True
