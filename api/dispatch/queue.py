"""The queue of legs, as any process sees it that reaches the database: DBOS's tables, through its client."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

from patchwright.agent.config import Settings
from patchwright.agent.store.sqlite import to_wal
from patchwright.agent.store.store import Store
from patchwright.api.dispatch.legs import Standing, next_leg, rank, run_of

if TYPE_CHECKING:
    from dbos import EnqueueOptions, WorkflowStatus

QUEUE = "legs"
LEG = "leg"
NAME = "patchwright"
FILE = "dispatch.db"
"""DBOS's tables beside a store that is a file; on a server they have a schema of their own."""
WAITING = ("ENQUEUED", "DELAYED")
KEY = "key"
_STANDINGS: Mapping[str, Standing] = {"ENQUEUED": "waits", "DELAYED": "waits", "PENDING": "works"}


class LegQueue:
    """Legs that wait and work. Methods are safe for several threads."""

    def __init__(self, settings: Settings, store: Store) -> None:
        from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer

        self.url = address(settings)
        self._store = store
        DBOS.migrate(self.url)
        self._client = DBOSClient(
            system_database_url=self.url, serializer=DBOSPortableJSONSerializer(), application_name=NAME
        )

    def submit(self, run_id: str, *, priority: int = 0, key: str = "") -> None:
        """Enqueue the run's next leg; twice is harmless."""
        self._enqueue(run_id, priority, key)

    def give_way(self, leg: str, priority: int, key: str, seconds: float) -> None:
        """Enqueue another leg for the run of this one, which is at work and ends; it waits so long."""
        self._enqueue(run_of(leg), priority, key, behind=leg, delay_seconds=seconds)

    def _enqueue(self, run_id: str, priority: int, key: str, behind: str = "", **more: float) -> None:
        run, known = self._store.run(run_id), self._known(run_id)
        leg = next_leg(run_id, self._store.last_event(run_id), known, behind)
        if not leg:
            return
        options: dict[str, Any] = {
            "workflow_name": LEG,
            "queue_name": QUEUE,
            "workflow_id": leg,
            "app_version": run.graph_version,
            "priority": rank(priority),
            "queue_partition_key": run.issue.repository[:200],
            "attributes": {KEY: key},
        }
        self._client.enqueue(cast("EnqueueOptions", options | more), leg, key, priority)

    def drop(self, run_id: str) -> None:
        """Take back the legs of this run that wait."""
        waiting = [leg for leg, standing in self._known(run_id).items() if standing == "waits"]
        if waiting:
            self._client.cancel_workflows(waiting)

    def drop_leg(self, leg: str) -> None:
        """Take that leg back, whoever had it."""
        self._client.cancel_workflows([leg])

    def depth(self) -> int:
        """How many legs wait."""
        return len(self._list(status=list(WAITING)))

    def waiting(self) -> "list[WorkflowStatus]":
        """The legs that wait."""
        return self._list(status=list(WAITING))

    def working(self, name: str = "") -> "list[WorkflowStatus]":
        """The legs that somebody has taken, or that worker."""
        return self._list(status="PENDING", **({"executor_id": name} if name else {}))

    def working_for(self, key: str) -> list[str]:
        """The legs at work for whoever asks by that key, the oldest first."""
        found = [leg for leg in self.working() if (leg.attributes or {}).get(KEY) == key]  # SQLite cannot ask for that
        return [leg.workflow_id for leg in sorted(found, key=lambda leg: (leg.dequeued_at or 0, leg.workflow_id))]

    def put_back(self, legs: Iterable[str]) -> None:
        """Legs that nobody works on any more wait again."""
        if named := list(legs):
            self._client.resume_workflows(named, queue_name=QUEUE)

    def forget(self, run_ids: Iterable[str]) -> None:
        """Delete what is kept of the legs of these runs."""
        for run_id in run_ids:
            if known := list(self._known(run_id)):
                self._client.delete_workflows(known)

    def close(self) -> None:
        """Give the connections back."""
        self._client.destroy()

    def _known(self, run_id: str) -> dict[str, Standing]:
        found = self._list(workflow_id_prefix=f"{run_id}:")
        return {leg.workflow_id: _STANDINGS.get(leg.status, "ended") for leg in found if run_of(leg.workflow_id)}

    def _list(self, **conditions: Any) -> "list[WorkflowStatus]":
        return self._client.list_workflows(name=LEG, load_input=False, load_output=False, **conditions)


def is_there(settings: Settings) -> bool:
    """Whether there may be a queue; a file is not made by looking."""
    return bool(settings.database) or (settings.state / FILE).exists()


def address(settings: Settings) -> str:
    """Where DBOS's tables are, as SQLAlchemy says it; a new file is put into WAL mode first, which lasts."""
    if settings.database:
        return settings.database
    path = (settings.state / FILE).absolute()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with closing(sqlite3.connect(path)) as connection:
        to_wal(connection)
    path.chmod(0o600)
    return f"sqlite:///{path}"
