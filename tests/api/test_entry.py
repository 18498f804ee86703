"""The process itself: how it begins, and how it ends by a signal before anything was begun."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.api.conftest import COMMAND

PRESSED = "import os, time\nos.kill(os.getpid(), 2)\ntime.sleep(30)\n"


def test_ctrl_c_while_the_command_is_loading_ends_it_without_a_traceback(state: Path, tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text(PRESSED)
    ours = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{COMMAND[2]}"
    done = subprocess.run([sys.executable, "-c", ours, "list"], capture_output=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, b"", b"")
    assert not state.exists()
