"""A run as it is told, kept ready: every fact of a run is an event, so the number of the last is its version."""

import json
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from patchwright.agent import views
from patchwright.agent.errors import RunNotFound
from patchwright.agent.store.store import Store
from patchwright.api.http.requests import Requests
from patchwright.tools.secrets import Redactor

MOST = 512
"""Runs that are kept ready."""


@dataclass(frozen=True, slots=True)
class Told:
    """A run's JSON as it is sent, for whoever may see its repository."""

    last_event: int
    repository: str
    body: bytes

    @property
    def etag(self) -> str:
        """Its version."""
        return f'"{self.last_event}"'


class Shown:
    """The runs that were asked for last."""

    def __init__(self, store: Store, requests: Requests, redactor: Redactor) -> None:
        self._store = store
        self._requests = requests
        self._redactor = redactor
        self._told = OrderedDict[str, Told]()
        self._lock = Lock()

    def run(self, run_id: str) -> Told:
        """The run as of now. Raises `RunNotFound`."""
        last = self._store.last_event(run_id)
        with self._lock:
            found = self._told.get(run_id)
            if found and found.last_event == last:
                self._told.move_to_end(run_id)
                return found
        return self._keep(run_id, self._tell(run_id, last))

    def _keep(self, run_id: str, told: Told) -> Told:
        with self._lock:
            self._told[run_id] = told
            self._told.move_to_end(run_id)
            if len(self._told) > MOST:
                self._told.popitem(last=False)
        return told

    def _tell(self, run_id: str, last: int) -> Told:
        if not last:
            raise RunNotFound(f"There is no run {run_id}.")
        view, claim = views.summary(self._store, run_id), self._requests.of_run(run_id)
        more = {"requested_by": claim.asked_by if claim else "", "last_event": last}
        text = json.dumps({**view, **more}, separators=(",", ":"))
        return Told(last, view["issue"]["repository"], self._redactor.text(text).encode())
