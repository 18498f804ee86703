"""What a fact costs: an event appended by the one process that holds the run.

python -m patchwright.evals.bench.store
"""

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from patchwright.agent.issue import Issue
from patchwright.agent.run import Usage
from patchwright.agent.store.database import open_database
from patchwright.agent.store.ledger import own
from patchwright.agent.store.store import Store
from patchwright.evals.bench.figures import Figure, quantile, table, timed

EVENTS = 5000
DATA: dict[str, Any] = {"step": 1, "author": "model", "paths": ["package/module.py"], "says": "x" * 200}


def bare_insert(folder: Path) -> Callable[[], object]:
    """One row in one transaction, with the same settings and data as ours."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE facts (data TEXT)")
    return lambda: connection.execute("INSERT INTO facts VALUES (?)", (json.dumps(DATA),))


def figures(folder: Path, events: int = EVENTS) -> Iterator[Figure]:
    """Median and 99th percentile of an event, and of a recorded answer of 8 KB with its event."""
    store = Store(open_database(folder / "patchwright.db"))
    issue = Issue(title="t", body="b", repository="r", base_commit="0" * 40, clone="c")
    run = store.create_run(issue, "1", "local")
    bare = quantile(timed(bare_insert(folder), events))
    with own(store, run.id) as ledger:
        found = timed(lambda: ledger.event("edit_applied", **DATA), events)
        numbers = iter(range(events + 1))
        answer = {"content": "word " * 1600}
        answers = timed(lambda: ledger.record(f"k{next(numbers)}", "model_called", answer, Usage()), events // 5)
    yield Figure("an event, median", quantile(found), "ms", 0.1, f"a bare SQLite insert: {bare:.3f} ms")
    yield Figure("an event, 99th percentile", quantile(found, 0.99), "ms")
    yield Figure("an answer of 8 KB with its event", quantile(answers), "ms")


def report() -> str:
    """Measure; the table."""
    with tempfile.TemporaryDirectory(prefix="patchwright-bench-") as folder:
        return table("The store", figures(Path(folder)))


def main() -> None:
    """Measure and print the table."""
    print(report())


if __name__ == "__main__":
    main()
