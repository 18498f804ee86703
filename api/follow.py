"""The events of a run as they are written, by this process or another."""

import time
from collections.abc import Callable, Iterator

from patchwright.agent.events import Event
from patchwright.agent.store.store import Store

EVERY = 0.2
"""Seconds between two looks at the store."""

PAGE = 1000


def recorded(store: Store, run_id: str, after: int = 0) -> Iterator[Event]:
    """All events behind number `after` that are there now."""
    while True:
        page = store.events(run_id, after, PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].seq


def follow(store: Store, run_id: str, over: Callable[[], bool], after: int = 0) -> Iterator[Event]:
    """The events behind number `after`, waiting for more until `over` says that none will come.

    `over` is asked before a look at the store, so what was written before it became true is not lost.
    """
    while True:
        last_look = over()
        for event in recorded(store, run_id, after):
            after = event.seq
            yield event
        if last_look:
            return
        time.sleep(EVERY)
