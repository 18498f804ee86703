"""What `patchwright gc` frees, and what it leaves."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.api.prepared import ended_run, open_store, waiting_run


def gc(*options: str) -> dict[str, Any]:
    command = (sys.executable, "-c", "from patchwright.api.entry import main; main()", "gc", "--json", *options)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def aged(state: Path) -> None:
    with open_store(state).database.transaction() as connection:
        connection.execute("UPDATE runs SET updated_at='2020-01-01T00:00:00.000Z'")


def test_runs_that_ended_long_ago_are_forgotten_with_all_their_rows_and_others_stay(state: Path) -> None:
    old, waiting = ended_run(state), waiting_run(state)
    aged(state)
    young = ended_run(state)
    clone = state / "cache" / "c.git"
    clone.mkdir(parents=True)  # the waiting run's
    would = gc("--older-than", "0.5", "--dry-run")
    assert would["runs"] == 1 and would["run_bytes"] > 0
    store = open_store(state)
    assert {run.id for run in store.runs()} == {old, waiting, young}
    freed = gc("--older-than", "0.5")
    assert freed == {**would, "dry_run": False, "images": freed["images"]}
    assert {run.id for run in store.runs()} == {waiting, young}
    assert store.events(old) == [] and store.artifacts(old) == [] and store.plans(old) == []
    assert store.events(waiting) and store.artifacts(young)
    assert clone.exists()
    assert gc("--older-than", "0.5")["runs"] == 0
