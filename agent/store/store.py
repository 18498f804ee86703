"""What survives a process. Humans' acts go through `Store`; an executor writes through its `Ledger`."""

import json
import secrets
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from patchwright.agent.errors import NotNow, RunNotFound, StaleApproval
from patchwright.agent.events import Event, EventKind
from patchwright.agent.issue import Issue
from patchwright.agent.plan import Approval, Plan
from patchwright.agent.run import ENDED, WORKING, Run, RunStatus, Said, Usage
from patchwright.agent.store.database import Connection, Database
from patchwright.agent.store.rows import (
    add_event,
    check_open,
    insert_plan,
    put_artifact,
    total_usage,
    write_status,
)

Clock = Callable[[], datetime]

_RUN_COLUMNS = (
    "id, status, issue, created_at, updated_at, graph_version, outcome, verdict, reason, sandbox, "
    "candidates, cancel_requested, pause_by"
)

_REPLAYED = (
    "INSERT INTO calls (run_id, key, kind, answer, usage, at) SELECT :new, key, kind, answer, :free, at "
    "FROM calls WHERE run_id=:old AND kind='model_called' AND key NOT LIKE '%!%'",
    "INSERT INTO artifacts (run_id, name, data, at) SELECT :new, name, data, at FROM artifacts "
    "WHERE run_id=:old AND (name LIKE 'asked/%' OR name LIKE 'ladders/%' OR name LIKE 'exceeded/%' "
    "OR name LIKE 'failed/%')",
    "INSERT INTO said (run_id, number, by, text, at, heard) SELECT :new, number, by, text, at, heard "
    "FROM said WHERE run_id=:old AND heard<>''",
)
"""What of an old run stands in its replay from the beginning."""


def utc_now() -> datetime:
    """The wall clock in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """UTC ISO 8601 with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_run_id() -> str:
    """128 random bits in hex (API-02)."""
    return secrets.token_hex(16)


