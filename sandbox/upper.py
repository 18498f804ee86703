"""Watches the private layer of a sandbox from inside. Like the supervisor, of which it is a part, it runs there.

The layer lies on the engine's disk, where no quota holds it, so what commands wrote is measured twice a second,
and the sandbox ends when that passes the limit (RES-03). A command cannot hide much: files that are deleted and
still open count; while names change under our eyes everybody is stopped for a moment; what stays unreadable ends
the sandbox; and so does a disk that is nearly full, whoever filled it.
"""

# pathlib would add a third to the time that this needs to start.
# ruff: noqa: PTH116, PTH208
from __future__ import annotations

import contextlib
import os
import signal
import stat
import sys
import time
from collections.abc import Callable, Generator

from patchwright.sandbox.kernel import signal_all

EVERY = 0.5
UNREADABLE = 6
"""Looks in a row that may fail, such as on a folder that a test has shut for a moment."""

SECTOR = 512


class Watch:
    """What may lie below `folder`, the layer as it is mounted here, in bytes and entries. `merged` is the tree."""

    def __init__(self, folder: str, merged: str, max_bytes: int, max_entries: int) -> None:
        self.folder = folder
        self.merged = merged
        self.max_bytes = max_bytes
        self.max_entries = max_entries

    def told(self) -> str:
        """For the client before it begins: owner of the root, entries in it, and what the disk takes."""
        return " ".join(map(str, (os.stat(self.folder).st_uid, len(os.listdir(self.folder)), *free(self.folder))))

    def start(self, end: Callable[[], None]) -> None:
        """Look from now on, in a thread. `end` is called with words on stderr, or when looking itself fails."""
        import threading

        threading.Thread(target=self.keep_looking, args=(end,), daemon=True).start()

    def keep_looking(self, end: Callable[[], None]) -> None:
        """Until something is wrong."""
        try:
            why, failed = self.excess(), 0
            while not why:
                time.sleep(EVERY)
                try:
                    why, failed = self.excess(), 0
                except OSError as error:
                    failed += 1
                    why = f"a folder cannot be measured: {error.strerror}" if failed >= UNREADABLE else ""
            os.write(2, f"What commands wrote was stopped: {why}.".encode("utf-8", "replace"))
        finally:
            end()

    def excess(self) -> str:
        """What passes a limit right now, or "". Raises OSError for a folder that cannot be read."""
        free_bytes, free_entries = free(self.folder)
        if free_bytes < self.max_bytes or free_entries < self.max_entries:
            return "the engine's disk is nearly full"
        size, entries = self.measured()
        if entries > self.max_entries:
            return f"more than {self.max_entries} entries in the workspace"
        if size + held(os.stat(self.merged).st_dev) > self.max_bytes:
            return f"more than {self.max_bytes >> 20} MB in the workspace"
        return ""

    def measured(self) -> tuple[int, int]:
        """Bytes and entries. What is renamed or removed meanwhile is looked at again, the last time in silence."""
        for _ in range(2):
            with contextlib.suppress(FileNotFoundError):
                return self.walked()
        with silence():
            return self.walked()

    def walked(self) -> tuple[int, int]:
        """Bytes and entries, each hard link's file once; no further than to the first limit."""
        size, count, linked = 0, 0, set[int]()
        folders = [self.folder]
        while folders:
            with os.scandir(folders.pop()) as listing:
                for entry in listing:
                    found = entry.stat(follow_symlinks=False)
                    count += 1
                    if stat.S_ISDIR(found.st_mode):
                        folders.append(entry.path)
                    if found.st_nlink == 1 or found.st_ino not in linked:
                        size += found.st_blocks * SECTOR
                    if found.st_nlink > 1:
                        linked.add(found.st_ino)
                    if count > self.max_entries or size > self.max_bytes:
                        return size, count
        return size, count


@contextlib.contextmanager
def silence() -> Generator[None, None, None]:
    """Everybody else in the sandbox stands still; outside of one nobody is touched."""
    signal_all(signal.SIGSTOP)
    try:
        yield
    finally:
        signal_all(signal.SIGCONT)


def free(folder: str) -> tuple[int, int]:
    """Bytes and entries that the file system of this folder still takes."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize, found.f_favail if found.f_files else sys.maxsize


def held(device: int) -> int:
    """Bytes of the files on this device that have no name any more, but are open."""
    sizes: dict[int, int] = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    found = os.stat(f"/proc/{pid}/fd/{name}")
                    if found.st_dev == device and not found.st_nlink:
                        sizes[found.st_ino] = found.st_blocks * SECTOR
    return sum(sizes.values())
