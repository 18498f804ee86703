"""A planner's question stops at the human, and the answer comes back to it; a human's step outlives the next revision."""

from typing import Any

from patchwright.agent import runs
from patchwright.agent.deps import Rung
from patchwright.agent.messages import Reply, Request
from patchwright.agent.scripted import Record, ScriptedModel
from tests.e2e import story
from tests.e2e.conftest import MakeStage

QUESTION = {"question": "Mend the word or the check?", "suggestions": ["the word", "the check"]}
STEP = {"title": "Mend it", "intent": "", "files": ["word.txt"], "verify": "", "must_fix": ["command:word"]}


class Kept:
    """Plays a recording and keeps the requests."""

    def __init__(self, records: list[Record]) -> None:
        self.inner, self.requests = ScriptedModel(records), list[Request]()

    def complete(self, request: Request) -> Reply:
        self.requests.append(request)
        return self.inner.complete(request)


def plan(**fields: Any) -> Record:
    given = {"summary": "Mend the word.", "root_cause": "A typo.", "steps": [STEP], **fields}
    return story.says("planner", ("submit_plan", given))


def test_a_question_waits_for_its_answer_which_the_planner_then_reads(tiny: MakeStage) -> None:
    records = [plan(questions=[QUESTION]), plan(), *story.tiny_answers()[1:]]
    stage, player = tiny(records=records), Kept(records)
    run = stage.start()
    waiting = stage.drive(run.id, models=lambda _: (Rung("kept", player),))  # pyright: ignore[reportUnknownLambdaType]
    assert waiting.status == "needs_input"
    assert waiting.reason == "the planner asks: Mend the word or the check? Suggested: the word / the check"
    stage.decide(run.id, "revise", "the word, of course")
    again = stage.drive(run.id, models=lambda _: (Rung("kept", player),))  # pyright: ignore[reportUnknownLambdaType]
    assert again.status == "awaiting_approval"
    asked = player.requests[-1].messages[1].content
    assert "Mend the word or the check?" in asked and "anna: the word, of course" in asked
    stage.approve(run.id)
    assert stage.drive(run.id, models=lambda _: (Rung("kept", player),)).verdict == "verified"  # pyright: ignore[reportUnknownLambdaType]


def test_a_humans_step_outlives_the_models_next_revision_or_the_model_is_refused(tiny: MakeStage) -> None:
    other = {**STEP, "title": "Rewrite it all"}
    records = [plan(), plan(steps=[other]), plan(steps=[{**STEP, "intent": "Only the word."}, other])]
    stage = tiny(records=records)
    run = stage.begin()
    first = stage.plan(run.id)
    mine = first.draft.steps[0].model_copy(update={"intent": "Only the word."})
    runs.edit(stage.deps(run.id), run.id, first.draft.model_copy(update={"steps": (mine,)}), by="anna")
    stage.decide(run.id, "revise", "one more step")
    stage.drive(run.id)
    third = stage.plan(run.id)
    assert third.revision == 3
    assert [(step.title, step.author) for step in third.draft.steps] == [("Mend it", "anna"), ("Rewrite it all", "")]
    refused = [event.data["reasons"] for event in stage.store().events(run.id) if event.kind == "plan_refused"]
    assert "was written by anna: keep it word for word" in refused[0][0]
