"""A plan's hash covers everything that execution depends on (APR-02)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from patchwright.agent.issue import Issue
from patchwright.agent.plan import Draft, Scope, Step, Terms, plan_sha256

ISSUE = Issue(title="t", body="b", repository="/r", base_commit="a" * 40, clone="c")
DRAFT = Draft(summary="s", steps=(Step(title="one", files=("a.py",)), Step(title="two")))
TERMS = Terms(run_id="r", image="i", commands=(("pytest",),), limits={"requests": 4})
HASH = plan_sha256(ISSUE, DRAFT, TERMS, ("note",))


@pytest.mark.parametrize(
    "changed",
    [
        {"issue": ISSUE.model_copy(update={"title": "u"})},
        {"issue": ISSUE.model_copy(update={"base_commit": "b" * 40})},
        {"issue": ISSUE.model_copy(update={"repository": "/s"})},
        {"draft": DRAFT.model_copy(update={"steps": DRAFT.steps[::-1]})},
        {"draft": DRAFT.model_copy(update={"scope": Scope(tests=True)})},
        {"terms": TERMS.model_copy(update={"image": "j"})},
        {"terms": TERMS.model_copy(update={"commands": (("pytest", "-x"),)})},
        {"terms": TERMS.model_copy(update={"limits": {"requests": 5}})},
        {"terms": TERMS.model_copy(update={"run_id": "q"})},
        {"notes": ("other",)},
    ],
)
def test_any_change_of_what_is_executed_changes_the_hash(changed: dict[str, Any]) -> None:
    """APR-02, APR-03."""
    material: dict[str, Any] = {"issue": ISSUE, "draft": DRAFT, "terms": TERMS, "notes": ("note",)}
    assert plan_sha256(**{**material, **changed}) != HASH


def test_the_same_plan_read_back_from_json_has_the_same_hash() -> None:
    again = Draft.model_validate_json(DRAFT.model_dump_json())
    assert plan_sha256(ISSUE, again, Terms.model_validate_json(TERMS.model_dump_json()), ("note",)) == HASH


@given(st.text(max_size=50), st.text(max_size=50))
def test_text_that_moves_from_one_field_to_another_changes_the_hash(one: str, two: str) -> None:
    first = Draft(summary="s", root_cause=one, steps=(Step(title="t", intent=two),))
    second = Draft(summary="s", root_cause=one + two, steps=(Step(title="t"),))
    same = plan_sha256(ISSUE, first, TERMS, ()) == plan_sha256(ISSUE, second, TERMS, ())
    assert same == (first == second)


def test_a_plan_of_ten_thousand_steps_is_refused() -> None:
    """LLM-04."""
    with pytest.raises(ValidationError, match="at most 50"):
        Draft(summary="s", steps=tuple(Step(title=str(n)) for n in range(10_000)))


def test_a_plan_without_steps_is_refused() -> None:
    """LLM-04."""
    with pytest.raises(ValidationError, match="at least 1"):
        Draft(summary="s", steps=())
