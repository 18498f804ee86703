"""A stored run is played again with nobody asked: to the same patch, or to where it goes another way."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from patchwright.agent import asked, replaying, runs, views
from patchwright.agent.asked import Asked
from patchwright.agent.deps import Rung
from patchwright.agent.errors import ModelUnavailable, NotNow
from patchwright.agent.messages import ModelRole, Reply, Request
from patchwright.agent.replaying import Replay
from patchwright.agent.run import Run
from tests.e2e.stage import Stage
from tests.e2e.story import says, tiny, tiny_answers, write_recording

FINISH = ("finish", {"summary": "Done."})


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    recording = write_recording(tmp_path / "recording.jsonl", tiny_answers())
    return Stage(tmp_path / "state", tiny(tmp_path / "tiny"), "The word is wrong.", str(recording))


def again(stage: Stage, run: Run) -> Replay:
    """With no model at all."""
    alone = dataclasses.replace(stage, recording="")
    return replaying.play(alone.deps(), run.id, replaying.begin(stage.store(), run.id).id)


def rewrite(stage: Stage, run: Run, key: str, change: Callable[[Asked], Asked]) -> None:
    """As if something else had been asked."""
    store = stage.store()
    found = asked.read(key, lambda name: store.artifact(run.id, name))
    assert found is not None
    store.keep(run.id, asked.name(key), change(found).model_dump_json().encode())


def test_a_run_with_a_wrong_attempt_is_played_again_to_the_identical_patch(tmp_path: Path) -> None:
    plan, _, review = tiny_answers()
    wrong = says("editor", ("edit", {"path": "word.txt", "edits": [{"old": "wrong", "new": "worse"}]}), FINISH)
    right = says("editor", ("edit", {"path": "word.txt", "edits": [{"old": "worse", "new": "right"}]}), FINISH)
    recording = write_recording(tmp_path / "recording.jsonl", [plan, wrong, right, review])
    stage = Stage(tmp_path / "state", tiny(tmp_path / "tiny"), "The word is wrong.", str(recording))
    run = stage.play()
    found = again(stage, run)
    assert found.same, (found.divergence, found.stopped)
    assert (found.patch, found.calls) == ("identical", 4)
    replayed = stage.store().run(found.run_id)
    assert (replayed.issue.origin, replayed.verdict) == ("replay", run.verdict)
    assert stage.store().usage(found.run_id).tokens_in == 0, "nobody was asked, nothing is spent"


def test_a_replay_is_approved_by_nobody_and_never_delivered(stage: Stage) -> None:
    """APR-02: its decisions are repeated; they are not a human's."""
    found = again(stage, stage.play())
    with pytest.raises(NotNow, match="is a replay"):
        views.apply(stage.deps(), found.run_id, stage.repository)
    report = stage.store().artifact(found.run_id, "report.md") or b""
    assert b"Nobody approved it" in report


def test_feedback_an_edit_by_hand_and_words_on_the_way_are_repeated(tmp_path: Path) -> None:
    plan, edit, review = tiny_answers()
    recording = write_recording(tmp_path / "recording.jsonl", [plan, plan, edit, review])
    stage = Stage(tmp_path / "state", tiny(tmp_path / "tiny"), "The word is wrong.", str(recording))
    run = stage.begin()
    stage.decide(run.id, "revise", notes="Say more about the cause.")
    stage.drive(run.id)
    draft = stage.plan(run.id).draft.model_copy(update={"summary": "Mend the word, and nothing else."})
    runs.edit(stage.deps(), run.id, draft, by="anna")
    stage.say(run.id, "Only the one word.")
    stage.approve(run.id)
    run = stage.drive(run.id)
    assert run.verdict == "verified"
    found = again(stage, run)
    assert found.same, (found.divergence, found.stopped)
    assert [one.decision for one in stage.store().approvals(found.run_id)] == ["revise", "approve"]


