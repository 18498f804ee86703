"""What proves a change, and what happens to an editor that comes no further."""

from itertools import pairwise
from typing import Any

from patchwright.agent import views
from patchwright.agent.budget import Budget
from patchwright.agent.proof import Proof
from patchwright.agent.run import Run
from patchwright.agent.scripted import Record
from tests.e2e import story
from tests.e2e.conftest import MakeStage
from tests.e2e.crashing import Crew
from tests.e2e.stage import Stage
from tests.e2e.test_crash import sweep
from tests.e2e.test_saying import Listening, by

SOURCE, TEST = "sums.py", "tests/test_sums.py"
BAD, GOOD = "    return a + abs(b)\n", "    return a + b\n"
LAST = "    assert sums.add(1, 2) == 3\n"
SHOWS = f"{LAST}\n\ndef test_negative():\n    assert sums.add(1, -2) == -1\n"
IDLE = f"{LAST}\n\ndef test_negative():\n    assert sums.add(-1, 2) == 1\n"
DONE = ("finish", {"summary": "Done."})


def swap(path: str, old: str, new: str) -> tuple[str, dict[str, Any]]:
    return "edit", {"path": path, "edits": [{"old": old, "new": new}]}


def plays(*editor: Record, must_fix: tuple[str, ...] = (f"{TEST}::test_negative*",)) -> list[Record]:
    return [story.sums_plan(*must_fix), *editor, story.reviews(), story.reviews()]


def proof(stage: Stage, run: Run) -> Proof:
    stored = stage.store().artifact(run.id, "candidates/1/proof.json")
    assert stored
    return Proof.model_validate_json(stored)


def events(stage: Stage, run: Run, kind: str) -> list[dict[str, Any]]:
    return [event.data for event in stage.store().events(run.id, limit=10_000) if event.kind == kind]


def test_a_new_test_that_fails_on_the_base_and_passes_on_the_patch_is_proof(sums: MakeStage) -> None:
    """OUT-03: by a run of the machine on the base, not by what the model says."""
    stage = sums(records=plays(story.says("editor", swap(TEST, LAST, SHOWS), swap(SOURCE, BAD, GOOD), DONE)))
    run = stage.play()
    assert run.verdict == "verified"
    assert proof(stage, run).reproduced == (f"{TEST}::test_negative",)
    assert views.report(stage.store(), run.id).reproduced == (f"{TEST}::test_negative",)


def test_a_new_test_that_passes_on_the_base_is_said_once_and_can_be_mended(sums: MakeStage) -> None:
    first = story.says("editor", swap(TEST, LAST, IDLE), swap(SOURCE, BAD, GOOD), DONE)
    second = story.says("editor", swap(TEST, IDLE, SHOWS), DONE)
    stage = sums(records=plays(first, second))
    run = stage.begin()
    stage.approve(run.id)
    model = Listening(stage)
    run = stage.drive(run.id, **by(model))
    assert "test_negative" in model.texts("editor")[1] and "pass without your change" in model.texts("editor")[1]
    assert run.verdict == "verified" and proof(stage, run).idle == ()


def test_a_promise_kept_only_by_tests_that_show_nothing_is_not_verified(sums: MakeStage) -> None:
    """OUT-03: it is said to the model once, and to the human."""
    idle = story.says("editor", swap(TEST, LAST, IDLE), swap(SOURCE, BAD, GOOD), DONE)
    stage = sums(records=plays(idle, story.says("editor", DONE)))
    run = stage.play()
    assert run.verdict == "unverified" and "do not show the symptom" in run.reason
    report = views.report(stage.store(), run.id)
    assert report.idle == (f"{TEST}::test_negative",) and report.outcome == "patch"
    assert len(events(stage, run, "attempt_verified")) == 2


def test_new_tests_that_nobody_promised_have_to_show_something_as_well(sums: MakeStage) -> None:
    """OUT-03."""
    idle = story.says("editor", swap(TEST, LAST, IDLE), swap(SOURCE, BAD, GOOD), DONE)
    stage = sums(records=plays(idle, story.says("editor", DONE), must_fix=()))
    run = stage.play()
    assert run.verdict == "unverified" and "the new tests pass on the base as well" in run.reason


def wrong(number: int) -> str:
    return f"    return a + abs(b) + 0 * {number}\n"


def tries(*texts: str) -> list[Record]:
    """One attempt for each text of the body; the first brings the test along."""
    first = story.says(
        "editor", swap(TEST, LAST, SHOWS), ("note", {"text": "abs is odd"}), swap(SOURCE, BAD, texts[0]), DONE
    )
    return [
        first,
        *(story.says("editor", swap(SOURCE, old, new), DONE) for old, new in pairwise(texts)),
    ]


def driven(stage: Stage, attempts: int) -> tuple[Run, Listening]:
    run = stage.begin()
    stage.approve(run.id)
    model = Listening(stage)
    return stage.drive(run.id, budget=Budget(attempts=attempts), **by(model)), model


