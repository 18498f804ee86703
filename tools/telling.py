"""A verification in words for a model: what is worse first, then what is left, then what is done."""

import re
from collections.abc import Iterable, Sequence

from patchwright.tools.checks import TestChange, TestResult, Verification
from patchwright.tools.diagnostics import Diagnostic
from patchwright.tools.untrusted import printable

MAX_TESTS = 10
MAX_DIAGNOSTICS = 30
MAX_TRACE = 1500
MAX_TRACES = 4

_RUNNER = re.compile(r'^  File "[^"\n]*/(?:_pytest|pluggy)/[^\n]*\n(?:    [^\n]*\n)*', re.MULTILINE)
"""Frames of the test runner itself in a trace of Python's: the call and the lines shown of it."""

_WORSE = {"broken": "passed before, fails now", "new_fail": "new, fails", "not_run": "ran before, not now"}


def verdict_text(verification: Verification, wanted: Sequence[str] = (), later: Sequence[str] = ()) -> str:
    """Only what is new against the baseline, and of what failed before the tests that are `wanted` to pass.

    Tests that are to pass after a `later` step may fail until then, and are told apart.
    """
    bad = _worse(verification, later)
    early = [one for one in verification.changes if one.verdict in _WORSE and one not in bad]
    new = [one for one in bad if one.verdict == "new_fail"]
    lost = [one for one in bad if one not in new]
    parts = [
        *(f"Not usable as proof: {problem}" for problem in verification.problems),
        *_tests("Worse than before", [_change(one, number) for number, one in enumerate(lost)]),
        *_tests("New tests that fail", [_change(one, number) for number, one in enumerate(new, len(lost))]),
        *_diagnostics(verification.new_diagnostics),
        *(f"The check {name} ended worse than before, without saying why." for name in verification.worse_checks),
        *_still(verification, wanted),
        *_tests("Fail now, as the plan expects until a later step", [_change(one, n) for n, one in enumerate(early)]),
        *_tests("Fixed", list(verification.ids("fixed"))),
        *_tests("Flaky (changes from run to run)", list(verification.ids("flaky"))),
        _counts(verification),
    ]
    return "\n".join(parts)


def is_red(verification: Verification, wanted: Sequence[str] = (), later: Sequence[str] = ()) -> bool:
    """Whether something in it has to be mended before a step can end."""
    left = any(is_wanted(test.id, wanted) for test in verification.still_failing)
    broken = verification.problems or verification.worse_checks or verification.new_diagnostics
    return bool(left or broken or _worse(verification, later))


def _worse(verification: Verification, later: Sequence[str]) -> list[TestChange]:
    """What got worse, without what may fail until a later step."""
    return [one for one in verification.changes if one.verdict in _WORSE and not may_fail(one, later)]


def diagnostics_text(diagnostics: Sequence[Diagnostic]) -> str:
    """One line each, `path:line:column severity message [code, source]`, at most a few dozen."""
    lines = [_line(one) for one in diagnostics[:MAX_DIAGNOSTICS]]
    return "\n".join(lines + _more(len(diagnostics), MAX_DIAGNOSTICS))


def _line(one: Diagnostic) -> str:
    place = ":".join([one.path, *(str(at) for at in (one.line, one.column) if at)])
    origin = ", ".join(part for part in (one.code, one.source) if part)
    return printable(f"{place} {one.severity}: {one.message[:300]} [{origin}]")


def _tests(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    return [f"{title} ({len(lines)}):", *(f"- {line}" for line in lines[:MAX_TESTS]), *_more(len(lines), MAX_TESTS)]


def _diagnostics(found: Sequence[Diagnostic]) -> list[str]:
    return [f"New diagnostics ({len(found)}):", diagnostics_text(found)] if found else []


def _still(verification: Verification, wanted: Sequence[str]) -> list[str]:
    """What still fails: in full what has to pass, the rest as a count."""
    left = [test for test in verification.still_failing if is_wanted(test.id, wanted)]
    rest = len(verification.still_failing) - len(left)
    lines = [_result(test, number) for number, test in enumerate(left)]
    also = [f"{rest} other tests failed before and fail now; not yours to fix."] if rest else []
    return _tests("Must pass and still fail", lines) + also


def is_wanted(test_id: str, wanted: Iterable[str]) -> bool:
    """Whether an id is one of these, of which those that end in `*` are prefixes."""
    return any(test_id.startswith(name[:-1]) if name.endswith("*") else test_id == name for name in wanted)


def may_fail(change: TestChange, later: Sequence[str]) -> bool:
    """Whether a test fails that is to pass only after a `later` step (its whole file, if that does not load yet)."""
    hidden = change.before is None and any(name.startswith(f"{change.id}::") for name in later)
    return change.verdict in ("new_fail", "broken") and (hidden or is_wanted(change.id, later))


def _change(change: TestChange, number: int) -> str:
    return f"{printable(change.id)}: {_WORSE[change.verdict]}" + _failure(change.message, change.trace, number)


def _result(test: TestResult, number: int) -> str:
    return printable(test.id) + _failure(test.message, test.trace, number)


def _failure(message: str, trace: str, number: int) -> str:
    """The trace's end for the first few, where the error stands; else the message's first line."""
    trace = _RUNNER.sub("", trace)
    if trace and number < MAX_TRACES:
        cut = trace if len(trace) <= MAX_TRACE else "… " + trace[-MAX_TRACE:].partition("\n")[2]
        return "\n" + "\n".join(f"    {printable(line)}" for line in cut.strip("\n").split("\n"))
    first = message.partition("\n")[0][:300]
    return f" ({printable(first)})" if first else ""


def _counts(verification: Verification) -> str:
    if not verification.total_after:
        return "No test ran."
    before = f"{verification.passed_before} of {verification.total_before}"
    return f"{verification.passed_after} of {verification.total_after} tests pass (baseline: {before})."


def _more(total: int, shown: int) -> list[str]:
    return [f"({total - shown} more)"] if total > shown else []
