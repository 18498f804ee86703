"""Several executions of one approved plan: each is judged, the best is shipped, the others are kept."""

import tarfile
from pathlib import Path

from patchwright.agent import runs, views
from patchwright.agent.budget import Budget
from patchwright.agent.scripted import Record
from tests.e2e import story
from tests.e2e.conftest import MakeStage
from tests.e2e.crashing import Crew
from tests.e2e.stage import HUMAN, Stage
from tests.e2e.test_crash import sweep


def edits(new: str) -> Record:
    edit = ("edit", {"path": "word.txt", "edits": [{"old": "wrong", "new": new}]})
    return story.says("editor", edit, ("finish", {"summary": "Done."}))


def three() -> list[Record]:
    """The first writes more than is needed, the second and third agree."""
    plan, _, review = story.tiny_answers()
    return [plan, edits("right\nand more"), edits("right"), edits("right"), review, review, review]


def patch(stage: Stage, run_id: str) -> str:
    return views.patch(stage.store(), run_id).decode()


def test_the_candidate_that_others_agree_with_is_shipped_and_the_others_are_kept(
    tiny: MakeStage, tmp_path: Path
) -> None:
    stage = tiny(records=three(), candidates=3)
    run = stage.play()
    assert run.verdict == "verified"
    assert "and more" not in patch(stage, run.id)
    report = views.report(stage.store(), run.id)
    assert [(one.number, one.verdict, one.chosen) for one in report.candidates] == [
        (1, "verified", False),
        (2, "verified", True),
        (3, "verified", False),
    ]
    assert "and more" in views.patch(stage.store(), run.id, candidate=1).decode()
    views.export(stage.store(), run.id, tmp_path / "all.tar.gz")
    with tarfile.open(tmp_path / "all.tar.gz") as archive:
        names = [name.partition("/artifacts/")[2] for name in archive.getnames()]
    assert {f"candidates/{number}/patch.diff" for number in (1, 2, 3)} <= set(names)
    keys = [call["key"] for call in stage.store().answers(run.id) if call["kind"] == "model_called"]
    assert {key.split("/")[1] for key in keys if key.startswith("edit/")} == {"1", "2", "3"}


def test_a_candidate_that_holds_goes_before_one_that_does_not(tiny: MakeStage) -> None:
    plan, _, review = story.tiny_answers()
    stage = tiny(records=[plan, edits("wronger"), edits("right"), review], candidates=2)
    run = stage.begin()
    stage.approve(run.id)
    run = stage.drive(run.id, budget=Budget(attempts=1))
    assert run.verdict == "verified" and "+right" in patch(stage, run.id)
    results = [(a["candidate"], a["result"]) for a in stage.store().attempts(run.id)]
    assert results == [(1, "failed"), (2, "green")]


def test_the_number_of_candidates_is_part_of_what_is_approved(tiny: MakeStage) -> None:
    """APR-02, APR-03: asking for more at the approval is a revision of the human's own."""
    stage = tiny(records=three())
    run = stage.begin()
    old = stage.plan(run.id)
    new = runs.with_candidates(stage.deps(), run.id, 3, by=HUMAN, revision=1, sha256=old.sha256)
    assert (old.terms.candidates, new.terms.candidates, new.revision, new.author) == (1, 3, 2, HUMAN)
    assert new.sha256 != old.sha256
    assert runs.with_candidates(stage.deps(), run.id, 3, by=HUMAN, revision=2) == new
    stage.approve(run.id)
    stage.drive(run.id)
    assert len(views.report(stage.store(), run.id).candidates) == 3


def test_a_run_with_candidates_survives_a_kill_at_every_edge(crew: Crew, tiny: MakeStage) -> None:
    """REL-01."""
    assert sweep(crew, tiny(records=three(), candidates=3), 2) == []


def test_recipes_are_tried_in_both_orders(tmp_path: Path) -> None:
    """However many candidates are asked for: two recipes have two orders."""
    files = {
        "patchwright.toml": story.FAST,
        "words.py": "from collections import Mapping\n\n\ndef is_map(x):\n    return isinstance(x, Mapping)\n",
        "clock.py": "import time\n\n\ndef now():\n    return time.clock()\n",
        "tests/test_words.py": "def test_map():\n    import words\n\n    assert words.is_map({})\n",
        "tests/test_clock.py": "def test_now():\n    import clock\n\n    assert clock.now() >= 0\n",
    }
    repository = tmp_path / "two"
    for name, text in files.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(text)
    stage = Stage(tmp_path / "state", story.committed(repository), "Make it work on Python 3.11", candidates=4)
    run = stage.play()
    assert run.verdict == "verified" and stage.plan(run.id).terms.candidates == 2
    begun = [event.data["step"] for event in stage.store().events(run.id) if event.kind == "step_started"]
    assert begun == [1, 2, 2, 1]
    assert [line.agreement for line in views.report(stage.store(), run.id).candidates] == [1, 1]
