"""The door with a state folder of its own, and no settings, keys or endpoints of the machine."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from patchwright.api.cli import app

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
"""Takes arguments, and what `subprocess.run` takes."""

Inside = Callable[..., "Done"]
"""Takes arguments, and environment variables by name."""

COMMAND = [sys.executable, "-c", "from patchwright.api.entry import main; main()"]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """PATCHWRIGHT_STATE, for this process and its children."""
    folder = tmp_path / "state"
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "PATCHWRIGHT_")):
            monkeypatch.delenv(name)
    empty = tmp_path / "settings.toml"
    empty.write_text("")
    monkeypatch.setenv("PATCHWRIGHT_CONFIG", str(empty))
    monkeypatch.setenv("PATCHWRIGHT_STATE", str(folder))
    monkeypatch.setenv("PATCHWRIGHT_USER", "tester")
    return folder


@pytest.fixture
def door(state: Path) -> Run:
    """The real command in a process of its own, without a terminal."""

    def run(*arguments: str, **more: object) -> "subprocess.CompletedProcess[bytes]":
        settings: dict[str, object] = {"stdin": subprocess.DEVNULL, "timeout": 120, **more}
        if "input" in settings:
            del settings["stdin"]
        return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False, **settings)  # type: ignore[call-overload,no-any-return]  # pyright: ignore

    return run


@dataclass(frozen=True)
class Done:
    """What a command did, as `subprocess` says it."""

    returncode: int
    stdout: bytes
    stderr: bytes


@pytest.fixture
def inside(state: Path) -> Inside:
    """The command in this very process: quick, for what does not depend on a process of its own."""

    def run(*arguments: str, **env: str) -> Done:
        result = CliRunner().invoke(app, arguments, prog_name="patchwright", env=env)
        return Done(result.exit_code, result.stdout_bytes, result.stderr_bytes)

    return run


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A small project that Python 3.10 broke, which a recipe mends."""
    folder = tmp_path / "words"
    (folder / "tests").mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[project]\nname = "words"\nversion = "1"\n')
    (folder / "words.py").write_text(
        "from collections import Mapping\n\n\ndef is_map(x):\n    return isinstance(x, Mapping)\n"
    )
    (folder / "tests" / "__init__.py").write_text("")
    (folder / "tests" / "test_words.py").write_text(
        "import words\n\n\ndef test_a_dict_is_a_map():\n    assert words.is_map({})\n"
    )
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    return folder


def git(folder: Path, *arguments: str) -> None:
    """Git as some user, whatever the machine's settings are."""
    subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments], cwd=folder, check=True)
