"""What a run does before its graph is there: importing LangGraph takes a second, which no first request waits for.

The first nodes find done what is done here, since each keeps what it made in the store.
"""

import gc
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager

from patchwright.agent.knowing import map_of
from patchwright.agent.planning import draft_plan
from patchwright.agent.preparing import measure_baseline, prepare
from patchwright.agent.session import Session
from patchwright.agent.state import initial
from patchwright.agent.transport import load_client

FIRST_REQUEST_SECONDS = 0.3
"""Loading begins so long after the preparation and the map: the request to the model goes out first."""


def get_ahead(session: Session) -> None:
    """Come to the first plan, or to what stands against it. Raises what `prepare` and `draft_plan` raise."""
    session.ledger.tell_after(0)
    prepare(session)
    with _loading():
        measure_baseline(session)
    if session.map_maker is not None:
        load_client()  # another process makes the map
        map_of(session)  # LangGraph is not loaded meanwhile: that would come before the request
    with _loading():
        draft_plan(session, initial(session.ledger.run_id, session.issue.base_commit))


@contextmanager
def _loading() -> Generator[None]:
    """LangGraph is loaded meanwhile, while the run waits for a sandbox or a model."""
    timer = threading.Timer(FIRST_REQUEST_SECONDS, load)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def load() -> None:
    """Import LangGraph. Garbage collection stands still: it takes a fifth of the time and there is no garbage."""
    if "langgraph.graph" in sys.modules:
        return
    gc.disable()
    try:
        import langgraph.checkpoint.sqlite  # pyright: ignore[reportUnusedImport]
        import langgraph.graph  # noqa: F401  # pyright: ignore[reportUnusedImport]
    finally:
        gc.freeze()
        gc.enable()
