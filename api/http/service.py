"""What every handler works with: the store, who works on runs, who may call, and what is told to followers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from patchwright.agent.config import ServiceTable
from patchwright.agent.deps import Deps, SandboxKind
from patchwright.agent.store.store import Store
from patchwright.api.choices import NOTHING_NAMED, Choices
from patchwright.api.dispatch.base import Dispatch
from patchwright.api.http.audit import Audit
from patchwright.api.http.hub import Hub
from patchwright.api.http.keys import Keys
from patchwright.api.http.rates import Rates
from patchwright.api.http.requests import Requests
from patchwright.api.http.shown import Shown
from patchwright.api.http.tally import Tally
from patchwright.tools.secrets import Redactor

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Service:
    """One process that serves. `deps` is for acts that ask no model; `choices` are kept with each run it starts."""

    deps: Deps
    dispatch: Dispatch
    settings: ServiceTable
    choices: Choices
    sandbox: SandboxKind
    keys: Keys
    requests: Requests
    audit: Audit
    hub: Hub
    shown: Shown
    calls: Rates
    failures: Rates
    tally: Tally

    @property
    def store(self) -> Store:
        """Where runs are kept."""
        return self.deps.store

    @property
    def redactor(self) -> Redactor:
        """What every text passes that leaves (SEC-04)."""
        return self.deps.redactor

    async def read(self, look: Callable[[], T]) -> T:
        """The result of a short look at the store, which does not hold the event loop up.

        One at a file is shorter than a way to a thread and back.
        """
        if self.store.database.is_near:
            return look()
        from anyio.to_thread import run_sync

        return await run_sync(look)


def open_service(
    deps: Deps,
    dispatch: Dispatch,
    settings: ServiceTable,
    *,
    choices: Choices = NOTHING_NAMED,
    sandbox: SandboxKind = "docker",
) -> Service:
    """The service on this store."""
    store, redactor = deps.store, deps.redactor
    requests = Requests(store)
    return Service(
        deps=deps,
        dispatch=dispatch,
        settings=settings,
        choices=choices,
        sandbox=sandbox,
        keys=Keys(store.database),
        requests=requests,
        audit=Audit(store),
        hub=Hub(store, redactor),
        shown=Shown(store, requests, redactor),
        calls=Rates(),
        failures=Rates(),
        tally=Tally(),
    )
