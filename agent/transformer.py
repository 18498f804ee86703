"""Plans made of recipes, with no model: diagnose the baseline, dry-run each recipe, preview its hunks."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from patchwright.agent.plan import Draft, Evidence, Scope, Step
from patchwright.agent.run import Outcome
from patchwright.agent.session import Session
from patchwright.tools.checks import Results

if TYPE_CHECKING:
    from patchwright.tools.recipes.planning import PlannedRecipe, RecipePlan

PREVIEW = 200_000
"""Characters of a preview that a plan may carry."""

UNTESTED = (
    "No test ran on the base, so nothing shows what is wrong and no recipe is called for. Add tests, name the "
    "commands that judge it in patchwright.toml ([[checks]]), or configure a model that reads the issue."
)

STEPS = 50
"""Steps that a plan may have (LLM-04)."""


@dataclass(frozen=True, slots=True)
class NoPlan:
    """There is nothing to plan; `reason` is for a person."""

    outcome: Outcome
    reason: str


def draft_from_recipes(session: Session) -> Draft | NoPlan:
    """One step per recipe that was called for, each previewed on top of the ones before it."""
    from patchwright.tools.recipes.planning import recipe_plan

    plan = recipe_plan(session.baseline, session.repository.tree(session.issue.base_commit), python_version(session))
    left = _left(plan)
    if not plan.steps:
        return _nothing_to_do(session.baseline, left)
    steps: list[Step] = []
    commit = session.issue.base_commit
    for item in plan.steps[:STEPS]:
        after = session.repository.commit(commit, item.rewrite.changes, message=item.title, trailers={})
        steps.append(_step(item, session.repository.diff(commit, after).decode("utf-8", "replace")))
        commit = after
    return Draft(
        summary=_summary(session, steps),
        root_cause=_root_cause(plan),
        steps=tuple(steps),
        scope=Scope(tests=True, dependencies=True),
        risks=("Recipes are deterministic, but only tests that exist can show that behaviour is kept.",),
        leftovers=tuple(left),
    )


def python_version(session: Session) -> tuple[int, int]:
    """The version of the Python in the run's image, asked from it once."""
    said = session.deps.store.artifact(session.ledger.run_id, "python-version")
    if said is None:
        sandbox = session.sandbox("planning", session.issue.base_commit)
        said = sandbox.run(["python3", "-V"], timeout=30).output
        session.ledger.artifact("python-version", said)
    found = re.search(rb"Python (\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (3, 11)


def _step(item: "PlannedRecipe", preview: str) -> Step:
    tests = item.diagnosis.tests if item.diagnosis else ()
    shown = ", ".join(tests[:5]) + (f" and {len(tests) - 5} more" if len(tests) > 5 else "")
    return Step(
        title=item.title[:200],
        intent=(item.reason + (f"\nTests: {shown}" if shown else ""))[:8000],
        files=tuple(sorted(item.rewrite.changes))[:500],
        recipe=item.name,
        verify="All tests are run again; the step is reverted if a test that passed is lost.",
        evidence=tuple(_evidence(place) for place in item.found[:50]),
        preview=preview[:PREVIEW],
    )


def _evidence(place: str) -> Evidence:
    path, _, line = place.rpartition(":")
    return Evidence(path=path, line=int(line), note="first change in this file")


def _summary(session: Session, steps: list[Step]) -> str:
    tests = session.baseline.tests().values()
    passed = sum(test.status in ("passed", "xfailed") for test in tests)
    called = "1 recipe is" if len(steps) == 1 else f"{len(steps)} recipes are"
    return (
        f"{session.issue.title}: {passed} of {len(tests)} tests pass on the base. "
        f"{called} called for by the errors of the others; each is one step."
    )


def _root_cause(plan: "RecipePlan") -> str:
    signatures = [f"{step.diagnosis.signature} ({len(step.diagnosis.tests)})" for step in plan.steps if step.diagnosis]
    return ("Errors, with the number of tests that show each: " + "; ".join(signatures))[:8000] if signatures else ""


def _left(plan: "RecipePlan") -> list[str]:
    from patchwright.tools.recipes.planning import left_lines

    return [line[:8000] for line in left_lines(plan.leftovers, plan.unexplained)][:5000]


def _nothing_to_do(baseline: Results, left: list[str]) -> NoPlan:
    failing = [test for test in baseline.tests().values() if test.status in ("failed", "error")]
    problems = [f"{result.check.name}: {result.problem}" for result in baseline.checks if result.problem]
    if failing or left or problems or any(result.diagnostics for result in baseline.checks):
        listed = "".join(f"\n- {line}" for line in [*problems, *left][:20])
        return NoPlan("gave_up", f"No recipe fits what fails here: a model or a person is needed.{listed}")
    if not baseline.tests():
        return NoPlan("gave_up", UNTESTED)
    return NoPlan("no_change_needed", "Nothing fails on the base and no recipe is called for.")
