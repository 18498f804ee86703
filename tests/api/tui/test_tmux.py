"""The real program in a real terminal: from an issue to an accepted patch, with the recorded model and Docker."""

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.api.conftest import COMMAND
from tests.api.conftest import state as state
from tests.e2e.test_demo_model import DEMO
from tests.e2e.test_demo_model import timetext as timetext

pytestmark = pytest.mark.docker


class Tmux:
    """One window of 110 columns and 34 lines in a server of its own."""

    def __init__(self, socket: Path, folder: Path, env: dict[str, str]) -> None:
        program = shutil.which("tmux")
        assert program, "the script that installs the engine installs tmux as well"
        self._command = [program, "-S", str(socket), "-f", os.devnull]
        size = ("-x", "110", "-y", "34", "-c", str(folder))
        named = [f"{name}={value}" for name, value in env.items()]
        program_line = shlex.join(["env", *named, *COMMAND, "tui"])
        self._tmux("new-session", "-d", *size, f"{program_line}; sleep 60")

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run([*self._command, *arguments], check=True, capture_output=True, text=True, timeout=30)
        return done.stdout

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)
        time.sleep(0.3)

    def type(self, words: str) -> None:
        self._tmux("send-keys", "-l", words)

    def until(self, words: str, seconds: float = 120) -> str:
        """What is shown once the words are."""
        deadline = time.monotonic() + seconds
        while words not in (text := self._tmux("capture-pane", "-p")):
            assert time.monotonic() < deadline, f"{words!r} did not come in:\n{text}"
            time.sleep(0.3)
        return text

    def close(self) -> None:
        subprocess.run([*self._command, "kill-server"], check=False, capture_output=True)


@pytest.fixture
def tmux(tmp_path: Path, state: Path, timetext: Path) -> Generator[Tmux]:
    env = {name: value for name, value in os.environ.items() if name.startswith("PATCHWRIGHT_")}
    opened = Tmux(tmp_path / "socket", timetext, {**env, "COLORTERM": "truecolor", "TERM": "tmux-256color"})
    yield opened
    opened.close()


def test_from_an_issue_to_an_accepted_patch(tmux: Tmux, timetext: Path) -> None:
    tmux.until("There is no run yet")
    tmux.press("n")
    tmux.until("what should change")
    tmux.press("Tab")
    tmux.type(f"@{DEMO / 'issue.md'}")
    tmux.press("Tab", "Tab", "Tab", "Tab")
    tmux.type(str(DEMO / "recording.jsonl"))
    tmux.press("C-s")
    tmux.until("Round before splitting into units")
    tmux.press("a")
    tmux.until("sha256")
    tmux.press("y")
    text = tmux.until("2 files  +10 -6  verified")
    assert "test_format_carries" in text
    tmux.press("w", "Enter")
    tmux.until("The checkout that is changed")
    tmux.press("Enter")
    tmux.until("2 files of")
    assert "divmod" in (timetext / "timetext" / "durations.py").read_text()
    tmux.press("q", "q")
