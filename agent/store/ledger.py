"""An executor's pen: every write checks that this process still owns the run (REL-05)."""

import json
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import Any

from patchwright.agent.errors import Cancelled, Draining, LeaseLost, PauseAsked, StoreUnusable
from patchwright.agent.events import EventKind
from patchwright.agent.plan import Plan
from patchwright.agent.run import ENDED, Outcome, RunStatus, RunVerdict, Said, Usage
from patchwright.agent.store import lease
from patchwright.agent.store.database import Connection
from patchwright.agent.store.rows import (
    add_event,
    event_text,
    insert_plan,
    put_artifact,
    set_status,
    write_status,
)
from patchwright.agent.store.store import Store

Place = tuple[int, int, int]
"""Candidate (from 1), step (from 0), attempt (from 1)."""

_NO_USAGE = Usage().model_dump_json()
_NOTHING: Mapping[str, bytes] = MappingProxyType({})


class Ledger:
    """Writes of the one process that holds `run_id` under fencing number `fence`."""

    def __init__(self, store: Store, run_id: str, fence: int, ending: Callable[[], bool] = bool) -> None:
        self.store = store
        self.run_id = run_id
        self.fence = fence
        self.ending = ending
        self._again = Counter[tuple[str, str]]()
        self._telling = threading.Lock()

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """All or nothing, and only while we own the run. Raises `LeaseLost`."""
        with self.store.database.transaction(self.run_id) as connection:
            self.check(connection)
            yield connection

    def check(self, connection: Connection) -> None:
        """Raises `LeaseLost` if another process took the run over."""
        row = connection.execute("SELECT fence FROM runs WHERE id=?", (self.run_id,)).fetchone()
        if row is None or row["fence"] != self.fence:
            raise LeaseLost(f"Another process has taken run {self.run_id} over; this one stops.")

    def stop_if_cancelled(self) -> None:
        """Raises `Cancelled` if a human asked for it, `LeaseLost` if it is another process's run by now."""
        connection = self.store.database.connection()
        self.check(connection)
        row = connection.execute("SELECT cancel_requested FROM runs WHERE id=?", (self.run_id,)).fetchone()
        if row["cancel_requested"]:
            raise Cancelled("cancelled by a human")

    def stop_if_asked(self) -> None:
        """At a safe point: raises `PauseAsked` if a human asked for that, `Draining` if the process is to end, too."""
        self.stop_if_cancelled()
        if self.ending():
            raise Draining(f"This process ends; run {self.run_id} goes on where it stands.")
        if by := self.pause_by():
            raise PauseAsked(paused_by(by))

    def pause_by(self) -> str:
        """Who asked for a pause that has not been taken back; "" if nobody did."""
        row = (
            self.store.database.connection().execute("SELECT pause_by FROM runs WHERE id=?", (self.run_id,)).fetchone()
        )
        return str(row["pause_by"])

    def hear(self, key: str) -> tuple[Said, ...]:
        """What humans say to the call of that key, oldest first: what nobody has heard yet, and what it heard before.

        A call that was answered hears nothing more, so that each word reaches one call and is played again with it.
        """
        if any(said.heard in ("", key) for said in self.store.said(self.run_id)):
            with self.transaction() as connection:
                if numbers := self._unheard(connection, key):
                    connection.execute("UPDATE said SET heard=? WHERE run_id=? AND heard=''", (key, self.run_id))
                    data = {"key": key, "numbers": numbers}
                    add_event(connection, self.run_id, self.store.now(), "heard", data)
        return tuple(said for said in self.store.said(self.run_id) if said.heard == key)

    def _unheard(self, connection: Connection, key: str) -> list[int]:
        query = (
            "SELECT number FROM said WHERE run_id=:run AND heard='' "
            "AND NOT EXISTS (SELECT 1 FROM calls WHERE run_id=:run AND key=:key) ORDER BY number"
        )
        return [int(row["number"]) for row in connection.execute(query, {"run": self.run_id, "key": key})]

    def told(self) -> int:
        """The number of the last event."""
        return self.store.last_event(self.run_id)

    def tell_after(self, seq: int) -> None:
        """A node begins, or begins again: what it has told behind event `seq` is not told twice (REL-01)."""
        with self._telling:
            self._again = Counter(
                (event.kind, event_text(event.data))
                for event in self.store.events(self.run_id, after=seq, limit=100_000)
            )

    def event(self, kind: EventKind, **data: Any) -> None:
        """Append a fact, unless this node had told it already when its process died."""
        with self.transaction() as connection:
            self._tell(connection, kind, data)

    def _tell(self, connection: Connection, kind: EventKind, data: dict[str, Any]) -> None:
        fact = (kind, event_text(data))
        with self._telling:
            known = self._again[fact] > 0
            self._again[fact] -= known
        if not known:
            add_event(connection, self.run_id, self.store.now(), kind, data)

    def status(self, status: RunStatus, reason: str = "") -> None:
        """Set the status, with its event."""
        with self.transaction() as connection:
            if set_status(connection, self.run_id, self.store.now(), status, reason):
                self._tell(connection, "status_changed", {"status": status, "reason": reason})

    def end(self, status: RunStatus, outcome: Outcome | None, verdict: RunVerdict, reason: str) -> None:
        """Close the run with what it came to. Doing it twice changes nothing."""
        with self.transaction() as connection:
            row = connection.execute("SELECT status FROM runs WHERE id=?", (self.run_id,)).fetchone()
            if row["status"] in ENDED:
                return
            now = self.store.now()
            write_status(connection, self.run_id, now, status, reason)
            connection.execute("UPDATE runs SET outcome=?, verdict=? WHERE id=?", (outcome, verdict, self.run_id))
            data = {"outcome": outcome, "verdict": verdict, "reason": reason}
            add_event(connection, self.run_id, now, "run_ended", data)

    def plan(self, plan: Plan) -> None:
        """Store a revision made by the planner or the recipes; the same one twice is one."""
        with self.transaction() as connection:
            row = connection.execute(
                "SELECT sha256 FROM plans WHERE run_id=? AND revision=?", (self.run_id, plan.revision)
            ).fetchone()
            if row is None or row["sha256"] != plan.sha256:
                insert_plan(connection, self.run_id, plan, self.store.now())

    def answer(self, key: str) -> dict[str, Any] | None:
        """What was answered to this call, if it was."""
        row = (
            self.store.database.connection()
            .execute("SELECT answer FROM calls WHERE run_id=? AND key=?", (self.run_id, key))
            .fetchone()
        )
        return json.loads(zlib.decompress(row["answer"])) if row else None

    def record(
        self,
        key: str,
        kind: EventKind,
        answer: dict[str, Any],
        usage: Usage | None,
        beside: Mapping[str, bytes] = _NOTHING,
        **event: Any,
    ) -> None:
        """Store an answer with its cost, its event and the artifacts `beside` it at once: it is never asked again."""
        data = zlib.compress(json.dumps(answer, separators=(",", ":")).encode(), 1)
        spent = usage.model_dump_json() if usage else _NO_USAGE
        with self.transaction() as connection:
            now = self.store.now()
            self._insert_call(connection, (self.run_id, key, kind, data, spent, now))
            for name, stored in beside.items():
                put_artifact(connection, self.run_id, name, stored, now)
            add_event(connection, self.run_id, now, kind, {"key": key, **event})

    @staticmethod
    def _insert_call(connection: Connection, row: tuple[str, str, str, bytes, str, str]) -> None:
        query = "INSERT INTO calls (run_id, key, kind, answer, usage, at) VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING"
        if not connection.execute(query, row).rowcount:
            raise ValueError(f"call {row[1]} of run {row[0]} has been answered already")

    def attempt(self, place: Place, author: str, commits: tuple[str, str], result: str, reason: str) -> None:
        """Store how an attempt ended; the same one twice is one."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO attempts (run_id, candidate, step, attempt, author, start_commit, end_commit, result, "
                "reason, at) VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (run_id, candidate, step, attempt) DO UPDATE SET "
                "author=excluded.author, start_commit=excluded.start_commit, end_commit=excluded.end_commit, "
                "result=excluded.result, reason=excluded.reason, at=excluded.at",
                (self.run_id, *place, author, *commits, result, reason, self.store.now()),
            )

    def artifact(self, name: str, data: bytes) -> None:
        """Store bytes under a name, replacing what was there."""
        with self.transaction() as connection:
            put_artifact(connection, self.run_id, name, data, self.store.now())

    def cache(self, key: str, data: bytes) -> None:
        """Store a result that any run may reuse."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO cache (key, data, at) VALUES (?,?,?) "
                "ON CONFLICT (key) DO UPDATE SET data=excluded.data, at=excluded.at",
                (key, zlib.compress(data, 1), self.store.now()),
            )


def paused_by(by: str) -> str:
    """Why a run is parked, as a person reads it."""
    return f"paused by {by}; `patchwright resume` goes on"


@contextmanager
def own(store: Store, run_id: str, ending: Callable[[], bool] = bool) -> Generator[Ledger]:
    """Hold the run while the context lasts, renewing in the background. Raises `RunBusy`, `RunNotFound`."""
    fence = lease.acquire(store.database, run_id, lease.this_holder(store.database.presence()))
    stop = threading.Event()
    keeper = threading.Thread(target=_keep, args=(store, run_id, fence, stop), daemon=True)
    keeper.start()
    try:
        yield Ledger(store, run_id, fence, ending)
    finally:
        stop.set()
        keeper.join()
        lease.release(store.database, run_id, fence)


def _keep(store: Store, run_id: str, fence: int, stop: threading.Event) -> None:
    while not stop.wait(lease.LEASE_SECONDS / 3):
        with suppress(StoreUnusable):  # the disk may have room again before the lease is over
            if not lease.renew(store.database, run_id, fence):
                return