class Store:
    """Runs, plans, approvals, events and artifacts of one state folder."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self.database = database
        self.clock = clock

    def now(self) -> str:
        """The clock as it is written to the store."""
        return stamp(self.clock())

    # runs

    def create_run(self, issue: Issue, graph_version: str, sandbox: str, candidates: int = 1, run_id: str = "") -> Run:
        """Store a new run with its first event before anything is done for it (REL-01); once for a `run_id`."""
        run_id, now = run_id or new_run_id(), self.now()
        with self.database.transaction() as connection:
            made = connection.execute(
                "INSERT INTO runs (id, status, issue, repository, created_at, updated_at, graph_version, sandbox, "
                "candidates) VALUES (?, 'queued', ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (run_id, issue.model_dump_json(), issue.repository, now, now, graph_version, sandbox, candidates),
            )
            if made.rowcount:
                add_event(connection, run_id, now, "run_created", {"title": issue.title, "base": issue.base_commit})
        return self.run(run_id)

    def create_replay(self, old: str, graph_version: str) -> Run:
        """A new run with the answers of models, the requests and the human words of an old one; it costs nothing."""
        issue, run_id, now = self.run(old).issue, new_run_id(), self.now()
        replayed = issue.model_copy(update={"origin": "replay"}).model_dump_json()
        with self.database.transaction() as connection:
            connection.execute(
                "INSERT INTO runs (id, status, issue, repository, created_at, updated_at, graph_version, sandbox, "
                "candidates) SELECT ?, 'queued', ?, repository, ?, ?, ?, sandbox, candidates FROM runs WHERE id=?",
                (run_id, replayed, now, now, graph_version, old),
            )
            for statement in _REPLAYED:
                connection.execute(statement, {"new": run_id, "old": old, "free": Usage().model_dump_json()})
            add_event(
                connection,
                run_id,
                now,
                "run_created",
                {"title": issue.title, "base": issue.base_commit, "of": old},
            )
        return self.run(run_id)

    def keep(self, run_id: str, name: str, data: bytes) -> None:
        """Store bytes under a name for a run that nobody works on."""
        with self.database.transaction(run_id) as connection:
            put_artifact(connection, run_id, name, data, self.now())

    def run(self, run_id: str) -> Run:
        """Raises `RunNotFound`."""
        row = self._one(f"SELECT {_RUN_COLUMNS} FROM runs WHERE id=?", run_id)
        if row is None:
            raise RunNotFound(f"There is no run {run_id} in {self.database.name}. `patchwright list` shows all.")
        return _run(row)

    def find(self, prefix: str) -> str:
        """The full id of the one run whose id begins so. Raises `RunNotFound`."""
        rows = self.database.connection().execute(
            "SELECT id FROM runs WHERE substr(id, 1, ?) = ? LIMIT 2", (len(prefix), prefix)
        )
        ids = [str(row["id"]) for row in rows] if prefix else []
        if len(ids) == 1:
            return ids[0]
        what = "More than one run begins" if ids else "No run begins"
        raise RunNotFound(f"{what} with {prefix!r}. `patchwright list` shows all.")

    def runs(self) -> list[Run]:
        """All runs, newest first."""
        query = f"SELECT {_RUN_COLUMNS} FROM runs ORDER BY created_at DESC, id"
        return [_run(row) for row in self.database.connection().execute(query)]

    def request_cancel(self, run_id: str) -> None:
        """Ask the executor to stop at its next safe point; it also wins over a later approval (APR-08)."""
        with self.database.transaction(run_id) as connection:
            connection.execute("UPDATE runs SET cancel_requested=1 WHERE id=?", (run_id,))

    def request_pause(self, run_id: str, by: str) -> None:
        """Ask the executor to park at its next safe point; "" takes it back."""
        with self.database.transaction(run_id) as connection:
            connection.execute("UPDATE runs SET pause_by=? WHERE id=?", (by, run_id))

    def last_work(self, run_id: str) -> RunStatus:
        """The newest status in which the run was worked on."""
        told = self.database.connection().execute(
            "SELECT data FROM events WHERE run_id=? AND kind='status_changed' ORDER BY seq DESC", (run_id,)
        )
        said = (json.loads(row["data"])["status"] for row in told)
        statuses: list[RunStatus] = [WORKING[WORKING.index(one)] for one in said if one in WORKING]
        return statuses[0] if statuses else "queued"

    def set_status(self, run_id: str, status: RunStatus, reason: str = "") -> None:
        """Change the status by a human's act, with its event."""
        with self.database.transaction(run_id) as connection:
            write_status(connection, run_id, self.now(), status, reason)

    # words of humans

    def say(self, run_id: str, by: str, text: str) -> None:
        """Keep words for the run's next call of a model. Raises `NotNow` if the run has ended."""
        with self.database.transaction(run_id) as connection:
            query = "SELECT status, (SELECT max(number) FROM said WHERE run_id=runs.id) AS last FROM runs WHERE id=?"
            row = connection.execute(query, (run_id,)).fetchone()
            if row["status"] in ENDED:
                raise NotNow(f"Run {run_id} has ended ({row['status']}): nobody would hear it. Start a new run.")
            number, now = int(row["last"] or 0) + 1, self.now()
            connection.execute(
                "INSERT INTO said (run_id, number, by, text, at) VALUES (?,?,?,?,?)", (run_id, number, by, text, now)
            )
            add_event(connection, run_id, now, "said", {"number": number, "by": by, "text": text})

    def said(self, run_id: str) -> list[Said]:
        """What humans have said to the run, oldest first."""
        query = "SELECT number, by, text, at, heard FROM said WHERE run_id=? ORDER BY number"
        return [Said(**dict(row)) for row in self.database.connection().execute(query, (run_id,))]

    # plans and approvals

    def plan(self, run_id: str, revision: int | None = None) -> Plan | None:
        """The plan of that revision, or the newest."""
        condition = "" if revision is None else "AND revision=?"
        arguments = (run_id,) if revision is None else (run_id, revision)
        row = self._one(f"SELECT plan FROM plans WHERE run_id=? {condition} ORDER BY revision DESC LIMIT 1", *arguments)
        return Plan.model_validate_json(row["plan"]) if row else None

    def plans(self, run_id: str) -> list[Plan]:
        """All revisions, oldest first."""
        rows = self.database.connection().execute("SELECT plan FROM plans WHERE run_id=? ORDER BY revision", (run_id,))
        return [Plan.model_validate_json(row["plan"]) for row in rows]

    def add_plan(self, run_id: str, plan: Plan) -> None:
        """A human's revision. Raises `StaleApproval` if another took its number meanwhile, `NotNow` after an end."""
        with self.database.transaction(run_id) as connection:
            check_open(connection, run_id)
            insert_plan(connection, run_id, plan, self.now())

    def decide(self, run_id: str, approval: Approval) -> None:
        """Record a decision once per revision, atomically (APR-08).

        Raises `StaleApproval`, or `NotNow` if the run was cancelled or rejected: these win over what comes later.
        """
        with self.database.transaction(run_id) as connection:
            check_open(connection, run_id)
            newest = connection.execute(
                "SELECT revision, sha256 FROM plans WHERE run_id=? ORDER BY revision DESC LIMIT 1", (run_id,)
            ).fetchone()
            if newest is None or (newest["revision"], newest["sha256"]) != (
                approval.revision,
                approval.sha256,
            ):
                raise StaleApproval(_stale(approval, newest))
            if not self._insert_approval(connection, run_id, approval):
                raise StaleApproval(
                    f"Revision {approval.revision} of run {run_id} has been decided already. "
                    f"`patchwright show {run_id}` says how."
                )
            add_event(connection, run_id, approval.at, "approval_recorded", approval.model_dump())

    @staticmethod
    def _insert_approval(connection: Connection, run_id: str, approval: Approval) -> bool:
        stored = connection.execute(
            "INSERT INTO approvals (run_id, revision, sha256, decision, approver, notes, at) VALUES (?,?,?,?,?,?,?) "
            "ON CONFLICT DO NOTHING",
            (
                run_id,
                approval.revision,
                approval.sha256,
                approval.decision,
                approval.by,
                approval.notes,
                approval.at,
            ),
        )
        return stored.rowcount == 1

    def approvals(self, run_id: str) -> list[Approval]:
        """Every decision, oldest first (APR-09)."""
        rows = self.database.connection().execute(
            "SELECT decision, approver AS by, revision, sha256, notes, at FROM approvals WHERE run_id=? ORDER BY id",
            (run_id,),
        )
        return [Approval(**dict(row)) for row in rows]

    # facts

    def append(self, run_id: str, kind: EventKind, data: dict[str, Any]) -> None:
        """Add an event that is not an executor's."""
        with self.database.transaction(run_id) as connection:
            add_event(connection, run_id, self.now(), kind, data)

    def events(self, run_id: str, after: int = 0, limit: int = 1000) -> list[Event]:
        """The events behind number `after`, in order."""
        rows = self.database.connection().execute(
            "SELECT run_id, seq, at, kind, data FROM events WHERE run_id=? AND seq>? ORDER BY seq LIMIT ?",
            (run_id, after, limit),
        )
        return [Event(**{**dict(row), "data": json.loads(row["data"])}) for row in rows]

    def last_event(self, run_id: str) -> int:
        """The number of the last event; 0 if there is none."""
        row = self._one("SELECT max(seq) AS last FROM events WHERE run_id=?", run_id)
        return int(row["last"] or 0) if row else 0

    def usage(self, run_id: str) -> Usage:
        """What the run has spent so far, from its recorded calls."""
        rows = self.database.connection().execute("SELECT usage FROM calls WHERE run_id=?", (run_id,))
        return total_usage(row["usage"] for row in rows)

    def spent_since(self, moment: str, repository: str = "") -> Usage:
        """What all runs, or those on one repository, have spent from that moment (as `stamp` writes it) on."""
        rows = self.database.connection().execute(
            "SELECT usage FROM calls WHERE at >= :moment AND "
            "(:repository = '' OR run_id IN (SELECT id FROM runs WHERE repository = :repository))",
            {"moment": moment, "repository": repository},
        )
        return total_usage(row["usage"] for row in rows)

    def added(self, run_id: str) -> dict[str, float]:
        """What humans have added to the run's budget, by the limit's name."""
        rows = self.database.connection().execute(
            "SELECT data FROM events WHERE run_id=? AND kind='budget_added'", (run_id,)
        )
        sums = Counter[str]()
        for row in rows:
            sums.update(json.loads(row["data"])["added"])
        return dict(sums)

    def attempts(self, run_id: str) -> list[dict[str, Any]]:
        """All attempts in order: candidate, step, attempt, author, start_commit, end_commit, result, reason, at."""
        rows = self.database.connection().execute(
            "SELECT * FROM attempts WHERE run_id=? ORDER BY candidate, step, attempt", (run_id,)
        )
        return [dict(row) for row in rows]

    def artifact(self, run_id: str, name: str) -> bytes | None:
        """The bytes stored under that name."""
        row = self._one("SELECT data FROM artifacts WHERE run_id=? AND name=?", run_id, name)
        return zlib.decompress(row["data"]) if row else None

    def artifacts(self, run_id: str) -> list[str]:
        """The names of all artifacts, sorted."""
        rows = self.database.connection().execute("SELECT name FROM artifacts WHERE run_id=? ORDER BY name", (run_id,))
        return [str(row["name"]) for row in rows]

    def answers(self, run_id: str) -> list[dict[str, Any]]:
        """Every recorded call in the order in which it was answered: key, kind, answer, usage, at."""
        rows = self.database.connection().execute(
            "SELECT key, kind, answer, usage, at FROM calls WHERE run_id=? ORDER BY at, key", (run_id,)
        )
        return [
            {**dict(row), "answer": json.loads(zlib.decompress(row["answer"])), "usage": json.loads(row["usage"])}
            for row in rows
        ]

    def cached(self, key: str) -> bytes | None:
        """A result that any run may reuse, such as a baseline by (commit, image, commands)."""
        row = self._one("SELECT data FROM cache WHERE key=?", key)
        return zlib.decompress(row["data"]) if row else None

    def _one(self, query: str, *arguments: Any) -> Any:
        return self.database.connection().execute(query, arguments).fetchone()


def _run(row: Any) -> Run:
    values = dict(row)
    values["issue"] = Issue.model_validate_json(values["issue"])
    values["cancel_requested"] = bool(values["cancel_requested"])
    return Run(**values)


def _stale(approval: Approval, newest: Any) -> str:
    named = f"revision {approval.revision} ({approval.sha256[:12]})"
    if newest is None:
        return f"The decision names {named}, but the run has no plan yet."
    current = f"revision {newest['revision']} ({newest['sha256'][:12]})"
    return f"The decision names {named}, but the plan is now at {current}. Look at it, then decide on that one."
