"""`eval export`: what an evaluation's runs said, for training or for viewers."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from patchwright.agent.config import from_environment
from patchwright.agent.errors import UsageError
from patchwright.api import exits
from patchwright.api.place import open_store
from patchwright.api.screen import Screen
from patchwright.evals.reportfiles import write_whole
from patchwright.evals.rows import Row, read_rows
from patchwright.evals.training import lines
from patchwright.tools.secrets import Redactor


def export(
    folders: Sequence[Path], training: Path | None, trajectories: Path | None, *, all_attempts: bool, as_json: bool
) -> int:
    """0 if something was written."""
    if not (training or trajectories):
        raise UsageError("Say what to export: --training FILE, --trajectories DIR, or both.")
    settings = from_environment(os.environ, Path.cwd())
    screen = Screen(Redactor(settings.secrets()), as_json)
    done: dict[str, int] = {}
    if training:
        done[str(training)] = _training(folders, training, screen.redactor, all_attempts=all_attempts)
    if trajectories:
        done[str(trajectories)] = _trajectories(folders, trajectories)
    if as_json:
        screen.data(done)
    else:
        screen.show(*(screen.text(f"{count} written to {path}.") for path, count in done.items()))
    return exits.VERIFIED if all(done.values()) else exits.UNVERIFIED


def _training(folders: Sequence[Path], to: Path, redactor: Redactor, *, all_attempts: bool) -> int:
    seen, count = set[str](), 0
    with to.open("w", encoding="utf-8") as file:
        for folder in folders:
            for line in _lines(folder, redactor, all_attempts=all_attempts):
                text = json.dumps(line["messages"])
                if text not in seen:
                    seen.add(text)
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
                    count += 1
    return count


def _lines(folder: Path, redactor: Redactor, *, all_attempts: bool) -> Iterator[dict[str, Any]]:
    rows, _ = read_rows([folder])
    wanted: list[Row] = [row for row in rows if row.run_id and (all_attempts or row.resolved)]
    settings = from_environment(os.environ, Path.cwd()).with_state(folder / "state")
    return lines(wanted, open_store(settings), redactor)


def _trajectories(folders: Sequence[Path], to: Path) -> int:
    count = 0
    for folder in folders:
        for path in sorted(folder.glob("jobs/*/*/traj.json")):
            setup, name = path.parent.parent.name, path.parent.name
            target = to / setup / name / f"{name}.traj.json"
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, path.read_bytes())
            count += 1
    return count
