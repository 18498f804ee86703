"""What a revision changes is told field by field."""

from hypothesis import given
from hypothesis import strategies as st

from patchwright.agent.plan import Question, Scope, Step
from patchwright.agent.plandiff import PlanChange, plan_diff
from tests.agent.scripts import a_plan

ONE = Step(title="Guard the empty list", intent="Return 0.0.", files=("a.py",), must_fix=("t::one", "t::two"))
TWO = Step(title="Write a test", files=("t.py",))


def test_equal_plans_do_not_differ() -> None:
    assert plan_diff(a_plan(ONE, TWO), a_plan(ONE, TWO).model_copy(update={"revision": 2, "sha256": "x"})) == ()


def test_steps_that_come_go_and_change_place_are_told() -> None:
    three = Step(title="Tell the changelog")
    assert plan_diff(a_plan(ONE, TWO), a_plan(TWO, three)) == (
        PlanChange("-", "step 1", before="Guard the empty list"),
        PlanChange("+", "step 2", after="Tell the changelog"),
    )
    assert plan_diff(a_plan(ONE, TWO), a_plan(TWO, ONE)) == (PlanChange("~", "the order of the steps"),)


def test_a_reworded_step_is_told_field_by_field() -> None:
    changes = {"title": "Guard an empty list", "intent": "Raise.", "must_fix": ("t::two", "t::three")}
    place = "step 1 Guard an empty list: "
    assert plan_diff(a_plan(ONE), a_plan(ONE.model_copy(update=changes))) == (
        PlanChange("~", f"{place}title", "Guard the empty list", "Guard an empty list"),
        PlanChange("~", f"{place}intent", "Return 0.0.", "Raise."),
        PlanChange("~", f"{place}must fix", "t::one", "t::three"),
    )


def test_scope_questions_terms_and_notes_are_told() -> None:
    old, new = (
        a_plan(ONE),
        a_plan(ONE, scope=Scope(tests=True), questions=(Question(question="Py2?", suggestions=("no",)),)),
    )
    new = new.model_copy(
        update={
            "notes": (*old.notes, "anna: faster"),
            "terms": new.terms.model_copy(update={"limits": {"requests": 5.0}}),
        }
    )
    assert plan_diff(old, new) == (
        PlanChange("~", "scope tests", "no", "yes"),
        PlanChange("~", "questions", "", "Py2? no"),
        PlanChange("~", "limits requests", "", "5.0"),
        PlanChange("+", "note", after="anna: faster"),
    )


STEPS = st.lists(
    st.builds(Step, title=st.sampled_from(["a", "b", "ab", "long title", "long titles"]), intent=st.text(max_size=3)),
    min_size=1,
    max_size=4,
)


@given(STEPS, STEPS)
def test_plans_differ_exactly_when_their_steps_do(one: list[Step], two: list[Step]) -> None:
    assert (plan_diff(a_plan(*one), a_plan(*two)) == ()) == (one == two)
