"""Repositories that cannot be judged, misbehave in the sandbox, or try to reach out of it."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.bad_input_helpers import (
    FINISH,
    FIX,
    PLAN,
    SUM,
    Door,
    Said,
    containers,
    docker_door,
    door,
    recording,
    repository,
)

LOCAL = ("--sandbox", "local", "--no-model")


def test_without_tests_nothing_is_said_to_be_well_and_a_giant_issue_is_cut(tmp_path: Path) -> None:
    """OUT-03: that no test ran is said. A megabyte of issue costs no more than what a reader would read."""
    at, source = door(tmp_path), repository(tmp_path / "bare", {"README": "hello\n"})
    (tmp_path / "issue").write_text("Too long\n" + "lorem ipsum dolor " * 60_000)
    said = at("plan", source, f"@{tmp_path}/issue", *LOCAL)
    assert said.code == 1
    assert at.last().outcome == "gave_up"
    assert at.last().reason.startswith("No test ran on the base")
    assert "[[checks]]" in said.out
    assert at.last().issue.body.endswith("more characters were left out]")
    assert len(at.last().issue.body) < 101_000
    assert "100,000 characters were kept" in said.err


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("[[checks]\n", ("is not valid TOML", "Correct it and commit")),
        ("[budget]\nrequests = 100000000\n", ("above the 400 of your settings", "raise it in your own")),
    ],
)
def test_settings_of_the_repository_that_are_wrong_or_loosen_stop_the_run(
    settings: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    """CFG-01: with a message, a recorded status and exit code 2; nothing of the repository has run."""
    at, source = door(tmp_path), repository(tmp_path / "sum", {**SUM, "patchwright.toml": settings})
    said = at("plan", source, "Make it work", *LOCAL)
    assert said.code == 2
    assert all(word in said.err and word in at.last().reason for word in words), said.err
    assert at.last().status == "paused_config"
    assert "command_finished" not in [event.kind for event in at.events()]


ATTEMPTS = r"""
import os, signal, socket, subprocess

def tried(name, act):
    try:
        return f"{name}={act()}"
    except BaseException as error:
        return f"{name}={type(error).__name__}"

raise RuntimeError("HOSTILE " + " ".join([
    tried("network", lambda: socket.create_connection(("1.1.1.1", 53), 1)),
    tried("names", lambda: socket.getaddrinfo("example.org", 80)),
    tried("outside", lambda: open("/etc/patchwright-was-here", "w")),
    tried("engine", lambda: os.listdir("/var/run/docker.sock")),
    tried("init", lambda: os.kill(1, signal.SIGKILL)),
    tried("uid", os.getuid),
    tried("children", lambda: len([subprocess.Popen(["setsid", "sleep", "900"]) for _ in range(20)])),
    tried("keys", lambda: [name for name in os.environ if name.startswith(("OPENAI", "PATCHWRIGHT", "DOCKER"))]),
]))
"""

HARD: dict[str, str | bytes] = {
    "pyproject.toml": '[project]\nname = "hard"\nversion = "1"\n',
    "conftest.py": ATTEMPTS,
    "broken.py": "def two(:\n",
    "test_hard.py": "def test_two():\n    assert 2 + 2 == 5\n",
    "patchwright.toml": """
