"""Plans made of recipes, with no model: diagnose the baseline, dry-run each recipe, preview its hunks."""

from dataclasses import dataclass

from patchwright.agent.plan import Draft, Evidence, Scope, Step
from patchwright.agent.session import Session
from patchwright.tools.checks import Results
from patchwright.tools.recipes.catalogue import PlannedRecipe, leftovers, plan_recipes
from patchwright.tools.toolchain import Toolchain

PREVIEW = 200_000
"""Characters of a preview that a plan may carry."""


@dataclass(frozen=True, slots=True)
class NoPlan:
    """There is nothing that recipes could do; `reason` is for a person."""

    outcome: str
    reason: str


def draft_from_recipes(session: Session) -> Draft | NoPlan:
    """One step per recipe that was called for, each previewed on top of the ones before it."""
    base, baseline = session.issue.base_commit, session.baseline
    planned = plan_recipes(baseline, session.repository.tree(base), target(session.toolchain))
    steps: list[Step] = []
    commit = base
    for item in planned:
        step, commit = _dry_run(session, item, commit)
        if step is not None:
            steps.append(step)
    left = leftovers(baseline, planned)
    if not steps:
        return _nothing_to_do(baseline, left)
    return Draft(
        summary=_summary(session, baseline, steps),
        root_cause="; ".join(dict.fromkeys(item.signature for item in planned if item.signature))[:8000],
        steps=tuple(steps[:50]),
        scope=Scope(tests=True, dependencies=True),
        risks=("Recipes are deterministic, but only tests that exist can show that behaviour is kept.",),
        leftovers=tuple(left),
    )


def target(toolchain: Toolchain) -> tuple[int, int]:
    """The Python version that the image runs."""
    return toolchain.python or (3, 11)


def _dry_run(session: Session, item: PlannedRecipe, commit: str) -> tuple[Step | None, str]:
    rewrite = item.recipe.apply(session.repository.tree(commit))
    if not rewrite.changes:
        return None, commit
    after = session.repository.commit(commit, rewrite.changes, message=item.recipe.title, trailers={})
    preview = session.repository.diff(commit, after).decode("utf-8", "replace")
    step = Step(
        title=item.recipe.title[:200],
        intent=_intent(item),
        files=tuple(sorted(rewrite.changes))[:500],
        recipe=item.recipe.name,
        verify="All tests are run again; the step is reverted if a test that passed is lost.",
        evidence=tuple(Evidence(path=path, line=line, note=note[:300]) for path, line, note in item.places[:50]),
        preview=preview[:PREVIEW],
    )
    return step, after


def _intent(item: PlannedRecipe) -> str:
    if not item.tests:
        return f"{item.signature} (no failing test shows it yet: other failures hide it)"[:8000]
    shown = ", ".join(item.tests[:5]) + (f" and {len(item.tests) - 5} more" if len(item.tests) > 5 else "")
    return f"{len(item.tests)} failing tests show: {item.signature}\nTests: {shown}"[:8000]


def _summary(session: Session, baseline: Results, steps: list[Step]) -> str:
    tests = baseline.tests().values()
    passed = sum(test.status in ("passed", "xfailed") for test in tests)
    return (
        f"{session.issue.title}: {passed} of {len(tests)} tests pass on the base. "
        f"{len(steps)} recipes are called for by the errors of the others; each is one step."
    )[:8000]


def _nothing_to_do(baseline: Results, left: list[str]) -> NoPlan:
    failing = [t for t in baseline.tests().values() if t.status in ("failed", "error")]
    if failing or any(result.diagnostics or result.problem for result in baseline.checks):
        listed = "\n".join(left[:20])
        return NoPlan("gave_up", f"No recipe fits what fails here; a model or a person is needed.\n{listed}".strip())
    return NoPlan("no_change_needed", "Nothing fails on the base and no recipe is called for.")
