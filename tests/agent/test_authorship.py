"""What a human wrote into a plan stays, until a human's own words call for something else."""

from typing import Any

import pytest

from patchwright.agent.authorship import authored
from patchwright.agent.plan import Draft, Evidence, Step
from patchwright.agent.planner import Refusal, Revised, read_plan
from tests.agent.scripts import FILES, a_plan

OURS = Step(
    title="Guard", intent="Return 0.0 for [].", files=("calc/core.py",), verify="the test passes", author="anna"
)
MODELS = Step(title="Test it", intent="A test.", files=("tests/test_core.py",), verify="it fails first")
LAST = a_plan(OURS.model_copy(update={"evidence": (Evidence(path="calc/core.py", line=2),)}), MODELS)


def given(*steps: Step, **fields: Any) -> dict[str, Any]:
    named = ("title", "intent", "files", "verify")
    return {
        "summary": "s",
        "root_cause": "r",
        "scope": {"tests": True},
        "steps": [step.model_dump(mode="json", include=set(named)) for step in steps],
        **fields,
    }


def read(answer: dict[str, Any], *words: str) -> Draft | Refusal:
    return read_plan(answer, sorted(FILES), revised=Revised(LAST, words))


def test_only_the_steps_that_a_human_changed_carry_their_name() -> None:
    old = Draft(summary="s", steps=(MODELS, OURS))
    new = old.model_copy(update={"steps": (MODELS.model_copy(update={"intent": "Two tests."}), OURS, MODELS)})
    assert [step.author for step in authored(old, new, "ben").steps] == ["ben", "anna", ""]


def test_a_kept_step_keeps_its_author_and_what_the_model_is_not_shown() -> None:
    draft = read(
        given(MODELS.model_copy(update={"intent": "Other."}), OURS.model_copy(update={"intent": " Return 0.0 for []."}))
    )
    assert isinstance(draft, Draft)
    assert draft.steps[1] == LAST.draft.steps[0]
    assert draft.steps[0].author == ""


@pytest.mark.parametrize(
    "steps",
    [(MODELS,), (MODELS, OURS.model_copy(update={"intent": "Raise."})), (OURS.model_copy(update={"files": ()}),)],
)
def test_a_humans_step_is_neither_dropped_nor_reworded(steps: tuple[Step, ...]) -> None:
    refusal = read(given(MODELS, *[step for step in steps if step.files]), "anna: the test is too long")
    assert isinstance(refusal, Refusal)
    assert "step 1 of the last revision, 'Guard', was written by anna: keep it word for word" in refusal.text


def test_a_humans_step_makes_way_for_a_humans_words_quoted_as_they_are() -> None:
    quote = {"step": "Guard", "quote": "raise ValueError  instead"}
    assert isinstance(read(given(MODELS, replaces=[quote]), "anna: please raise ValueError instead of 0.0"), Draft)
    assert isinstance(read(given(MODELS, replaces=[quote]), "anna: the test is too long"), Refusal)
    assert isinstance(read(given(MODELS, replaces=[{"step": "Guard", "quote": "the"}]), "anna: the test"), Refusal)


def test_a_model_cannot_write_in_a_humans_name() -> None:
    answer = given(MODELS, OURS)
    answer["steps"][0]["author"] = "anna"
    draft = read(answer)
    assert isinstance(draft, Draft)
    assert [step.author for step in draft.steps] == ["", "anna"]
