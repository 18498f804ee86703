"""When an editor goes in circles, and what the next attempt is told."""

import pytest

from patchwright.agent.circles import Attempt, Moment, circling, errors, failure, lessons, stalled
from patchwright.sandbox.base import ExecResult
from patchwright.tools.checks import TestChange, Verification

A, B, C, D = "abcd"


def attempt(number: int, content: str, *names: str, **fields: object) -> Attempt:
    known = {"number": number, "content": content, "errors": names, "diff": "+x", "notes": (), "said": "1 fails"}
    return Attempt.model_validate({**known, **fields})


@pytest.mark.parametrize(
    ("moments", "why"),
    [
        ([(A, None), (B, None), (A, None), (B, None), (A, None)], "the very same content"),
        ([(A, None), (A, ""), (A, "x"), (B, None), (A, None)], ""),
        ([(A, "x"), (B, "x"), (C, "x"), (D, "x")], "different edits in a row"),
        ([(A, "x"), (B, "x"), (C, "y"), (D, "x")], ""),
        ([(A, "x"), (A, "x"), (B, "x"), (B, "x"), (C, "x")], ""),
        ([(A, "x"), (B, "x"), (C, None), (C, "x"), (D, "x"), (D, None)], "different edits in a row"),
        ([(A, "x"), (B, "x"), (C, "x"), (D, ""), (D, "x")], ""),
        ([(A, ""), (B, ""), (C, ""), (D, "")], ""),
        ([], ""),
    ],
)
def test_an_attempt_stops_at_a_third_return_or_a_fourth_equal_failure(
    moments: list[tuple[str, str | None]], why: str
) -> None:
    said = circling([Moment(content, seen) for content, seen in moments])
    assert (why in said) if why else not said


@pytest.mark.parametrize(
    ("attempts", "why"),
    [
        ([attempt(1, A, "x")], ""),
        ([attempt(1, A, "x"), attempt(2, B, "y")], ""),
        ([attempt(1, A, "x"), attempt(2, B, "x")], "attempts 1 and 2 differ"),
        ([attempt(1, A, "x"), attempt(2, B, "y"), attempt(3, A, "x")], "came back to the content of attempt 1"),
        ([attempt(1, A, "x", "y"), attempt(2, B, "x"), attempt(3, C, "x", "z")], "one error has stood"),
        ([attempt(1, A, "x", "y"), attempt(2, B, "y"), attempt(3, C, "x")], ""),
    ],
)
def test_attempts_that_come_no_further_begin_afresh(attempts: list[Attempt], why: str) -> None:
    said = stalled(attempts)
    assert (why in said) if why else not said


def command(output: bytes, exit_code: int = 1) -> ExecResult:
    return ExecResult(exit_code=exit_code, output=output, omitted=0, seconds=1.0, timed_out=False)


def test_a_failure_is_the_same_whatever_its_lines_and_times() -> None:
    one, other = command(b"a.py:12: E at 0x7f in 0.31s"), command(b"a.py:99: E at 0x8a in 1.5s")
    assert errors(one) == errors(other) != errors(command(b"a.py:12: F at 0x7f in 0.31s"))
    assert errors(command(b"fine", 0)) == errors(command(b"")) == errors(None) == []
    assert failure([]) == "" and failure(["x"]) != failure(["y"])


def test_what_later_steps_promise_is_no_failure() -> None:
    change = TestChange(id="t::new", verdict="new_fail", before=None, after="failed")
    seen = Verification(commit="c", changes=(change,))
    assert len(errors(seen)) == 1
    assert errors(seen, later=("t::new",)) == []


def test_a_new_attempt_is_told_of_at_most_three_and_of_long_changes_in_part() -> None:
    tried = [attempt(n, A, diff="+y\n" * 5000, notes=("mind\x1b the gap",), stopped="it turned") for n in range(1, 6)]
    told = lessons(tried)
    assert "Attempt 2 " not in told and all(
        f"Attempt {n} did not hold. It was stopped: it turned." in told for n in (3, 4, 5)
    )
    assert "more characters are not shown" in told and "\x1b" not in told
    assert len(told) < 20_000