def test_different_edits_that_fail_the_same_way_begin_afresh_with_what_was_learned(sums: MakeStage) -> None:
    """Issue 3: rolled back to the last green snapshot; the first message holds changes, notes and answers."""
    last = story.says("editor", swap(TEST, LAST, SHOWS), swap(SOURCE, BAD, GOOD), DONE)
    stage = sums(records=plays(*tries(wrong(1), wrong(2)), last))
    run, model = driven(stage, 5)
    assert run.verdict == "verified"
    assert "fail in the very same way" in events(stage, run, "stuck")[0]["reason"]
    afresh = model.requests[-2]
    assert afresh.role == "editor" and len(afresh.messages) == 2
    told = afresh.messages[1].content
    for word in ("Attempt 1 did not hold", "Attempt 2 did not hold", "+    return a + abs(b) + 0 * 2", "- abs is odd"):
        assert word in told
    assert "test_negative" in told and "rolled back" in told


def test_attempts_that_come_back_to_an_earlier_content_begin_afresh(sums: MakeStage) -> None:
    """Ping-pong."""
    other = "    return a - b\n"
    last = story.says("editor", swap(TEST, LAST, SHOWS), swap(SOURCE, BAD, GOOD), DONE)
    stage = sums(records=plays(*tries(wrong(1), other, wrong(1)), last))
    run, _ = driven(stage, 5)
    assert run.verdict == "verified"
    assert "came back to the content of attempt 1" in events(stage, run, "stuck")[0]["reason"]


def test_an_editor_whose_edits_in_one_attempt_lead_nowhere_is_stopped(sums: MakeStage) -> None:
    """The same failure of its own test run, whatever it edits: no turn more is spent on it."""
    shows = ("run_tests", {"tests": [TEST]})
    bodies = [BAD, *(wrong(number) for number in range(1, 9))]
    first = story.says("editor", swap(TEST, LAST, SHOWS), shows)
    steps = [story.says("editor", swap(SOURCE, a, b), shows) for a, b in pairwise(bodies)]
    last = story.says("editor", swap(TEST, LAST, SHOWS), swap(SOURCE, BAD, GOOD), DONE)
    stage = sums(records=plays(first, *steps[:3], last))
    run, model = driven(stage, 2)
    assert run.verdict == "verified"
    assert "different edits in a row" in events(stage, run, "stuck")[0]["reason"]
    assert len(model.texts("editor")) == 5


def test_attempts_that_are_used_up_end_honestly(sums: MakeStage) -> None:
    stage = sums(records=plays(*tries(wrong(1), wrong(2)), *tries(wrong(3))))
    run, _ = driven(stage, 3)
    assert (run.outcome, run.verdict) == ("gave_up", "none")
    (step,) = views.report(stage.store(), run.id).steps
    assert (step.result, step.attempts) == ("failed", 3)


def test_a_run_whose_attempts_are_refused_survives_a_kill_at_every_edge(crew: Crew, sums: MakeStage) -> None:
    """REL-01: a test that shows nothing, then a failure, then afresh."""
    idle = story.says("editor", swap(TEST, LAST, IDLE), swap(SOURCE, BAD, GOOD), DONE)
    worse = story.says("editor", swap(TEST, IDLE, SHOWS), swap(SOURCE, GOOD, wrong(1)), DONE)
    last = story.says("editor", swap(TEST, LAST, SHOWS), swap(SOURCE, BAD, GOOD), DONE)
    assert sweep(crew, sums(records=plays(idle, worse, last)), 2) == []


def test_an_editor_that_finds_nothing_to_change_ends_the_run_with_its_evidence(sums: MakeStage) -> None:
    """Outcomes other than a patch are legitimate; what was really run stands beside the model's words."""
    look = story.says("editor", ("run", {"command": "python3 -c 'import sums; print(sums.add(1, 2))'"}))
    end = ("finish", {"summary": "add(1, 2) gives 3.", "outcome": "cannot_reproduce"})
    stage = sums(records=plays(look, story.says("editor", end)))
    run = stage.play()
    assert (run.outcome, run.verdict, run.reason) == ("cannot_reproduce", "none", "add(1, 2) gives 3.")
    (tried,) = views.report(stage.store(), run.id).tried
    assert tried.startswith("run python3 -c") and "exit code 0" in tried


def test_a_model_that_calls_nothing_is_tried_anew_and_ends_honestly(sums: MakeStage) -> None:
    silent = story.says("editor")
    stage = sums(records=plays(*[silent] * 6))
    run = stage.play()
    assert (run.outcome, run.verdict) == ("gave_up", "none")
    (step,) = views.report(stage.store(), run.id).steps
    assert step.attempts == 3 and step.reason.startswith("nothing was changed: ")


def test_a_planner_that_cannot_reproduce_ends_the_run_with_what_it_ran(sums: MakeStage) -> None:
    """Its words are the reason; the commands that were really run stand beside them."""
    look = story.says("planner", ("run", {"command": "python3 -B -c 'import sums; print(sums.add(1, 2))'"}))
    end = story.says("planner", ("finish", {"summary": "It gives 3, as it should.", "outcome": "cannot_reproduce"}))
    stage = sums(records=[look, end])
    run = stage.drive(stage.start().id)
    assert (run.status, run.outcome, run.verdict) == ("awaiting_review", "cannot_reproduce", "none")
    report = views.report(stage.store(), run.id)
    assert report.reasons == ("It gives 3, as it should.",) and len(report.tried) == 1
