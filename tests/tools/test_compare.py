"""Verdicts on results against a baseline."""

import pytest

from patchwright.tools.checks import Check, CheckKind, CheckResult, Results, TestStatus, Verdict
from patchwright.tools.compare import compare, may_be_flaky, settle, to_rerun, with_flaky
from patchwright.tools.diagnostics import Diagnostic
from patchwright.tools.reports.base import a_test


def result(
    tests: dict[str, TestStatus] | None = None,
    exit_code: int = 0,
    *,
    kind: CheckKind = "tests",
    problem: str = "",
    errors: tuple[tuple[int, str], ...] = (),
    command: tuple[str, ...] = ("run",),
    timed_out: bool = False,
) -> CheckResult:
    return CheckResult(
        check=Check(name=kind, kind=kind, command=command),
        exit_code=exit_code,
        seconds=1.0,
        timed_out=timed_out,
        tests=tuple(a_test(name, status, name.partition("::")[0]) for name, status in (tests or {}).items()),
        diagnostics=tuple(Diagnostic(path="a.py", line=line, message=text, source="t") for line, text in errors),
        problem=problem,
    )


def results(*checks: CheckResult) -> Results:
    return Results(commit="c", image="i", checks=checks)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("failed", "passed", "fixed"),
        ("error", "xfailed", "fixed"),
        ("passed", "failed", "broken"),
        ("xfailed", "error", "broken"),
        ("passed", "skipped", "not_run"),
        ("failed", "skipped", "not_run"),
        ("passed", None, "not_run"),
        ("failed", None, "not_run"),
        ("skipped", None, "not_run"),
        ("skipped", "passed", "new_pass"),
        ("skipped", "failed", "new_fail"),
        (None, "passed", "new_pass"),
        (None, "error", "new_fail"),
        ("passed", "passed", None),
        ("passed", "xpassed", None),
        ("failed", "error", None),
        (None, "skipped", None),
    ],
)
def test_each_pair_of_statuses_has_one_verdict(
    before: TestStatus | None, after: TestStatus | None, verdict: Verdict | None
) -> None:
    old = result({"t::a": before} if before else {})
    new = result({"t::a": after} if after else {})
    assert [change.verdict for change in compare(results(old), results(new)).changes] == ([verdict] if verdict else [])


def test_deleting_or_skipping_a_test_that_passed_is_not_clean() -> None:
    base = results(result({"t.py::a": "passed", "t.py::b": "passed"}))
    assert not compare(base, results(result({"t.py::a": "passed"}))).clean
    assert not compare(base, results(result({"t.py::a": "passed", "t.py::b": "skipped"}))).clean


def test_deleting_or_skipping_a_test_that_failed_is_told_and_never_counts_as_a_fix() -> None:
    base = results(result({"t.py::a": "passed", "t.py::b": "failed"}, 1))
    gone: dict[str, TestStatus] = {"t.py::a": "passed"}
    skipped: dict[str, TestStatus] = {"t.py::a": "passed", "t.py::b": "skipped"}
    for left in (gone, skipped):
        seen = compare(base, results(result(left)))
        assert (seen.ids("not_run"), seen.ids("fixed")) == (("t.py::b",), ())


def test_what_failed_before_and_fails_now_is_told_with_what_it_says_now() -> None:
    base = results(result({"t::a": "failed", "t::b": "passed"}, 1))
    seen = compare(base, results(result({"t::a": "error", "t::b": "failed"}, 1)))
    assert [(test.id, test.status) for test in seen.still_failing] == [("t::a", "error")]


def test_parameters_named_by_the_time_of_the_run_or_by_chance_are_the_same_tests() -> None:
    before: dict[str, TestStatus] = {
        "t.py::a[22:08:19 2026-11-22]": "passed",
        "t.py::b[5f3a9c1e77]": "passed",
    }
    after: dict[str, TestStatus] = {
        "t.py::a[23:59:01 2026-11-23]": "passed",
        "t.py::b[90b2d4e611]": "failed",
    }
    found = compare(results(result(before)), results(result(after)))
    assert [(change.id, change.verdict) for change in found.changes] == [("t.py::b[5f3a9c1e77]", "broken")]


def test_parameters_that_are_fewer_than_before_are_gone_whatever_their_names_look_like() -> None:
    before: dict[str, TestStatus] = {"t.py::a[1]": "passed", "t.py::a[2]": "passed", "t.py::test_1": "passed"}
    after: dict[str, TestStatus] = {"t.py::a[3]": "passed", "t.py::test_2": "passed"}
    found = compare(results(result(before)), results(result(after)))
    assert set(found.lost()) == {"t.py::a[1]", "t.py::a[2]", "t.py::test_1"}


def test_a_file_that_could_not_be_loaded_is_fixed_when_its_tests_run() -> None:
    base = results(result({"t.py": "error", "u.py": "skipped"}, 1))
    now = compare(base, results(result({"t.py::a": "passed", "u.py::b": "passed"})))
    assert now.ids("fixed") == ("t.py",)
    assert now.ids("not_run") == ()
    assert now.clean


