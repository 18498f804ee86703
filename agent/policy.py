"""Pure choices: what may change, what comes next, what a verification is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from patchwright.agent.plan import Plan, Scope, Step
from patchwright.agent.run import RunVerdict
from patchwright.tools.checks import Results, TestResult, Verification
from patchwright.tools.paths import matches
from patchwright.tools.protect import Sensitivity
from patchwright.tools.telling import is_wanted, may_fail


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reasons, each one sentence."""

    verdict: RunVerdict
    reasons: tuple[str, ...] = ()


def may_change(path: str, sensitivity: Sensitivity, step: Step, scope: Scope) -> bool:
    """Whether the approved plan lets this step change this path (APR-04, GIT-09)."""
    if not any(matches(path, pattern) for pattern in (*step.files, *scope.paths)):
        return False
    match sensitivity:
        case "tests":
            return scope.tests
        case "dependencies":
            return scope.dependencies
        case "ci" | "control":
            return scope.ci
        case _:
            return True


def outside(paths: Sequence[str], plan: Plan) -> tuple[str, ...]:
    """The changed paths that no step and no scope of the approved plan names."""
    named = [pattern for step in plan.draft.steps for pattern in step.files] + list(plan.draft.scope.paths)
    return tuple(path for path in paths if not any(matches(path, pattern) for pattern in named))


def rung_of(attempt: int, attempts: int, rungs: int) -> int:
    """The place on a ladder of `rungs` models for attempt `attempt` (from 1) of at most `attempts`.

    The cheapest goes first; each failed attempt climbs, and the last attempt is the top's where there are several.
    """
    spread = -(-(attempt - 1) * (rungs - 1) // max(attempts - 1, 1))
    return max(min(rungs - 1, max(attempt - 1, spread)), 0)


def promised(steps: Sequence[Step], baseline: Results) -> frozenset[str]:
    """The test ids that these steps promise to turn from failing to passing; "*" at the end is a prefix."""
    known = tuple(baseline.tests())
    ids: set[str] = set()
    for step in steps:
        for name in step.must_fix:
            found = [test for test in known if test.startswith(name[:-1])] if name.endswith("*") else [name]
            ids.update(found or [name])
    return frozenset(ids)


def kept(promises: frozenset[str], now: Results) -> frozenset[str]:
    """The promised tests that pass now; of a prefix that only new tests have, all of them."""
    tests = now.tests()
    return frozenset(name for name in promises if _passes(name, tests))


def _passes(name: str, tests: Mapping[str, TestResult]) -> bool:
    meant = [tests[name]] if name in tests else []
    if name.endswith("*"):
        meant = [test for known, test in tests.items() if known.startswith(name[:-1])]
    return bool(meant) and all(test.status == "passed" for test in meant)


def unseen(promises: frozenset[str], now: Results) -> tuple[str, ...]:
    """The promises that no test of `now` answers to, by id or prefix."""
    tests = now.tests()
    return tuple(sorted(name for name in promises if not any(is_wanted(known, (name,)) for known in tests)))


def to_come(steps: Sequence[Step]) -> tuple[str, ...]:
    """What these later steps promise: a test that is written first may fail until its step is done."""
    return tuple(dict.fromkeys(name for step in steps for name in step.must_fix))


def without_expected(verification: Verification, later: Sequence[str]) -> Verification:
    """The verification without the failures that `later` promises mend. A test that is gone is not excused."""
    left = tuple(change for change in verification.changes if not may_fail(change, later))
    return verification.model_copy(update={"changes": left})


def attempt_is_green(verification: Verification, promises: frozenset[str], now: Results) -> bool:
    """Whether an attempt may become a snapshot: nothing got worse and its step's promises hold."""
    return verification.clean and promises <= kept(promises, now)


def recipe_must_go(verification: Verification) -> bool:
    """A recipe is reverted when it costs a test that passed, or a build, or makes the proof unusable."""
    return bool(verification.lost() or verification.new_diagnostics or verification.problems)


def to_try(wanted: Sequence[str], verification: Verification, now: Results) -> tuple[str, ...]:
    """Tests that pass now and did not fail before: only a run on the base tells whether they show the symptom.

    These are the new ones, and those that the plan wants mended (`wanted`, ids or prefixes) although they passed.
    """
    fixed, new = set(verification.ids("fixed")), set(verification.ids("new_pass"))
    passing = (test.id for test in now.tests().values() if test.status == "passed")
    return tuple(name for name in passing if name in new or (name not in fixed and is_wanted(name, wanted)))


def shows_nothing(promises: frozenset[str], now: Results, idle: Sequence[str]) -> tuple[str, ...]:
    """The promises that are kept only by tests which pass on the base as well."""
    return tuple(
        name
        for name in sorted(promises)
        if (meant := {test for test in now.tests() if is_wanted(test, (name,))}) and meant <= set(idle)
    )


def judge(
    verification: Verification,
    promises: frozenset[str],
    now: Results,
    flags: Sequence[str],
    *,
    idle: Sequence[str] = (),
    shown: bool = False,
) -> Judgement:
    """The verdict on the whole patch (OUT-03). `flags` are changes of protected files that no one allowed.

    `idle` are new tests that pass on the base as well. `shown`: something else than tests shows the
    intended effect, such as the checks of a transformation.
    """
    missing = promises - kept(promises, now)
    idle_promises = shows_nothing(promises, now, idle)
    reasons = [
        *verification.problems,
        *_count("tests that passed before fail or are gone now", verification.lost()),
        *_count("new tests fail", verification.ids("new_fail")),
        *_count("promised tests do not pass", sorted(missing)),
        *_count("promised tests pass on the base as well and do not show the symptom", idle_promises),
        *(f"new {item.source} error at {item.path}:{item.line}" for item in verification.new_diagnostics[:10]),
        *(f"the check {name!r} ended worse than before" for name in verification.worse_checks),
        *flags,
    ]
    if not reasons and not verification.total_after:
        reasons.append("no test ran, so nothing proves the change")
    effect = set(verification.ids("fixed", "new_pass")) - set(idle)
    if not reasons and not (shown or effect or promises):
        why = ": the new tests pass on the base as well" if idle else ""
        reasons.append(f"nothing got worse, but no test shows the intended effect{why}")
    return Judgement("unverified" if reasons else "verified", tuple(reasons))


def _count(what: str, ids: Sequence[str]) -> list[str]:
    if not ids:
        return []
    shown = ", ".join(ids[:3]) + (", ..." if len(ids) > 3 else "")
    return [f"{len(ids)} {what}: {shown}"]
