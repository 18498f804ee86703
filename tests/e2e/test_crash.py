"""kill -9 at every moment that outlives a process, for real: a resume ends as if nothing had happened (REL-01).

By default a small sample with a fixed seed; `PATCHWRIGHT_CRASH=40` takes forty edges, `PATCHWRIGHT_CRASH=all` every one.
"""

import os
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.conftest import MakeStage
from tests.e2e.crashing import (
    Crew,
    Driver,
    asked,
    at_edge,
    differences,
    error,
    kill_and_resume,
    model_answers,
    orphans,
    refer,
)
from tests.e2e.stage import Stage
from tests.e2e.story import says, tiny_answers
from tests.e2e.test_concurrency import player, wait_until

WANTED = os.environ.get("PATCHWRIGHT_CRASH", "")
STRIDE = 40
pytestmark = pytest.mark.timeout(14_400 if WANTED else 300)


def points(count: int, sample: int) -> list[int]:
    """The edges to die at: one from each of `sample` equal parts, or as many as are wanted."""
    if WANTED == "all":
        return list(range(count))
    parts = int(WANTED or sample)
    chance = random.Random(7)
    return sorted({int(count / parts * (number + chance.random())) for number in range(parts)})


def sweep(crew: Crew, stage: Stage, sample: int) -> list[str]:
    """What went wrong at which edge."""
    with crew.one() as driver:
        reference = refer(driver, stage)
    chosen = points(len(reference.edges), sample)
    return crew.run(partial(kill_and_resume, stage=stage, reference=reference, edge=edge) for edge in chosen)


def test_a_run_with_a_model_survives_a_kill_at_every_edge(crew: Crew, fix: MakeStage, tmp_path: Path) -> None:
    """REL-01, REL-02, REL-09: same patch, verdict, events and usage; no answer is asked for again."""
    assert sweep(crew, fix(), 3) == []
    assert orphans(tmp_path / "scratch") == []


def test_a_run_by_recipes_survives_a_kill_at_every_edge(crew: Crew, mend: MakeStage) -> None:
    """REL-01, REL-09: the same without a model."""
    assert sweep(crew, mend(), 2) == []


def test_a_run_that_is_killed_again_and_again_still_ends_the_same(crew: Crew, tiny: MakeStage) -> None:
    """REL-01: each process gets some edges further than the last."""
    stage, often = tiny("often"), 0
    with crew.one() as driver:
        reference = refer(driver, tiny("once"))
        while driver.play(stage, STRIDE) == {"signal": 9}:
            often += 1
            assert often < 60, "no progress"
    assert not error(stage), error(stage)
    assert often >= 3
    assert differences(stage, reference) == []
    assert reference.requests <= len(asked(stage)) <= model_answers(stage) + often


@pytest.mark.docker
def test_a_run_in_real_containers_survives_kills_and_leaves_none(
    crew: Crew, tiny: MakeStage, engine: Callable[[Stage], list[str]]
) -> None:
    """REL-01, REL-03: whatever a dead process left, the reaper finds."""
    plan, edit, review = tiny_answers()
    look, ask = ("run", {"command": "cat word.txt"}), ("run", {"command": "sleep 0.2"})
    records = [says("planner", look, ask), plan, says("editor", look), edit, review]
    warm, stage = (tiny(name, records=records, sandbox="docker") for name in ("warm", "state"))
    with crew.one() as driver:
        refer(driver, warm)  # fills the volume with the frozen tree, which the others find
        reference = refer(driver, stage)
    assert engine(warm) == engine(stage) == []

    def killed(driver: Driver, edge: int) -> str:
        here = at_edge(stage, edge)
        return kill_and_resume(driver, stage, reference, edge) or " ".join(engine(here))

    chosen = points(len(reference.edges), 2)
    assert crew.run(partial(killed, edge=edge) for edge in chosen) == []


@pytest.mark.docker
def test_a_kill_in_the_middle_of_a_command_leaves_a_container_that_the_reaper_finds(
    tiny: MakeStage, engine: Callable[[Stage], list[str]]
) -> None:
    """REL-01, REL-03: the command is run again in a fresh container, the answer is not asked for again."""
    plan, edit, review = tiny_answers()
    sleep = says("editor", ("run", {"command": "sleep 4; echo slept"}))
    stage = tiny(records=[plan, sleep, edit, review], sandbox="docker")
    run = stage.begin()
    stage.approve(run.id)
    process = player(stage)
    wait_until(lambda: "run" in str(stage.store().events(run.id)[-1].data.get("calls")))
    time.sleep(1)
    process.kill()
    process.communicate()
    assert engine(stage) == []
    assert stage.drive(run.id).verdict == "verified"
    keys = [call["key"] for call in stage.store().answers(run.id) if call["kind"] == "model_called"]
    assert len(keys) == len(set(keys)) == 4
    assert engine(stage) == []
