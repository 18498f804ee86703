"""A run that has lost the process that worked on it: it goes on, unless it is what the process dies of."""

from contextlib import suppress

from patchwright.agent.errors import RunBusy
from patchwright.agent.events import Event
from patchwright.agent.store.ledger import own
from patchwright.agent.store.rows import add_event
from patchwright.agent.store.store import Store
from patchwright.api.dispatch.legs import DEAD, is_given_up

LOOKED_AT = 50
"""How many of the last events are looked at."""


def note_loss(store: Store, run_id: str, leg: str, worker: str, why: str) -> bool:
    """Write down that this worker has lost that leg: True if the run may go on.

    Several may find the same dead worker, which may have held several legs of the run: it is written once. A run
    that only loses processes and gets no further (`legs.is_given_up`) is parked with the reason.
    """
    told = {"leg": leg, "worker": worker, "why": why}
    with store.database.transaction(run_id) as connection:
        known = why == DEAD and any(_is_of(event, worker) for event in _last(store, run_id))
        if not known:
            add_event(connection, run_id, store.now(), "worker_lost", told)
    given_up = is_given_up(_last(store, run_id))
    if given_up:
        _give_up(store, run_id, why)
    return not given_up


def _last(store: Store, run_id: str) -> list[Event]:
    return store.events(run_id, after=max(0, store.last_event(run_id) - LOOKED_AT))


def _is_of(event: Event, worker: str) -> bool:
    return event.kind == "worker_lost" and (event.data["worker"], event.data["why"]) == (worker, DEAD)


def _give_up(store: Store, run_id: str, why: str) -> None:
    reason = f"the processes that worked on it died at the same place again and again, the last one: {why}"
    with suppress(RunBusy), own(store, run_id) as ledger:
        ledger.status("infra_failed", f"{reason}. `patchwright resume` tries again.")
