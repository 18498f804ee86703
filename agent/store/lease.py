"""Who works on a run: one process at a time, with a fencing number that every write checks (REL-05)."""

import json
import os
import socket
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from patchwright.agent.errors import RunBusy, RunNotFound
from patchwright.agent.store.database import Database

LEASE_SECONDS = 30.0
"""An owner that has not renewed for this long has lost the run."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process, told apart from a later one with the same pid by its start time (clock ticks since boot).

    Another machine knows by its `presence` whether it lives (`Database.presence`).
    """

    pid: int
    host: str
    started: int
    thread: int
    presence: int = 0


def this_holder(presence: int = 0) -> Holder:
    """The process and thread that asks."""
    import threading

    return Holder(os.getpid(), socket.gethostname(), _start_time(os.getpid()), threading.get_ident(), presence)


def lives(database: Database, holder: Holder) -> bool:
    """Whether that process is there; one of another machine without a presence is taken to be."""
    if holder.host == socket.gethostname():
        return _start_time(holder.pid) == holder.started
    return database.is_present(holder.presence)


def acquire(database: Database, run_id: str, holder: Holder) -> int:
    """Take the run and return the new fencing number. Raises `RunBusy` (says who) or `RunNotFound`."""
    with database.transaction(run_id) as connection:
        row = connection.execute("SELECT fence, holder, holder_until FROM runs WHERE id=?", (run_id,)).fetchone()
        if row is None:
            raise RunNotFound(f"There is no run {run_id} in {database.name}. `patchwright list` shows all.")
        if row["holder"] and _holds(database, row):
            raise RunBusy(_busy(run_id, Holder(**json.loads(row["holder"]))))
        fence = int(row["fence"]) + 1
        connection.execute(
            "UPDATE runs SET fence=?, holder=?, holder_until=? WHERE id=?",
            (fence, json.dumps(asdict(holder)), time.time() + LEASE_SECONDS, run_id),
        )
    return fence


def renew(database: Database, run_id: str, fence: int) -> bool:
    """Push the expiry; False if the run has another owner by now."""
    with database.transaction() as connection:
        changed = connection.execute(
            "UPDATE runs SET holder_until=? WHERE id=? AND fence=?",
            (time.time() + LEASE_SECONDS, run_id, fence),
        )
        return changed.rowcount == 1


def release(database: Database, run_id: str, fence: int) -> None:
    """Give the run back; nothing happens if it has another owner by now."""
    with database.transaction() as connection:
        connection.execute("UPDATE runs SET holder='', holder_until=0 WHERE id=? AND fence=?", (run_id, fence))


def is_held(database: Database, run_id: str) -> bool:
    """Whether a live process works on the run now."""
    row = database.connection().execute("SELECT holder, holder_until FROM runs WHERE id=?", (run_id,)).fetchone()
    return bool(row and row["holder"] and _holds(database, row))


def _holds(database: Database, row: Any) -> bool:
    return time.time() <= row["holder_until"] and lives(database, Holder(**json.loads(row["holder"])))


def _busy(run_id: str, holder: Holder) -> str:
    return (
        f"Run {run_id} is being worked on by process {holder.pid} on {holder.host}. "
        f"Wait for it (`patchwright events {run_id} --follow`), or cancel it (`patchwright cancel {run_id}`)."
    )


def _start_time(pid: int) -> int:
    """Field 22 of /proc/PID/stat, or -1 if there is no such process or only what is left of a dead one."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return -1
    state, *fields = stat.rpartition(")")[2].split()
    return -1 if state in "ZX" else int(fields[18])
