"""Results against a baseline: what got better, what got worse, what can't be told. Pure."""

import re
from collections.abc import Iterable, Sequence

from patchwright.tools.checks import CheckResult, Results, TestChange, TestResult, TestStatus, Verdict, Verification
from patchwright.tools.diagnostics import Diagnostic
from patchwright.tools.pairing import unpaired

GOOD: frozenset[TestStatus] = frozenset({"passed", "xfailed", "xpassed"})
BAD: frozenset[TestStatus] = frozenset({"failed", "error"})

MAX_STILL_FAILING = 100

_LINE = re.compile(r"\b(line|lines|column) \d+")
_CHANCE = re.compile(r"[0-9a-f]{8,}|\d+")
"""What a time or a random number leaves in the name of a parameter."""


def compare(baseline: Results, now: Results) -> Verification:
    """What each test and diagnostic of `now` says against the baseline.

    Only checks that `now` holds are compared; of a check that was narrowed to some tests, only those.
    """
    pairs = [(_counterpart(baseline, result), result) for result in now.checks]
    before = {test.id: test for old, new in pairs for test in _asked_for(old, new)}
    after = _aligned(before, now.tests())
    changes = tuple(_changes(before, after))
    new_diagnostics = tuple(found for old, new in pairs for found in _new_errors(old, new))
    return Verification(
        commit=now.commit,
        changes=changes,
        new_diagnostics=new_diagnostics,
        passed_before=_passed(before.values()),
        passed_after=_passed(after.values()),
        total_before=len(before),
        total_after=len(after),
        worse_checks=tuple(new.check.name for old, new in pairs if _unexplained(old, new, changes)),
        still_failing=tuple(_still_failing(before, after))[:MAX_STILL_FAILING],
        problems=tuple(f"{new.check.name}: {new.problem}" for old, new in pairs if _counts(old, new)),
    )


def to_rerun(verification: Verification) -> frozenset[str]:
    """The tests whose change should show twice before it is believed."""
    return frozenset(verification.ids("fixed", "broken", "new_fail"))


def settle(verification: Verification, reruns: Sequence[Results]) -> Verification:
    """The verification with those changes called flaky that a rerun contradicts.

    A rerun that proves nothing (a timeout, no report) contradicts nothing.
    """
    said = [
        {test.id: test for result in rerun.checks if not result.problem for test in result.tests} for rerun in reruns
    ]
    changes = tuple(_settled(change, said) for change in verification.changes)
    return verification.model_copy(update={"changes": changes})


def _settled(change: TestChange, said: Sequence[dict[str, TestResult]]) -> TestChange:
    if change.verdict not in ("fixed", "broken", "new_fail") or change.after is None:
        return change
    again = [tests[change.id].status for tests in said if change.id in tests]
    if all((status in GOOD) == (change.after in GOOD) for status in again):
        return change
    return change.model_copy(update={"verdict": "flaky", "message": f"{change.after}, then {', '.join(again)}"})


def may_be_flaky(result: CheckResult) -> list[TestResult]:
    """The failing tests of a suite most of which passes; where most fails, chance is not why."""
    bad = [test for test in result.tests if test.status in BAD]
    return bad if not result.problem and len(bad) < _passed(result.tests) else []


def with_flaky(result: CheckResult, again: CheckResult) -> CheckResult:
    """The result with those of its failing tests called flaky that passed in another run of the same tree."""
    passed = {test.id for test in again.tests if test.status in GOOD}
    tests = [
        test.model_copy(update={"flaky": True}) if test.status in BAD and test.id in passed else test
        for test in result.tests
    ]
    return result.model_copy(update={"tests": tuple(tests)})


def _counterpart(baseline: Results, result: CheckResult) -> CheckResult | None:
    return next((old for old in baseline.checks if old.check.name == result.check.name), None)


def _asked_for(old: CheckResult | None, new: CheckResult) -> Iterable[TestResult]:
    """The baseline's tests that `new` should have run: all, or those that its narrowed command names."""
    if old is None or old.check.command == new.check.command:
        return old.tests if old else ()
    named, ran = set(new.check.command), {test.id for test in new.tests}
    return [test for test in old.tests if {test.id, test.file, test.id.partition("::")[0]} & named or test.id in ran]


def _aligned(before: dict[str, TestResult], after: dict[str, TestResult]) -> dict[str, TestResult]:
    """`after` under the ids of `before`, where parameters named by the time or by chance differ in each run.

    Only if as many of a kind have come as are gone; they are paired in their order.
    """
    gone = _by_skeleton(name for name in before if name not in after)
    came = _by_skeleton(name for name in after if name not in before)
    pairs = {
        new: old
        for skeleton, names in came.items()
        if len(names) == len(gone.get(skeleton, ()))
        for new, old in zip(names, gone[skeleton], strict=True)
    }
    return {pairs.get(name, name): test for name, test in after.items()}


