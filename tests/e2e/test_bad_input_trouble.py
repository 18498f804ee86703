"""The machine fails in the middle: a full disk, a lost engine or container, Ctrl-C. Nothing is lost."""

import os
import signal
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.bad_input_helpers import (
    FINISH,
    FIX,
    PLAN,
    Door,
    checked_by,
    commands,
    containers,
    docker_door,
    door,
    finished,
    recording,
    repository,
    wait_until,
)
from tests.sandbox.engine_proxy import EngineProxy

SLOW = checked_by("touch started; sleep 2; grep -q 4 sum.txt")
QUICK = checked_by("grep -q 4 sum.txt")
FOREVER = checked_by("sleep 60", timeout=60)


@contextmanager
def small_disk(folder: Path) -> Generator[None]:
    """A disk of a few megabytes at `folder`. Skips where none can be mounted."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_stops_the_run_where_it_is_and_room_lets_it_go_on(tmp_path: Path) -> None:
    """REL-08: full at once, or at some checkpoint in the middle of the work. What was acknowledged stays."""
    at, source = door(tmp_path), repository(tmp_path / "sum", QUICK)
    played = recording(tmp_path / "r", [PLAN], [[FIX, FINISH]])
    with small_disk(at.state):
        assert at("plan", source, "x", "--sandbox", "local", "--recording", played).code == 3
        before = len(at.events())
        for kilobytes in (0, 40):
            _leave(at.state, kilobytes)
            full = at("approve", "last", "--revision", "1")
            assert full.code == 4
            assert "is full" in full.err
            assert "free disk space" in full.message
            (at.state / "ballast").unlink()
        assert at.last().status in ("awaiting_approval", "executing")
        assert len(at.events()) >= before
        again = at("resume", "last")
        if again.code == 3:
            again = at("approve", "last", "--revision", "1")
        assert (again.code, at.last().verdict) == (0, "verified"), again.err
        assert len(at.store.approvals(at.last().id)) == 1


def _leave(disk: Path, kilobytes: int) -> None:
    room = os.statvfs(disk)
    (disk / "ballast").write_bytes(b"x" * (room.f_bavail * room.f_bsize - kilobytes * 1024))


@pytest.fixture
def at_docker(tmp_path: Path) -> Iterator[Door]:
    with docker_door(tmp_path) as at:
        yield at


@pytest.mark.docker
def test_a_lost_engine_parks_the_run_and_a_lost_container_is_replaced(tmp_path: Path, at_docker: Door) -> None:
    """REL-03, REL-06, SB-01: without an engine there is no fallback to the host."""
    at, source = at_docker, repository(tmp_path / "sum", SLOW)
    played = recording(tmp_path / "r", [PLAN])
    with EngineProxy() as proxy, at.begin("plan", source, "x", "--recording", played, DOCKER_HOST=proxy.address) as one:
        wait_until(lambda: _at_work(at))
        proxy.stop()
        cut = finished(one)
        gone = at("resume", "last", DOCKER_HOST=proxy.address)
    for said in (cut, gone):
        assert said.code == 4
        assert "engine answers" in at.last().reason
        assert said.message == f"  patchwright resume {at.last().id[:8]}"
    assert at.last().status == "infra_failed"
    with at.begin("resume", "last") as other:
        wait_until(lambda: _at_work(at))
        subprocess.run(["docker", "rm", "--force", *containers(at.last().id)], capture_output=True, check=False)
        assert finished(other).code == 3
    assert "The sandbox was lost" in at.texts()
    assert at.last().status == "awaiting_approval"
    assert not containers(at.last().id)


def _at_work(at: Door) -> bool:
    if not (at.state / "patchwright.db").exists() or not at.store.runs():
        return False
    return "sleep 2" in commands(at.last().id)


def test_ctrl_c_parks_the_run_however_often_it_is_pressed(tmp_path: Path) -> None:
    """REL-07: exit code 3, nothing left running, and the same again after `resume`."""
    at, source = door(tmp_path), repository(tmp_path / "sum", FOREVER)
    for arguments in (("plan", source, "x", "--sandbox", "local", "--no-model"), ("resume", "last")):
        with at.begin(*arguments) as process:
            wait_until(lambda: _children(process.pid))
            children = _children(process.pid)
            for _ in range(3):
                os.killpg(process.pid, signal.SIGINT)
            said = finished(process)
        assert said.code == 3, said.err
        assert "is parked and nothing is lost: `patchwright resume" in said.message
        wait_until(partial(_all_ended, children), 5)
        assert at.last().status == "baseline"
    assert at("cancel", "last").code == 0
    assert at.last().status == "cancelled"


def _all_ended(pids: list[int]) -> bool:
    return not any(_alive(pid) for pid in pids)


def _alive(pid: int) -> bool:
    """Whether it still runs; what has ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _children(pid: int) -> list[int]:
    """The processes named `sleep` below a process: the check that never ends."""
    below, found = [pid], list[int]()
    while below:
        listed = subprocess.run(
            ["ps", "-o", "pid=,comm=", "--ppid", str(below.pop())], capture_output=True, check=False
        )
        for line in listed.stdout.decode().splitlines():
            number, name = line.split(None, 1)
            below.append(int(number))
            found += [int(number)] if name == "sleep" else []
    return found