def test_the_first_request_that_is_another_one_is_named_with_what_differs(stage: Stage) -> None:
    run = stage.play()
    key = next(key for key in requests(stage, run) if key.startswith("edit/"))
    rewrite(stage, run, key, lambda found: found.model_copy(update={"digest": "0" * 16, "new": _said(found)}))
    found = again(stage, run)
    assert found.divergence and found.divergence.key == key and found.patch == "identical"
    assert "message 2 (user)" in found.divergence.what and "+" in found.divergence.what
    assert not found.same


def _said(found: Asked) -> tuple[Any, ...]:
    head, second, *rest = found.new
    return (head, second.model_copy(update={"content": "Something else was said."}), *rest)


def requests(stage: Stage, run: Run) -> list[str]:
    return [call["key"] for call in stage.store().answers(run.id) if call["kind"] == "model_called"]


def test_other_tools_on_offer_are_a_divergence(stage: Stage) -> None:
    run = stage.play()
    key = requests(stage, run)[0]
    store = stage.store()
    offer: dict[str, Any] = {"tools": [{"name": "gone", "description": "", "parameters": {}}], "schema": None}
    store.keep(run.id, "asked/offers/old.json", json.dumps(offer).encode())
    rewrite(stage, run, key, lambda found: found.model_copy(update={"digest": "x", "tools": "asked/offers/old.json"}))
    found = again(stage, run)
    assert found.divergence and "tools on offer differ" in found.divergence.what and "gone" in found.divergence.what


def test_a_run_that_asks_more_than_was_recorded_stops_there(stage: Stage) -> None:
    run = stage.play()
    last = requests(stage, run)[-1]
    with stage.store().database.transaction() as connection:
        connection.execute("DELETE FROM calls WHERE run_id=? AND key=?", (run.id, last))
    found = again(stage, run)
    assert found.divergence and found.divergence.key == last
    assert stage.store().run(found.run_id).status == "cancelled"


def test_a_run_that_was_parked_because_its_model_was_away_is_played_as_far_as_that(stage: Stage) -> None:
    """What failed then fails again, with nobody asked."""

    class Away:
        def complete(self, request: Request) -> Reply:
            raise ModelUnavailable("The endpoint is down.")

    def ladder(_: ModelRole) -> tuple[Rung, ...]:
        return (Rung("away", Away()),)

    run = stage.drive(stage.start().id, models=ladder)
    assert run.status == "infra_failed"
    found = again(stage, run)
    assert found.same, (found.divergence, found.stopped)


def test_a_run_that_waits_is_played_as_far_as_it_has_come(stage: Stage) -> None:
    run = stage.begin()
    found = again(stage, run)
    assert found.same and found.patch == "none"


def test_requests_are_stored_as_what_is_new_and_read_back_whole(stage: Stage) -> None:
    run = stage.play()
    store = stage.store()

    def artifact(name: str) -> bytes | None:
        return store.artifact(run.id, name)

    for key in requests(stage, run):
        found = asked.read(key, artifact)
        assert found is not None
        whole = asked.whole(found, artifact)
        assert len(whole) == found.kept + len(found.new) and whole[0].role == "system"


def test_a_run_from_before_requests_were_stored_says_that_it_cannot_be_replayed(stage: Stage) -> None:
    run = stage.play()
    with stage.store().database.transaction() as connection:
        connection.execute("DELETE FROM artifacts WHERE run_id=? AND name LIKE 'asked/%'", (run.id,))
    with pytest.raises(NotNow, match="cannot be replayed"):
        replaying.begin(stage.store(), run.id)


def test_a_repository_with_other_words_in_its_tests_diverges_where_they_are_read(tmp_path: Path) -> None:
    """The tools really run: their output is what the next request holds."""
    plan, edit, review = tiny_answers()
    look = says("editor", ("run", {"command": "date +%N"}))
    recording = write_recording(tmp_path / "recording.jsonl", [plan, look, edit, review])
    stage = Stage(tmp_path / "state", tiny(tmp_path / "tiny"), "The word is wrong.", str(recording))
    found = again(stage, stage.play())
    assert found.divergence and found.divergence.key.startswith("edit/") and found.patch == "identical"
    assert "(tool)" in found.divergence.what