def _by_skeleton(names: Iterable[str]) -> dict[str, list[str]]:
    """The names that have parameters, by what of them no clock and no chance decides."""
    found: dict[str, list[str]] = {}
    for name in names:
        test, bracket, parameters = name.partition("[")
        if bracket and _CHANCE.search(parameters):
            found.setdefault(f"{test}[{_CHANCE.sub('0', parameters)}", []).append(name)
    return found


def _changes(before: dict[str, TestResult], after: dict[str, TestResult]) -> Iterable[TestChange]:
    modules = {name.partition("::")[0] for name in after if "::" in name}
    unloaded = _unloaded(before)
    for name, old in before.items():
        new = after.get(name)
        if new is None and name in unloaded and name not in modules:
            continue  # it loads now and holds no test
        verdict = _verdict(old, new, replaced="::" not in name and name in modules)
        if verdict != "unchanged":
            yield _change(name, verdict, old, new)
    for name, new in after.items():
        hidden = new.status in BAD and name.partition("::")[0] in unloaded
        if name not in before and new.status != "skipped" and not hidden:
            verdict = "new_pass" if new.status in GOOD else "new_fail"
            yield _change(name, verdict, None, new)


def _change(name: str, verdict: Verdict, old: TestResult | None, new: TestResult | None) -> TestChange:
    return TestChange(
        id=name,
        verdict=verdict,
        before=old.status if old else None,
        after=_after(new, verdict),
        message=new.message if new else "",
        trace=new.trace if new else "",
    )


def _unloaded(before: dict[str, TestResult]) -> frozenset[str]:
    """Files that could not be loaded: their one entry stands for tests that nobody could see, failing all."""
    return frozenset(name for name, test in before.items() if test.status == "error" and name == test.file)


def _still_failing(before: dict[str, TestResult], after: dict[str, TestResult]) -> Iterable[TestResult]:
    unloaded = _unloaded(before)
    for name, new in after.items():
        failed = name in before and before[name].status in BAD
        if new.status in BAD and (failed or name.partition("::")[0] in unloaded):
            yield new


def _after(new: TestResult | None, verdict: Verdict) -> TestStatus | None:
    if new is None and verdict == "fixed":
        return "passed"
    return new.status if new else None


def _verdict(old: TestResult, new: TestResult | None, *, replaced: bool) -> Verdict:
    """`replaced`: the entry stood for a whole file that could not be loaded or was skipped, and now its tests run."""
    if new is None:
        if replaced:
            return "fixed" if old.status in BAD else "unchanged"
        return "not_run"
    if new.status in BAD:
        return "broken" if old.status in GOOD else "new_fail" if old.status == "skipped" else "unchanged"
    if new.status == "skipped":
        return "unchanged" if old.status == "skipped" else "not_run"
    if old.status in BAD:
        return "flaky" if old.flaky else "fixed"
    return "new_pass" if old.status == "skipped" else "unchanged"


def _passed(tests: Iterable[TestResult]) -> int:
    return sum(test.status in GOOD for test in tests)


def _key(found: Diagnostic) -> tuple[str, ...]:
    """Numbers of lines within a message move with the lines."""
    return (*found.key[:3], _LINE.sub(r"\1 N", found.message))


def _errors(result: CheckResult | None) -> list[Diagnostic]:
    return [found for found in result.diagnostics if found.severity == "error"] if result else []


def _new_errors(old: CheckResult | None, new: CheckResult) -> list[Diagnostic]:
    """Of each kind of error as many as there are more than before: those that are not earlier ones, moved."""
    before = _by_kind(_errors(old))
    fresh: list[Diagnostic] = []
    for kind, found in _by_kind(_errors(new)).items():
        lines = [one.line for one in before.get(kind, ())]
        fresh += [found[at] for at in unpaired(lines, [one.line for one in found])]
    return sorted(fresh, key=_place)


def _by_kind(errors: Iterable[Diagnostic]) -> dict[tuple[str, ...], list[Diagnostic]]:
    kinds: dict[tuple[str, ...], list[Diagnostic]] = {}
    for one in sorted(errors, key=_place):
        kinds.setdefault(_key(one), []).append(one)
    return kinds


def _place(one: Diagnostic) -> tuple[str, int, int]:
    return one.path, one.line, one.column


def _unexplained(old: CheckResult | None, new: CheckResult, changes: Sequence[TestChange]) -> bool:
    """Whether the exit status got worse and nothing that is reported says why."""
    if old is None or _rank(new) <= _rank(old):
        return False
    ids = {test.id for test in (*old.tests, *new.tests)}
    told = any(change.id in ids and change.verdict in ("broken", "new_fail", "not_run") for change in changes)
    return not (told or _new_errors(old, new) or _counts(old, new))


def _rank(result: CheckResult) -> int:
    """0: fine; 1: it found something; 2: killed or timed out."""
    return 2 if result.timed_out or result.exit_code > 128 else 1 if result.exit_code else 0


def _counts(old: CheckResult | None, new: CheckResult) -> bool:
    """Whether a problem of `new` spoils the proof. A linter that was of no use before judges nothing now."""
    if not new.problem:
        return False
    return new.check.kind == "tests" or old is None or not old.problem
