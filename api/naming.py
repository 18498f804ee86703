"""How a run is named at the door: the beginning of its id, or `last`."""

import os
from collections.abc import Iterator
from pathlib import Path

from patchwright.agent.config import from_environment
from patchwright.agent.errors import PatchwrightError, RunNotFound
from patchwright.agent.store.database import open_database
from patchwright.agent.store.store import Store
from patchwright.tools.untrusted import printable

SHORT = 8
NEWEST = ("last", "-")


def short(run_id: str) -> str:
    """The id as it is shown; unique among any number of runs that a person looks at."""
    return run_id[:SHORT]


def find(store: Store, name: str) -> str:
    """The full id of the run that was named; a replay is never the `last`. Raises `RunNotFound`."""
    if name not in NEWEST:
        return store.find(name.lower())
    runs = [run for run in store.runs() if run.issue.origin != "replay"]
    if not runs:
        raise RunNotFound("There is no run yet. `patchwright run REPOSITORY ISSUE` starts one.")
    return runs[0].id


def complete(incomplete: str) -> Iterator[tuple[str, str]]:
    """Ids that begin so, with their status and title, for the shell's completion. Never an error."""
    try:
        store = from_environment(os.environ, Path.cwd()).store()
        runs = Store(open_database(store)).runs() if isinstance(store, str) or store.exists() else []
    except PatchwrightError:
        return
    for run in runs[:200]:
        if run.id.startswith(incomplete):
            title = printable(run.issue.title).replace("\n", " ")[:60]
            yield (run.id[: max(SHORT, len(incomplete))], f"{run.status}: {title}")
