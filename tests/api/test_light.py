"""Looking and approving start fast: nothing heavy is imported."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.api.prepared import a_plan, open_store, waiting_run

HEAVY = ("langgraph", "langchain_core", "docker", "httpx2", "libcst", "requests", "openai")

PROBE = """
import sys
from patchwright.api.cli import app
try:
    app(sys.argv[1:], prog_name="patchwright")
except SystemExit as end:
    status = end.code
loaded = [name for name in {heavy!r} if name in sys.modules]
sys.stderr.write("\\nstatus %s, loaded %s" % (status, loaded))
"""


def probe(*arguments: str) -> str:
    code = PROBE.format(heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stderr.rpartition("\n")[2]


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["show", "last"], ["events", "last"], ["run", "--help"]])
def test_looking_imports_nothing_heavy(state: Path, arguments: list[str]) -> None:
    waiting_run(state)
    assert probe(*arguments) == "status 0, loaded []"


def test_recording_an_approval_imports_nothing_heavy(state: Path) -> None:
    run_id = waiting_run(state)
    sha256 = a_plan(open_store(state), run_id, 1).sha256[:12]
    approve = ("approve", run_id[:8], "--revision", "1", "--sha256", sha256, "--no-execute")
    assert probe(*approve) == "status 0, loaded []"


def test_help_answers_within_half_a_second_of_cpu() -> None:
    def once() -> float:
        began = time.monotonic()
        subprocess.run([sys.executable, "-c", PROBE.format(heavy=()), "--help"], capture_output=True, check=False)
        return time.monotonic() - began

    assert min(once() for _ in range(5)) < 0.5
