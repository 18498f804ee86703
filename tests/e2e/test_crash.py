"""kill -9 at every moment that outlives a process, for real: a resume ends as if nothing had happened (REL-01).

By default a sample with a fixed seed; `PATCHWRIGHT_CRASH=all` takes every edge (an hour on two cores).
"""

import os
import random
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.conftest import MakeStage
from tests.e2e.crashing import (
    Driver,
    asked,
    differences,
    drivers,
    error,
    kill_and_resume,
    model_answers,
    orphans,
    refer,
)
from tests.e2e.stage import Stage

ALL = os.environ.get("PATCHWRIGHT_CRASH") == "all"
pytestmark = pytest.mark.timeout(14_400 if ALL else 300)


def points(count: int, sample: int) -> list[int]:
    """The edges to die at: one from each of `sample` equal parts, or all."""
    if ALL:
        return list(range(count))
    chance = random.Random(7)
    part = count / sample
    return sorted({int(part * (number + chance.random())) for number in range(sample)})


def sweep(stage: Stage, sample: int) -> list[str]:
    """What went wrong at which edge."""
    with drivers() as run:
        (reference,) = run([lambda driver: refer(driver, stage)])
        jobs = [
            partial(kill_and_resume, stage=stage, reference=reference, edge=edge)
            for edge in points(len(reference.edges), sample)
        ]
        return [wrong for wrong in run(jobs) if wrong]


def test_a_run_with_a_model_survives_a_kill_at_every_edge(fix: MakeStage, tmp_path: Path) -> None:
    """REL-01, REL-02, REL-09: same patch, verdict, events and usage; no answer is asked for again."""
    assert sweep(fix(), 6) == []
    assert orphans(tmp_path / "scratch") == []


def test_a_run_by_recipes_survives_a_kill_at_every_edge(mend: MakeStage) -> None:
    """REL-01, REL-09: the same without a model."""
    assert sweep(mend(), 4) == []


def test_a_run_that_is_killed_again_and_again_still_ends_the_same(fix: MakeStage) -> None:
    """REL-01: each process gets a few dozen edges further than the last."""
    stage, often = fix("often"), 0
    driver = Driver()
    try:
        reference = refer(driver, fix("once"))
        while driver.play(stage, 60) == {"signal": 9}:
            often += 1
            assert often < 60, "no progress"
    finally:
        driver.close()
    assert not error(stage), error(stage)
    assert often >= 5
    assert differences(stage, reference) == []
    assert reference.requests <= len(asked(stage)) <= model_answers(stage) + often
