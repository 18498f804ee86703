"""Stages for the story, and a clean environment: no settings, keys or endpoints of the machine."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from patchwright.agent.scripted import Record
from patchwright.agent.store import lease
from patchwright.sandbox.container import LABEL_INSTANCE
from tests.e2e import story
from tests.e2e.crashing import Crew
from tests.e2e.stage import Stage

MakeStage = Callable[..., Stage]


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python that runs the tests is the one that judges the sample projects in local sandboxes."""
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "PATCHWRIGHT_")) and not name.startswith("PATCHWRIGHT_CRASH"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", str(scratch))


@pytest.fixture(scope="session")
def crew() -> Iterator[Crew]:
    """Two drivers that play stories and die at a chosen edge; they load once what all their children need."""
    drivers = Crew()
    yield drivers
    drivers.close()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Callable[[Stage], list[str]]]:
    """Reaps what dead runs of a stage left at the engine, and names the containers that are there 10 s later.

    Whatever the test's stages still have there is removed after it, frozen trees included.
    """
    from patchwright.sandbox.engine import connect
    from patchwright.sandbox.pruning import UNUSED
    from patchwright.sandbox.reaper import find_leftovers, reap, remove_leftovers

    client: Any = connect()
    stages = list[Stage]()

    def left(stage: Stage) -> list[str]:
        stages.append(stage)
        database = stage.store().database
        reap(client, stage.instance, lambda run_id: lease.is_held(database, run_id))
        filters = {"label": f"{LABEL_INSTANCE}={stage.instance}"}
        until = time.monotonic() + 10
        while True:  # a container that is being removed is listed until it is gone
            found = [str(one["Id"]) for one in client.containers(all=True, filters=filters)]
            if not found or time.monotonic() > until:
                return found
            time.sleep(0.1)

    yield left
    for stage in stages:
        ours = find_leftovers(client, stage.instance, lambda _: False, datetime.now(UTC) + 2 * UNUSED)
        remove_leftovers(client, ours)


@pytest.fixture
def fix(tmp_path: Path) -> MakeStage:
    """A model plans and edits; its answers are the story's, or those given."""

    def make(name: str = "state", records: list[Record] | None = None, **more: object) -> Stage:
        repository = tmp_path / "timetext"
        if not repository.exists():
            story.timetext(repository, quick=more.get("sandbox") != "docker")
        recording = story.write_recording(tmp_path / f"{name}.jsonl", records or story.answers())
        return Stage(tmp_path / name, repository, story.issue(), str(recording), **more)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    return make


@pytest.fixture
def mend(tmp_path: Path) -> MakeStage:
    """Recipes plan and edit."""

    def make(name: str = "state", **more: object) -> Stage:
        repository = tmp_path / "words"
        if not repository.exists():
            story.words(repository)
        return Stage(tmp_path / name, repository, "Make it work on Python 3.11", **more)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    return make


@pytest.fixture
def tiny(tmp_path: Path) -> MakeStage:
    """A run that takes no time; `records` are added to or replace the answers."""

    def make(name: str = "state", records: list[Record] | None = None, **more: object) -> Stage:
        repository = tmp_path / "tiny"
        if not repository.exists():
            story.tiny(repository)
        recording = story.write_recording(tmp_path / f"{name}.jsonl", records or story.tiny_answers())
        return Stage(tmp_path / name, repository, "The word is wrong.", str(recording), **more)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    return make


@pytest.fixture
def sums(tmp_path: Path) -> MakeStage:
    """A project with a bug that no test shows; `records` are the answers."""

    def make(name: str = "state", records: list[Record] | None = None, **more: object) -> Stage:
        repository = tmp_path / "sums"
        if not repository.exists():
            story.sums(repository)
        recording = story.write_recording(tmp_path / f"{name}.jsonl", records or [])
        return Stage(tmp_path / name, repository, "add(1, -2) gives 3.", str(recording), **more)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    return make