[[checks]]
name = "syntax"
kind = "syntax"
command = ["python3", "-m", "py_compile", "broken.py"]
[[checks]]
name = "hangs"
kind = "tests"
command = ["sh", "-c", "trap '' TERM INT; (setsid sleep 900 &); sleep 900"]
timeout = 1.5
[[checks]]
name = "noise"
kind = "tests"
command = ["sh", "-c", "yes | head -c 100000000; exit 7"]
[[checks]]
name = "pytest"
kind = "tests"
command = ["python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=/tmp/patchwright/hard.xml"]
report = "junit"
reports = ["/tmp/patchwright/hard.xml"]
""",
}


@pytest.fixture
def at_docker(tmp_path: Path) -> Iterator[Door]:
    with docker_door(tmp_path) as at:
        yield at


@pytest.mark.docker
def test_what_hangs_floods_breaks_or_attacks_is_only_a_fact_about_the_base(tmp_path: Path, at_docker: Door) -> None:
    """SB-01, SB-03 to SB-06, SB-11, RES-05 to RES-07: each check ends, is recorded, and the next one still runs."""
    at, source = at_docker, repository(tmp_path / "hard", HARD)
    said = at("plan", source, "Make it work", "--no-model")
    assert said.code == 1
    done = {event.data["check"]: event.data for event in at.events() if event.kind == "command_finished"}
    assert list(done) == ["syntax", "hangs", "noise", "pytest"]
    assert done["syntax"]["exit_code"] == 1
    assert done["hangs"]["problem"] == "it was ended after 1.5 s"
    assert done["hangs"]["seconds"] < 5
    assert done["noise"]["exit_code"] == 7
    _check_attack(at.store.artifact(at.last().id, "baseline.json") or b"")
    assert "No recipe fits what fails here" in at.last().reason
    assert "hangs: it was ended after 1.5 s" in at.last().reason
    assert len(said.raw) < 20_000
    assert (at.state / "patchwright.db").stat().st_size < 2_000_000
    assert not containers(at.last().id)


def _check_attack(baseline: bytes) -> None:
    found = re.search(rb"HOSTILE (network=[^\"\\]*)", baseline)
    assert found, "the attack has not run"
    results = dict(part.split("=", 1) for part in found[1].decode().split())
    assert results["network"] == "OSError"
    assert results["names"] == "gaierror"
    assert results["outside"] == "OSError"
    assert results["engine"] in ("FileNotFoundError", "PermissionError")
    assert results["init"] in ("None", "PermissionError")
    assert int(results["uid"]) >= 10_000
    assert results["keys"] == "[]"


HOOKS = ("post-checkout", "pre-commit", "reference-transaction", "post-index-change", "pre-applypatch")
PROGRAMS = (
    "core.fsmonitor",
    "core.sshCommand",
    "core.pager",
    "core.alternateRefsCommand",
    "diff.external",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "gpg.program",
    "uploadpack.packObjectsHook",
)


def test_no_program_that_a_repositorys_git_settings_name_is_ever_run(tmp_path: Path) -> None:
    """GIT-01, GIT-02: from the refusal of a dirty tree to `apply`."""
    at, source = door(tmp_path), repository(tmp_path / "sum", {**SUM, ".gitattributes": "* filter=evil diff=evil\n"})
    _booby_trap(tmp_path)
    (tmp_path / "sum" / "sum.txt").write_text("2 + 2 = 55\n")
    assert "uncommitted changes (modified: sum.txt)" in at("plan", source, "x", *LOCAL).err
    (tmp_path / "sum" / "sum.txt").write_text("2 + 2 = 5\n")
    played = recording(tmp_path / "r", [PLAN], [[FIX, FINISH]])
    done: Said = at("run", source, "x", "--yes", "--sandbox", "local", "--recording", played)
    assert done.code == 0, done.err
    assert at("apply", "last").code == 0
    assert (tmp_path / "sum" / "sum.txt").read_text() == "2 + 2 = 4\n"
    assert not list(tmp_path.glob("ran-*"))


def _booby_trap(folder: Path) -> None:
    """Each program and hook leaves a file with its name."""
    for name in PROGRAMS:
        subprocess.run(["git", "config", name, f"touch {folder}/ran-{name}"], cwd=folder / "sum", check=True)
    subprocess.run(["git", "config", "core.hooksPath", str(folder / "hooks")], cwd=folder / "sum", check=True)
    (folder / "hooks").mkdir()
    for name in HOOKS:
        (folder / "hooks" / name).write_text(f"#!/bin/sh\ntouch {folder}/ran-{name}\n")
        (folder / "hooks" / name).chmod(0o755)
