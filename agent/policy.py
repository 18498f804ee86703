"""Pure choices: what may change, what comes next, what a verification is worth."""

from collections.abc import Sequence
from dataclasses import dataclass

from patchwright.agent.plan import Plan, Scope, Step
from patchwright.agent.run import RunVerdict
from patchwright.tools.checks import Results, Verification
from patchwright.tools.paths import matches
from patchwright.tools.protect import Sensitivity


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


def next_step(plan: Plan, step: int) -> int | None:
    """The index of the step after `step`, or None after the last."""
    return step + 1 if step + 1 < len(plan.draft.steps) else None


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
    """The promised tests that pass now."""
    tests = now.tests()
    return frozenset(name for name in promises if name in tests and tests[name].status in ("passed", "xfailed"))


def attempt_is_green(verification: Verification, promises: frozenset[str], now: Results) -> bool:
    """Whether an attempt may become a snapshot: nothing got worse and its step's promises hold."""
    return verification.clean and promises <= kept(promises, now)


def recipe_must_go(verification: Verification) -> bool:
    """A recipe is reverted when it costs a test that passed, or a build, or makes the proof unusable."""
    return bool(verification.lost() or verification.new_diagnostics or verification.problems)


def judge(verification: Verification, promises: frozenset[str], now: Results, flags: Sequence[str]) -> Judgement:
    """The verdict on the whole patch (OUT-03). `flags` are changes of protected files that no one allowed."""
    missing = promises - kept(promises, now)
    reasons = [
        *verification.problems,
        *_count("tests that passed before fail or are gone now", verification.lost()),
        *_count("new tests fail", verification.ids("new_fail")),
        *_count("promised tests still fail", sorted(missing)),
        *(f"new {item.source} error at {item.path}:{item.line}" for item in verification.new_diagnostics[:10]),
        *(f"the check {name!r} ended worse than before" for name in verification.worse_checks),
        *flags,
    ]
    if not reasons and not verification.total_after:
        reasons.append("no test ran, so nothing proves the change")
    if not reasons and not (verification.ids("fixed", "new_pass") or promises):
        reasons.append("nothing got worse, but no test shows the intended effect")
    return Judgement("unverified" if reasons else "verified", tuple(reasons))


def _count(what: str, ids: Sequence[str]) -> list[str]:
    if not ids:
        return []
    shown = ", ".join(ids[:3]) + (", ..." if len(ids) > 3 else "")
    return [f"{len(ids)} {what}: {shown}"]
