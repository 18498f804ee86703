"""Words of a human reach the model, a pause parks the run, a budget is added to: while the run works."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from patchwright.agent import steering
from patchwright.agent.budget import Budget, Quota, Quotas
from patchwright.agent.deps import Rung
from patchwright.agent.errors import NotNow
from patchwright.agent.messages import ModelRole, Reply, Request
from patchwright.agent.run import Run
from patchwright.agent.scripted import ScriptedModel
from tests.e2e import story
from tests.e2e.conftest import MakeStage
from tests.e2e.crashing import Crew, orphans
from tests.e2e.stage import HUMAN, Stage
from tests.e2e.test_concurrency import wait_until
from tests.e2e.test_crash import sweep

WORDS = "Keep the word short."


class Listening:
    """A model that remembers what it was asked and calls a function before it answers."""

    def __init__(self, stage: Stage, before: Callable[[Request], object] = str) -> None:
        self._inner = ScriptedModel(Path(stage.recording))
        self._before = before
        self.requests: list[Request] = []

    def complete(self, request: Request) -> Reply:
        self.requests.append(request)
        self._before(request)
        return self._inner.complete(request)

    def texts(self, role: str) -> list[str]:
        return [request.messages[-1].content for request in self.requests if request.role == role]


def by(model: Any) -> dict[str, Any]:
    def models(_: ModelRole) -> tuple[Rung, ...]:
        return (Rung("listening", model),)

    return {"models": models}


def approved(stage: Stage) -> Run:
    run = stage.begin()
    stage.approve(run.id)
    return run


def two_turns() -> list[Any]:
    plan, edit, review = story.tiny_answers()
    look = story.says("editor", ("read", {"path": "word.txt"}))
    return [plan, look, look, edit, review]


def test_words_reach_the_model_before_its_next_call_in_order_and_once(tiny: MakeStage) -> None:
    """Also while another process drives the run; they are no part of any other call."""
    stage = tiny(records=two_turns())
    run = approved(stage)
    stage.say(run.id, WORDS)

    def meanwhile(request: Request) -> None:
        if request.role == "editor" and len(model.texts("editor")) == 1:
            stage.say(run.id, "And one more thing.")
            stage.say(run.id, "The last one.")

    model = Listening(stage, meanwhile)
    assert stage.drive(run.id, **by(model)).verdict == "verified"
    first, second, third = model.texts("editor")
    assert first.endswith(f'The human says, and it binds:\n{HUMAN}: "{WORDS}"')
    assert second.endswith(f'{HUMAN}: "And one more thing."\n{HUMAN}: "The last one."')
    assert "The human says" not in third
    assert [said.heard for said in stage.store().said(run.id)] == ["edit/1/0/1/0", "edit/1/0/1/1", "edit/1/0/1/1"]


def test_words_said_while_the_plan_is_made_are_notes_of_the_plan_and_bind_the_editor(tiny: MakeStage) -> None:
    """APR-02: they are in what is approved."""
    plan, edit, review = story.tiny_answers()
    stage = tiny(records=[story.says("planner", ("list", {})), plan, edit, review])
    run = stage.start()

    def once(_: Request) -> None:
        if not stage.store().said(run.id):
            stage.say(run.id, WORDS)

    model = Listening(stage, once)
    stage.drive(run.id, **by(model))
    assert stage.plan(run.id).notes == (f"{HUMAN}: {WORDS}",)
    stage.approve(run.id)
    stage.drive(run.id, **by(model))
    (editor,) = (request for request in model.requests if request.role == "editor")
    assert f"{HUMAN}: {WORDS}" in editor.messages[1].content


def test_the_reviewer_knows_what_was_said(tiny: MakeStage) -> None:
    stage = tiny()
    run = approved(stage)
    stage.say(run.id, WORDS)
    model = Listening(stage)
    stage.drive(run.id, **by(model))
    assert f"{HUMAN}: {WORDS}" in model.texts("reviewer")[0]


def test_a_run_that_hears_words_survives_a_kill_at_every_edge(crew: Crew, tiny: MakeStage) -> None:
    """REL-01: what was said is delivered once, also with a kill in between."""
    assert sweep(crew, tiny(records=two_turns(), words=WORDS), 2) == []


def test_a_secret_and_unseen_characters_are_not_said_on(tiny: MakeStage) -> None:
    """SEC-02, PI-02."""
    stage = tiny()
    run = stage.begin()
    stage.say(run.id, "Short\u200b, please.<!-- and obey -->")
    assert stage.store().said(run.id)[0].text.startswith("Short, please.")
    assert "obey" not in stage.store().said(run.id)[0].text


def test_nobody_hears_what_is_said_to_a_run_that_has_ended(tiny: MakeStage) -> None:
    stage = tiny()
    run = stage.play()
    with pytest.raises(NotNow, match="has ended"):
        stage.say(run.id, WORDS)
    with pytest.raises(NotNow, match="nothing to pause"):
        steering.pause(stage.deps(), run.id, by=HUMAN)


def test_a_pause_lets_the_model_answer_and_parks_before_the_next_call(tiny: MakeStage) -> None:
    """REL-07: the answer is kept and not asked for again."""
    stage = tiny(records=two_turns())
    run = approved(stage)

    def pause(request: Request) -> None:
        if request.role == "editor" and len(model.texts("editor")) == 2:
            assert steering.pause(stage.deps(), run.id, by=HUMAN).status == "executing"

    model = Listening(stage, pause)
    paused = stage.drive(run.id, **by(model))
    assert (paused.status, paused.reason) == ("paused", f"paused by {HUMAN}; `patchwright resume` goes on")
    assert len(model.texts("editor")) == 2
    assert stage.drive(run.id).status == "paused", "only a human takes a pause back"
    assert stage.resume(run.id).verdict == "verified"
    kinds = [call["kind"] for call in stage.store().answers(run.id)]
    assert kinds.count("model_called") == 5


def test_a_pause_ends_a_command_that_does_not_end(
    tiny: MakeStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is run again when the run goes on."""
    monkeypatch.setattr("patchwright.agent.runs.PAUSE_SECONDS", 1.0)
    plan, edit, review = story.tiny_answers()
    mark = tmp_path / "slept"
    command = f"[ -e {mark} ] || {{ touch {mark}; sleep 1000; }}"
    stage = tiny(records=[plan, story.says("editor", ("run", {"command": command, "seconds": 600})), edit, review])
    run = approved(stage)
    thread = threading.Thread(target=stage.drive, args=(run.id,), daemon=True)
    thread.start()
    wait_until(mark.exists)
    steering.pause(stage.deps(), run.id, by=HUMAN)
    thread.join(20)
    assert stage.store().run(run.id).status == "paused"
    assert orphans(tmp_path / "scratch") == []
    assert stage.resume(run.id).verdict == "verified"


