"""`make demo-model`: the shipped recording leads to a verified patch, at once and across processes."""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.api.conftest import COMMAND, Run, git
from tests.api.conftest import door as door
from tests.api.conftest import state as state
from tests.api.prepared import open_store

pytestmark = pytest.mark.docker

DEMO = Path(__file__).parents[2] / "evals" / "demo"
RECORDED = ("--recording", str(DEMO / "recording.jsonl"))
ISSUE = f"@{DEMO / 'issue.md'}"


@pytest.fixture
def timetext(tmp_path: Path) -> Path:
    """The sample project in a repository of its own."""
    folder = tmp_path / "timetext"
    shutil.copytree(DEMO / "timetext", folder, ignore=shutil.ignore_patterns("__pycache__"))
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "As published")
    return folder


def test_the_recorded_model_writes_a_failing_test_then_mends_the_cause(door: Run, state: Path, timetext: Path) -> None:
    done = door("run", "--yes", *RECORDED, str(timetext), ISSUE)
    assert done.returncode == 0, done.stderr
    assert "18 of 22 tests pass" in done.stderr.decode(), "the tests came first, and failed"
    text = done.stdout.decode()
    assert "patch, verified" in text
    assert "22 of 22 pass" in text
    assert "recording" in text + done.stderr.decode()
    again = door("replay", "last", "--json")
    assert again.returncode == 0, again.stdout + again.stderr
    assert json.loads(again.stdout)["patch"] == "identical"
    assert door("apply", json.loads(again.stdout)["run_id"]).returncode == 2, "a replay is approved by nobody"
    assert door("apply", "last").returncode == 0
    assert "divmod" in (timetext / "timetext" / "durations.py").read_text()


def test_a_run_that_is_stopped_between_the_steps_goes_on_in_its_recording(
    door: Run, state: Path, timetext: Path
) -> None:
    """REL-07, with the recording named once."""
    planned = door("plan", *RECORDED, str(timetext), ISSUE)
    assert planned.returncode == 3, planned.stderr
    approve = next(line for line in planned.stdout.decode().splitlines() if "patchwright approve" in line)
    command = [*COMMAND, *approve.split()[1:]]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_for_step_two(state)
        os.kill(process.pid, signal.SIGKILL)
    done = door("resume", "last")
    assert done.returncode == 0, done.stderr
    asked = [event for event in open_store(state).events(run_id(state), limit=10_000) if event.kind == "model_called"]
    assert len(asked) == len((DEMO / "recording.jsonl").read_text().splitlines()), "no answer is asked for twice"


def wait_for_step_two(state: Path) -> None:
    deadline = time.monotonic() + 110
    while time.monotonic() < deadline:
        events = open_store(state).events(run_id(state), limit=10_000)
        if any(event.kind == "step_started" and event.data["step"] == 2 for event in events):
            return
        time.sleep(0.05)
    raise AssertionError("the second step was not reached")


def run_id(state: Path) -> str:
    return open_store(state).runs()[0].id
