"""A stage for each test."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from patchwright.evals.github.hub import Hub
from patchwright.evals.github.server import serve
from tests.api.github.stage import ANNA, Stage, bare, record


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "PATCHWRIGHT_", "GITHUB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """`acme/words` with `anna`, who may write."""
    hub = Hub()
    home = hub.repository("acme/words", bare(tmp_path), (ANNA,))
    hub.user(ANNA)
    record(tmp_path)
    with serve(hub) as url:
        yield Stage(tmp_path, hub, url, home)
