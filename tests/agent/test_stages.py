"""What the base shows to the recipes of a transformation."""

from patchwright.agent.plan import Draft, Plan, Step
from patchwright.agent.stages import evidence_of, peers
from patchwright.tools.checks import Check, CheckResult, Results, TestResult
from tests.agent.scripts import a_plan

CLOSED = (
    "java.lang.reflect.InaccessibleObjectException: Unable to make protected final java.lang.Class "
    'java.lang.ClassLoader.defineClass accessible: module java.base does not "opens java.lang" to unnamed module @1b2c'
)


def test_packages_that_tests_could_not_reach_are_read_from_what_they_said() -> None:
    tests = (
        TestResult(id="A::a", status="error", message=CLOSED),
        TestResult(id="A::b", status="failed", trace="Caused by: " + CLOSED.replace('java.lang"', 'java.util"')),
        TestResult(id="A::c", status="failed", message="expected 1"),
    )
    check = Check(name="t", kind="tests", command=("t",))
    results = Results(commit="c", image="i", checks=(CheckResult(check=check, exit_code=1, seconds=1, tests=tests),))
    assert evidence_of(results).opened == {"java.base/java.lang", "java.base/java.util"}


def test_the_recipes_of_a_stage_are_judged_together_and_a_models_step_by_itself() -> None:
    one, two = Step(title="1", recipe="r1", stage="a"), Step(title="2", recipe="r2", stage="a")
    model, other = Step(title="3", stage="a"), Step(title="4", recipe="r3", stage="b")
    plan: Plan = a_plan().model_copy(update={"draft": Draft(summary="s", steps=(one, two, model, other))})
    assert [peers(plan, number) for number in range(4)] == [(0, 1), (0, 1), (2,), (3,)]
