"""What the engine can enforce, and deadlines that are ours."""

import time

import pytest

from patchwright.sandbox.engine import Engine, describe, problems, read_facts, within
from patchwright.sandbox.errors import EngineUnavailable
from tests.sandbox.places import docker_sandboxes

GOOD = {
    "SecurityOptions": ["name=seccomp,profile=default"],
    "MemoryLimit": True,
    "SwapLimit": True,
    "PidsLimit": True,
    "CpuCfsQuota": True,
    "NCPU": 4,
    "MemTotal": 8 << 30,
    "Driver": "overlay2",
    "CgroupVersion": "2",
    "DefaultRuntime": "runc",
}


def engine(version: str = "20.10.24+dfsg1", **changes: object) -> Engine:
    return read_facts({"Version": version}, GOOD | changes)


def test_a_good_engine_has_no_problem() -> None:
    assert problems(engine()) == []
    assert engine().cpus == 4


@pytest.mark.parametrize(
    ("bad", "words", "fatal"),
    [
        (engine(version="19.03.1"), "too old", True),
        (engine(version=""), "unknown version is too old", True),
        (engine(SecurityOptions=[]), "filters no system calls", True),
        (engine(SecurityOptions=["name=seccomp,profile=unconfined"]), "filters no system calls", True),
        (engine(SwapLimit=False), "cannot limit swap", True),
        (engine(PidsLimit=False), "cannot limit the number of processes", True),
        (engine(MemTotal=1 << 30), "1024 MB", False),
    ],
)
def test_what_is_missing_is_said_with_the_way_to_fix_it(bad: Engine, words: str, fatal: bool) -> None:
    """SB-07, SB-14"""
    (problem,) = problems(bad)
    assert words in problem.sentence
    assert problem.fatal is fatal


def test_a_call_that_hangs_ends_at_our_deadline() -> None:
    """REL-06"""
    start = time.monotonic()
    with pytest.raises(EngineUnavailable, match=r"failed to sleep within 0\.1 s"):
        within(0.1, "sleep", lambda: time.sleep(2))
    assert time.monotonic() - start < 1


@pytest.mark.docker
def test_the_engine_of_the_tests_can_enforce_everything() -> None:
    found = describe(docker_sandboxes().client())
    assert [problem for problem in problems(found) if problem.fatal] == []
