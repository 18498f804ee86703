"""Rows that both a human's act and an executor write, and sums over them."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Any

from patchwright.agent.errors import NotNow, StaleApproval
from patchwright.agent.events import EventKind
from patchwright.agent.plan import Plan
from patchwright.agent.run import RunStatus, Usage


def total_usage(stored: Iterable[str]) -> Usage:
    """The sum of usages as they are stored."""
    sums = Counter[str]()
    for usage in stored:
        sums.update(json.loads(usage))
    return Usage.model_validate(dict(sums))


def add_event(connection: sqlite3.Connection, run_id: str, at: str, kind: EventKind, data: dict[str, Any]) -> None:
    """Append within a transaction; the number follows the last one without a gap."""
    connection.execute(
        "INSERT INTO events (run_id, seq, at, kind, data) "
        "VALUES (?1, (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE run_id=?1), ?2, ?3, ?4)",
        (run_id, at, kind, event_text(data)),
    )


def event_text(data: dict[str, Any]) -> str:
    """An event's data as it is stored."""
    return json.dumps(data, separators=(",", ":"))


def write_status(connection: sqlite3.Connection, run_id: str, at: str, status: RunStatus, reason: str = "") -> None:
    """Set the status with its event; nothing happens if the run has it already with the same reason."""
    if set_status(connection, run_id, at, status, reason):
        add_event(connection, run_id, at, "status_changed", {"status": status, "reason": reason})


def set_status(connection: sqlite3.Connection, run_id: str, at: str, status: RunStatus, reason: str) -> bool:
    """Set the status; False if the run has it already with the same reason."""
    changed = connection.execute(
        "UPDATE runs SET status=?1, reason=?2, updated_at=?3 WHERE id=?4 AND (status<>?1 OR reason<>?2)",
        (status, reason, at, run_id),
    )
    return changed.rowcount > 0


def insert_plan(connection: sqlite3.Connection, run_id: str, plan: Plan, at: str) -> None:
    """Store a revision with its event. Raises `StaleApproval` if its number is taken."""
    try:
        connection.execute(
            "INSERT INTO plans (run_id, revision, sha256, plan, at) VALUES (?,?,?,?,?)",
            (run_id, plan.revision, plan.sha256, plan.model_dump_json(), at),
        )
    except sqlite3.IntegrityError as error:
        raise StaleApproval(f"Revision {plan.revision} of run {run_id} exists already; look at it first.") from error
    add_event(
        connection,
        run_id,
        at,
        "plan_drafted",
        {
            "revision": plan.revision,
            "sha256": plan.sha256,
            "author": plan.author,
            "steps": len(plan.draft.steps),
        },
    )


def check_open(connection: sqlite3.Connection, run_id: str) -> None:
    """Raises `NotNow` if a human has ended the run, also if nobody has worked on it since."""
    row = connection.execute(
        "SELECT cancel_requested, (SELECT max(decision='reject') FROM approvals WHERE run_id=runs.id) AS rejected "
        "FROM runs WHERE id=?",
        (run_id,),
    ).fetchone()
    if row["cancel_requested"] or row["rejected"]:
        word = "cancelled" if row["cancel_requested"] else "rejected"
        raise NotNow(f"Run {run_id} was {word}; no decision on its plan counts any more. Start a new run.")
