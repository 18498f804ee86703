"""What a verification is worth: promises, tests written before their fix, verdicts."""

import pytest

from patchwright.agent.plan import Step
from patchwright.agent.policy import (
    attempt_is_green,
    judge,
    kept,
    promised,
    rung_of,
    shows_nothing,
    to_come,
    to_try,
    unseen,
    without_expected,
)
from patchwright.tools.checks import Check, CheckResult, Results, TestResult, TestStatus
from patchwright.tools.compare import compare

OLD, NEW = "tests/t.py::old", "tests/t.py::new[1]"
FIX = Step(title="Mend it", must_fix=("tests/t.py::new*",))


def results(**tests: TestStatus) -> Results:
    names = {"old": OLD, "new": NEW, "other": "tests/t.py::new[2]", "file": "tests/n.py", "inside": "tests/n.py::x"}
    found = tuple(TestResult(id=names[n], status=s, file=names[n].partition("::")[0]) for n, s in tests.items())
    bad = any(status in ("failed", "error") for status in tests.values())
    check = Check(name="pytest", kind="tests", command=("pytest",))
    return Results(
        commit="c", image="i", checks=(CheckResult(check=check, exit_code=int(bad), seconds=1, tests=found),)
    )


def test_a_test_written_before_its_fix_may_fail_until_the_step_that_promises_it() -> None:
    red = compare(results(old="passed"), results(old="passed", new="failed"))
    assert not attempt_is_green(red, frozenset(), results(old="passed", new="failed"))
    assert attempt_is_green(without_expected(red, to_come([FIX])), frozenset(), results(old="passed", new="failed"))


def test_a_test_that_is_changed_before_its_fix_may_fail_but_not_vanish() -> None:
    later = to_come([Step(title="Mend it", must_fix=(OLD,))])
    assert without_expected(compare(results(old="passed"), results(old="failed")), later).clean
    gone = compare(results(old="passed", new="passed"), results(new="passed"))
    assert without_expected(gone, later).lost() == (OLD,)


def test_a_new_file_that_does_not_load_yet_is_excused_by_a_promise_of_its_tests() -> None:
    red = compare(results(old="passed"), results(old="passed", file="error"))
    assert without_expected(red, ("tests/n.py::*",)).clean
    assert not without_expected(red, ("tests/other.py::*",)).clean


def test_other_failures_are_not_excused() -> None:
    red = compare(results(old="passed"), results(old="failed", new="failed"))
    assert without_expected(red, to_come([FIX])).ids("broken") == (OLD,)


def test_a_prefix_of_new_tests_is_kept_when_all_of_them_pass() -> None:
    promises = promised([FIX], results(old="passed"))
    assert kept(promises, results(new="passed", other="passed")) == promises
    for now in (
        results(new="passed", other="failed"),
        results(old="passed"),
        results(new="skipped"),
        results(new="xfailed"),
    ):
        assert not kept(promises, now)


def test_promises_that_no_test_answers_to_are_named() -> None:
    assert unseen(promised([FIX], results()), results(old="passed")) == ("tests/t.py::new*",)
    assert unseen(promised([FIX], results()), results(new="failed")) == ()


def test_a_promise_of_the_plan_that_is_not_kept_is_no_verified_patch() -> None:
    base, now = results(old="passed"), results(old="passed", other="passed")
    assert judge(compare(base, now), promised([FIX], base), now, ()).verdict == "verified"
    still = results(old="passed", new="failed")
    said = judge(compare(base, still), promised([FIX], base), still, ())
    assert said.verdict == "unverified"
    assert "1 promised tests do not pass: tests/t.py::new*" in said.reasons


@pytest.mark.parametrize(
    ("attempts", "rungs", "places"),
    [
        (3, 1, [0, 0, 0]),
        (3, 2, [0, 1, 1]),
        (4, 3, [0, 1, 2, 2]),
        (3, 3, [0, 1, 2]),
        (3, 5, [0, 2, 4]),
        (1, 2, [0]),
        (2, 0, [0, 0]),
    ],
)
def test_each_failed_attempt_climbs_and_the_last_is_the_largest_models(
    attempts: int, rungs: int, places: list[int]
) -> None:
    assert [rung_of(attempt, attempts, rungs) for attempt in range(1, attempts + 1)] == places


def test_an_attempt_after_the_last_stays_on_top() -> None:
    assert rung_of(4, 3, 2) == 1


def test_tests_that_did_not_fail_before_have_to_be_tried_on_the_base() -> None:
    """OUT-03: new ones, and promised ones that passed already; what failed before has shown the symptom."""
    now = results(old="passed", new="passed")
    assert to_try((), compare(results(old="passed"), now), now) == (NEW,)
    assert to_try((OLD,), compare(results(old="passed"), now), now) == (OLD, NEW)
    assert to_try((OLD,), compare(results(old="failed"), now), now) == (NEW,)


def test_a_promise_that_only_idle_tests_keep_is_no_verified_patch() -> None:
    """OUT-03."""
    base, now = results(old="passed"), results(old="passed", new="passed", other="passed")
    promises = promised([FIX], base)
    assert shows_nothing(promises, now, (NEW, "tests/t.py::new[2]")) == ("tests/t.py::new*",)
    assert shows_nothing(promises, now, (NEW,)) == ()
    assert judge(compare(base, now), promises, now, (), idle=(NEW,)).verdict == "verified"
    said = judge(compare(base, now), promises, now, (), idle=(NEW, "tests/t.py::new[2]"))
    assert said.verdict == "unverified" and "do not show the symptom: tests/t.py::new*" in said.reasons[0]


def test_new_tests_that_are_idle_show_no_effect() -> None:
    """OUT-03."""
    base, now = results(old="passed"), results(old="passed", new="passed")
    assert judge(compare(base, now), frozenset(), now, ()).verdict == "verified"
    assert judge(compare(base, now), frozenset(), now, (), idle=(NEW,)).verdict == "unverified"
