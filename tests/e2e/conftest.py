"""Stages for the story, and a clean environment: no settings, keys or endpoints of the machine."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from patchwright.agent.scripted import Record
from tests.e2e import story
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