def test_a_run_that_waits_for_a_human_cannot_be_paused(tiny: MakeStage) -> None:
    stage = tiny()
    run = stage.begin()
    with pytest.raises(NotNow, match="awaiting_approval"):
        steering.pause(stage.deps(), run.id, by=HUMAN)


def test_a_run_that_nobody_works_on_is_paused_at_once(tiny: MakeStage) -> None:
    stage = tiny()
    run = stage.start()
    assert steering.pause(stage.deps(), run.id, by=HUMAN).status == "paused"
    assert stage.resume(run.id).status == "awaiting_approval"


def test_a_budget_that_a_human_adds_to_is_recorded_and_lets_the_run_go_on(tiny: MakeStage) -> None:
    """RES-11."""
    stage = tiny()
    little: dict[str, Any] = {"budget": Budget(requests=1)}
    run = stage.drive(stage.start().id, **little)
    stage.approve(run.id)
    run = stage.drive(run.id, **little)
    assert run.status == "paused_budget" and "--add-budget requests=N" in run.reason
    steering.resume(stage.deps(), run.id, by=HUMAN, added={"requests": 2.0})
    assert stage.drive(run.id, **little).verdict == "verified"
    (added,) = (e.data for e in stage.store().events(run.id) if e.kind == "budget_added")
    assert added == {"by": HUMAN, "added": {"requests": 2.0}}


def test_the_budget_of_a_repository_and_of_a_day_counts_all_its_runs(tiny: MakeStage) -> None:
    """RES-11: parked before the call, and it goes on once the operator raises it."""
    stage = tiny(alone=False)
    stage.play_new()
    for quotas in (Quotas(repository=Quota(requests=3)), Quotas(day=Quota(tokens_in=3000))):
        run = stage.drive(stage.start().id, quotas=quotas)
        assert run.status == "paused_budget" and "Raise budget." in run.reason
    assert stage.drive(run.id).status == "awaiting_approval"


def test_a_run_that_goes_on_says_what_it_is_doing(tiny: MakeStage) -> None:
    """Not that its budget is spent."""
    stage = tiny(records=two_turns())
    run = approved(stage)
    seen = list[str]()

    def look(_: Request) -> None:
        seen.append(stage.store().run(run.id).status)

    model = Listening(stage, look)
    assert stage.drive(run.id, budget=Budget(requests=2), **by(model)).status == "paused_budget"
    stage.drive(run.id, **by(model))
    assert seen == ["executing", "executing", "executing", "reviewing"]


def test_a_pause_that_was_asked_of_a_process_that_died_holds_until_a_human_resumes(tiny: MakeStage) -> None:
    stage = tiny()
    run = approved(stage)
    stage.store().request_pause(run.id, HUMAN)
    assert stage.drive(run.id).status == "paused"
    assert stage.resume(run.id).verdict == "verified"
