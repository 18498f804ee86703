"""One builder at a time on a host, and words for the people who wait."""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from patchwright.sandbox.errors import ImageMissing

Say = Callable[[str], None]
"""Takes one plain line about what is being done, for a person who waits."""

LOCK_SECONDS = 3600.0


def quiet(_: str) -> None:
    """Say nothing."""


@contextmanager
def build_lock(name: str, say: Say = quiet, seconds: float = LOCK_SECONDS) -> Generator[None]:
    """Hold the host-wide lock of this name; the kernel frees it if the process dies.

    Raises: `ImageMissing` when another process holds it for longer than `seconds`.
    """
    lock = _open_lock(name)
    try:
        _wait_for(lock, name, say, time.monotonic() + seconds)
        yield
    finally:
        os.close(lock)


def _open_lock(name: str) -> int:
    shared = Path("/run/lock")
    folder = shared if os.access(shared, os.W_OK) else Path(tempfile.gettempdir())
    path = folder / f"patchwright-{hashlib.sha256(name.encode()).hexdigest()[:16]}.lock"
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    with suppress(FileExistsError):
        os.close(os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o644))
    return os.open(path, flags)


def _wait_for(lock: int, name: str, say: Say, deadline: float) -> None:
    said = False
    while not try_lock(lock):
        if not said:
            say(f"Waiting for another process that is building {name} ...")
            said = True
        if time.monotonic() > deadline:
            raise ImageMissing(f"Another process has been building {name} for too long. End it and try again.")
        time.sleep(0.2)


def try_lock(lock: int) -> bool:
    """Whether this open file is now held by us alone; the kernel frees it when it is closed or we die."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
