"""Rows that both a human's act and an executor write, and sums over them."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable
from typing import Any

from patchwright.agent.errors import NotNow, StaleApproval
from patchwright.agent.events import EventKind
from patchwright.agent.plan import Plan
from patchwright.agent.run import RunStatus, Usage
from patchwright.agent.store.database import Connection


def total_usage(stored: Iterable[str]) -> Usage:
    """The sum of usages as they are stored."""
    sums = Counter[str]()
    for usage in stored:
        sums.update(json.loads(usage))
    return Usage.model_validate(dict(sums))


def add_event(connection: Connection, run_id: str, at: str, kind: EventKind, data: dict[str, Any]) -> None:
    """Append within a transaction; the number follows the last one without a gap."""
    connection.execute(
        "INSERT INTO events (run_id, seq, at, kind, data) "
        "VALUES (:run, (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE run_id=:run), :at, :kind, :data)",
        {"run": run_id, "at": at, "kind": kind, "data": event_text(data)},
    )


def event_text(data: dict[str, Any]) -> str:
    """An event's data as it is stored."""
    return json.dumps(data, separators=(",", ":"))


def put_artifact(connection: Connection, run_id: str, name: str, data: bytes, at: str) -> None:
    """Store bytes under a name, replacing what was there."""
    connection.execute(
        "INSERT INTO artifacts (run_id, name, data, at) VALUES (?,?,?,?) "
        "ON CONFLICT (run_id, name) DO UPDATE SET data=excluded.data, at=excluded.at",
        (run_id, name, zlib.compress(data, 1), at),
    )


def write_status(connection: Connection, run_id: str, at: str, status: RunStatus, reason: str = "") -> None:
    """Set the status with its event; nothing happens if the run has it already with the same reason."""
    if set_status(connection, run_id, at, status, reason):
        add_event(connection, run_id, at, "status_changed", {"status": status, "reason": reason})


def set_status(connection: Connection, run_id: str, at: str, status: RunStatus, reason: str) -> bool:
    """Set the status; False if the run has it already with the same reason."""
    changed = connection.execute(
        "UPDATE runs SET status=:status, reason=:reason, updated_at=:at "
        "WHERE id=:run AND (status<>:status OR reason<>:reason)",
        {"status": status, "reason": reason, "at": at, "run": run_id},
    )
    return changed.rowcount > 0


def insert_plan(connection: Connection, run_id: str, plan: Plan, at: str) -> None:
    """Store a revision with its event. Raises `StaleApproval` if its number is taken."""
    stored = connection.execute(
        "INSERT INTO plans (run_id, revision, sha256, plan, at) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING",
        (run_id, plan.revision, plan.sha256, plan.model_dump_json(), at),
    )
    if not stored.rowcount:
        raise StaleApproval(f"Revision {plan.revision} of run {run_id} exists already; look at it first.")
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


def check_open(connection: Connection, run_id: str) -> None:
    """Raises `NotNow` if a human has ended the run, also if nobody has worked on it since."""
    row = connection.execute(
        "SELECT cancel_requested, EXISTS (SELECT 1 FROM approvals WHERE run_id=runs.id AND decision='reject') "
        "AS rejected FROM runs WHERE id=?",
        (run_id,),
    ).fetchone()
    if row["cancel_requested"] or row["rejected"]:
        word = "cancelled" if row["cancel_requested"] else "rejected"
        raise NotNow(f"Run {run_id} was {word}; no decision on its plan counts any more. Start a new run.")
