"""The whole way through the door in a real sandbox."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.api.conftest import COMMAND, Run
from tests.api.prepared import open_store

pytestmark = pytest.mark.docker


def test_an_issue_becomes_a_verified_patch_in_the_users_checkout(door: Run, state: Path, repository: Path) -> None:
    planned = door("plan", str(repository), "Make it work on Python 3.11", "--no-model")
    assert planned.returncode == 3, planned.stderr
    line = next(line for line in planned.stdout.decode().splitlines() if "patchwright approve" in line)
    done = door(*line.split()[1:], "--by", "alice")
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    assert "patch, verified" in text
    assert "0 of 1 pass" in text
    assert "1 of 1 pass" in text
    assert b"collections.abc" in door("diff", "last").stdout
    assert door("apply", "last").returncode == 0
    assert "collections.abc" in (repository / "words.py").read_text()
    assert door("resume", "last").returncode == 0


def test_an_interrupted_run_is_parked_and_goes_on(door: Run, state: Path, repository: Path) -> None:
    """REL-07: a kill in the middle of the work loses nothing."""
    command = [*COMMAND, "plan", str(repository), "Make it work", "--no-model"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        wait_for(state, "baseline")
        os.killpg(process.pid, signal.SIGTERM)
        said = process.communicate(timeout=30)[1].decode()
    assert process.returncode == 3
    assert "is parked and nothing is lost: `patchwright resume" in said
    assert "(parked)" in door("list").stdout.decode()
    assert door("resume", "last").returncode == 3
    assert open_store(state).runs()[0].status == "awaiting_approval"


def wait_for(state: Path, status: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (state / "patchwright.db").exists():
            runs = open_store(state).runs()
            if runs and runs[0].status == status:
                return
        time.sleep(0.05)
    raise AssertionError(f"no run became {status}")
