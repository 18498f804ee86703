"""Runs checks in a sandbox and reads what they reported. A verdict is never read off a printed line."""

from collections.abc import Callable, Collection, Sequence

from patchwright.sandbox.base import Sandbox
from patchwright.tools.checks import Check, CheckKind, CheckResult, Results, TestResult, Verification
from patchwright.tools.collect import clear_reports, read_reports
from patchwright.tools.compare import compare, may_be_flaky, settle, to_rerun, with_flaky
from patchwright.tools.narrowing import narrowed
from patchwright.tools.reports import parse_reports
from patchwright.tools.reports.base import Parsed, ReportMalformed, clean
from patchwright.tools.toolchain import Toolchain
from patchwright.tools.untrusted import uncoloured

OUTPUT_CAP = 8 << 20
SHOWN = 16 << 10
SHORT_RUN = 60.0
"""A check that takes at most this many seconds is rerun whole: under the conditions in which it was judged."""


def run_checks(
    sandbox: Sandbox,
    toolchain: Toolchain,
    *,
    commit: str,
    image: str,
    kinds: Collection[CheckKind] | None = None,
    tests: Sequence[str] = (),
    on_result: Callable[[CheckResult], None] | None = None,
) -> Results:
    """Run all checks of these kinds, cheapest first; of the tests only these files or ids, if some are given.

    Raises `SandboxDied`. Anything the repository does wrong is in the results.
    """
    done: list[CheckResult] = []
    for check in toolchain.checks:
        if kinds is None or check.kind in kinds:
            done.append(run_check(sandbox, check, tests if check.kind == "tests" else ()))
            if on_result:
                on_result(done[-1])
    return Results(commit=commit, image=image, checks=tuple(done))


def run_check(sandbox: Sandbox, check: Check, tests: Sequence[str] = ()) -> CheckResult:
    """Run one check; the result's `check.command` is the command as it was run (OUT-03)."""
    check = narrowed(check, tests)
    clear_reports(sandbox, check.reports, check.cwd)
    done = sandbox.run(check.command, timeout=check.timeout, cwd=check.cwd, env=check.env or None, cap=OUTPUT_CAP)
    output = _uncoloured(done.output)
    parsed, problem = Parsed(), ""
    try:
        files = read_reports(sandbox, check.reports, check.cwd) if check.reports else []
        if done.omitted and not check.reports and check.report != "exit-code":
            raise ReportMalformed("it printed more than can be read")
        parsed = parse_reports(check.report, files, output)
    except ReportMalformed as refused:
        problem = f"{clean(str(refused))} (exit status {done.exit_code})"
    if check.kind == "tests" and check.report == "exit-code":
        parsed = Parsed((_whole(check, done.exit_code),))
    if done.timed_out:
        problem = f"it was ended after {check.timeout:g} s"
    return CheckResult(
        check=check,
        exit_code=done.exit_code,
        seconds=done.seconds,
        timed_out=done.timed_out,
        tests=parsed.tests,
        diagnostics=parsed.diagnostics,
        output=_shown(output, done.omitted),
        problem=_with_limits(problem or _unproven(check, done.exit_code, parsed), done.limits),
    )


def _with_limits(problem: str, limits: Sequence[str]) -> str:
    """A limit that was reached is told only where something went wrong: code that copes with it is no problem."""
    reached = " and ".join(limits)
    return (
        f"{problem}; it ran into the sandbox's limit of {reached} ([sandbox] in the settings)"
        if problem and reached
        else problem
    )


def run_again(sandbox: Sandbox, results: Results) -> Results:
    """The results on the tree that the sandbox shows; failing tests that pass in a second run are called flaky."""
    return results.model_copy(update={"checks": tuple(_run_again(sandbox, result) for result in results.checks)})


def _run_again(sandbox: Sandbox, result: CheckResult) -> CheckResult:
    failing = may_be_flaky(result) if result.check.kind == "tests" else []
    return with_flaky(result, run_check(sandbox, result.check, _named(result, failing))) if failing else result


def confirm(sandbox: Sandbox, toolchain: Toolchain, baseline: Results, now: Results, *, times: int = 1) -> Verification:
    """Compare; then rerun what changed, `times` times, and call flaky what does not come out the same again."""
    verification = compare(baseline, now)
    reruns: list[Results] = []
    for _ in range(times):
        again = [run_check(sandbox, check, tests) for check, tests in _reruns(toolchain, now, verification)]
        reruns.append(Results(commit=now.commit, image=now.image, checks=tuple(again)))
    return settle(verification, reruns)


def _reruns(toolchain: Toolchain, now: Results, verification: Verification) -> list[tuple[Check, tuple[str, ...]]]:
    ids = to_rerun(verification)
    plan: list[tuple[Check, tuple[str, ...]]] = []
    for result in now.checks:
        changed = [test for test in result.tests if test.id in ids]
        check = next((check for check in toolchain.checks if check.name == result.check.name), None)
        if changed and check and check.kind == "tests":
            plan.append((check, _named(result, changed)))
    return plan


def _named(result: CheckResult, tests: Sequence[TestResult]) -> tuple[str, ...]:
    """What to name in a rerun of these tests of a check: nothing if the whole of it is short."""
    return () if result.seconds <= SHORT_RUN else tuple(dict.fromkeys(test.file or test.id for test in tests))


def _whole(check: Check, exit_code: int) -> TestResult:
    """A command that says nothing but its status is one test."""
    return TestResult(id=f"command:{check.name}", status="passed" if exit_code == 0 else "failed")


def _unproven(check: Check, exit_code: int, parsed: Parsed) -> str:
    """Why the result of a test command proves nothing although its report can be read (OUT-03)."""
    if check.kind != "tests":
        return ""
    if not parsed.tests:
        return f"no test ran (exit status {exit_code})"
    if exit_code and not any(test.status in ("failed", "error") for test in parsed.tests):
        return f"it ended with status {exit_code} although no test failed"
    return ""


def _uncoloured(output: bytes) -> bytes:
    """Some tools colour what they print whatever they are told, and no pattern of a report knows colours."""
    return uncoloured(output.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _shown(output: bytes, omitted: int) -> str:
    text = clean(output.decode("utf-8", "replace"))
    if len(text) <= SHOWN and not omitted:
        return text
    half = SHOWN // 2
    left_out = max(0, len(text) - SHOWN) + omitted
    return f"{text[:half]}\n[{left_out} characters left out]\n{text[-half:]}"
