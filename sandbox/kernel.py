"""What the supervisor asks of the kernel. Like it, this runs inside the sandbox and keeps to Python 3.9."""

# pathlib would add a third to the time that this needs to start.
# ruff: noqa: PTH123
from __future__ import annotations

import contextlib
import ctypes
import os
import signal

PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 4, 36


def signal_all(number: int) -> None:
    """As PID 1 signal everything in the namespace that we may signal."""
    if os.getpid() == 1:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, number)


def facts() -> dict[str, str]:
    """What the kernel says about us, by file, for the self-check (SB-13)."""
    found = {"pid": str(os.getpid())}
    groups = ("pids/pids.max", "memory/memory.limit_in_bytes", "pids.max", "memory.max")
    paths = ["/sys/fs/cgroup/" + name for name in groups]
    for path in ["/proc/self/" + name for name in ("status", "limits", "mountinfo", "net/dev")] + paths:
        with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
            found[path] = file.read(1 << 18)
    return found


LIMITS = {
    "processes": ("pids/pids.events", "pids.events", "max"),
    "memory": ("memory/memory.oom_control", "memory.events", "oom_kill"),
}
"""For each limit the file that counts how often it was reached, by version 1 and 2 of control groups, and its line."""


def refusals() -> dict[str, int]:
    """How often each limit of this container has been reached so far. Without a container there is none of ours."""
    return {name: _count(files, key) for name, (*files, key) in LIMITS.items()} if os.getpid() == 1 else {}


def _count(files: list[str], key: str) -> int:
    for name in files:
        with contextlib.suppress(OSError), open("/sys/fs/cgroup/" + name, encoding="ascii") as file:
            lines = dict(line.split() for line in file)
            return int(lines.get(key, 0))
    return 0


def harden() -> None:
    """No same-uid process may read our memory or descriptors, adopt our orphans or interrupt us.

    PID 1 of a namespace survives every signal that it has no handler for, so Python's own for SIGINT goes.
    """
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    for option, value in ((PR_SET_DUMPABLE, 0), (PR_SET_CHILD_SUBREAPER, 1)):
        if prctl(option, value, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl was refused")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