def test_a_file_that_no_longer_loads_loses_its_tests() -> None:
    now = compare(results(result({"t.py::a": "passed"})), results(result({"t.py": "error"}, 1)))
    assert now.ids("not_run") == ("t.py::a",)
    assert now.ids("new_fail") == ("t.py",)


def test_diagnostics_compare_by_count_and_not_by_line() -> None:
    base = results(result(kind="types", errors=((1, "bad"), (9, "unused, line 4")), exit_code=1))
    moved = results(result(kind="types", errors=((5, "bad"), (20, "unused, line 15")), exit_code=1))
    more = results(result(kind="types", errors=((1, "bad"), (7, "bad"), (9, "unused, line 4")), exit_code=1))
    assert compare(base, moved).clean
    assert [found.line for found in compare(base, more).new_diagnostics] == [7]
    above = results(result(kind="types", errors=((2, "bad"), (4, "bad"), (12, "unused, line 7")), exit_code=1))
    late = results(result(kind="types", errors=((3, "bad"), (9, "unused, line 4")), exit_code=1))
    assert [found.line for found in compare(late, above).new_diagnostics] == [4]


def test_a_worse_exit_status_needs_an_explanation() -> None:
    base = results(result(kind="build"))
    assert compare(base, results(result(kind="build", exit_code=2))).worse_checks == ("build",)
    assert compare(base, results(result(kind="build", exit_code=2, errors=((1, "x"),)))).worse_checks == ()
    failing = results(result(kind="build", exit_code=1))
    assert compare(failing, results(result(kind="build", exit_code=137))).worse_checks == ("build",)


def test_a_problem_of_the_tests_always_spoils_the_proof_and_one_of_a_linter_only_if_it_is_new() -> None:
    broken = result(kind="lint", problem="no report")
    assert compare(results(broken), results(broken)).clean
    assert not compare(results(result(kind="lint")), results(broken)).clean
    silent = result(problem="no test ran (exit status 0)")
    assert compare(results(silent), results(silent)).problems == ("tests: no test ran (exit status 0)",)


def test_only_what_a_narrowed_command_names_is_expected_of_it() -> None:
    base = results(result({"a.py::x": "passed", "a.py::y": "passed", "b.py::z": "passed"}), result(kind="build"))
    some = results(result({"a.py::x": "passed"}, command=("run", "a.py")))
    assert compare(base, some).ids("not_run") == ("a.py::y",)
    one = results(result({"a.py::x": "passed"}, command=("run", "a.py::x")))
    assert compare(base, one).clean


def test_a_change_that_a_rerun_contradicts_is_flaky_and_one_that_holds_stays() -> None:
    base = results(result({"t::a": "passed", "t::b": "passed", "t::c": "failed"}, 1))
    seen = compare(base, results(result({"t::a": "failed", "t::b": "failed", "t::c": "passed"}, 1)))
    assert to_rerun(seen) == {"t::a", "t::b", "t::c"}
    again = results(result({"t::a": "passed", "t::b": "error", "t::c": "failed"}, 1))
    settled = settle(seen, [again])
    assert settled.ids("flaky") == ("t::a", "t::c")
    assert settled.ids("broken") == ("t::b",)


def test_a_rerun_that_proves_nothing_contradicts_nothing() -> None:
    seen = compare(results(result({"t::a": "passed"})), results(result({"t::a": "failed"}, 1)))
    assert settle(seen, [results(result({"t::a": "passed"}, problem="timed out"))]).ids("broken") == ("t::a",)


def test_counts_tell_tests_before_and_after() -> None:
    seen = compare(
        results(result({"t::a": "failed", "t::b": "passed"}, 1)), results(result({"t::a": "passed", "t::b": "passed"}))
    )
    assert (seen.passed_before, seen.total_before, seen.passed_after, seen.total_after) == (1, 2, 2, 2)
    assert seen.clean


def test_a_test_that_the_base_itself_passes_the_second_time_is_neither_fixed_nor_broken() -> None:
    first = result({"t::slow": "failed", "t::bug": "failed", "t::a": "passed", "t::b": "passed", "t::c": "passed"}, 1)
    again = result({"t::slow": "passed", "t::bug": "failed"}, 1)
    base = results(with_flaky(first, again))
    fixed = compare(base, results(result({**dict.fromkeys(["t::slow", "t::bug", "t::a", "t::b", "t::c"], "passed")})))
    assert (fixed.ids("fixed"), fixed.ids("flaky")) == (("t::bug",), ("t::slow",))
    assert compare(base, base).changes == ()


def test_only_the_failing_few_of_a_suite_that_passes_are_run_again() -> None:
    few = result({"t::a": "failed", "t::b": "passed", "t::c": "passed"}, 1)
    assert [test.id for test in may_be_flaky(few)] == ["t::a"]
    assert not may_be_flaky(result({"t::a": "failed", "t::b": "error", "t::c": "passed"}, 1))
    assert not may_be_flaky(result({"t::a": "failed", "t::b": "passed", "t::c": "passed"}, 1, problem="ended"))
