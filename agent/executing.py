"""Step by step: a recipe or the editor changes the head, the checks judge it, green becomes a snapshot."""

from typing import Any

from patchwright.agent import stages
from patchwright.agent.candidates import last_step, next_step
from patchwright.agent.desk import WorkingDesk
from patchwright.agent.editing import begin_attempt
from patchwright.agent.errors import UsageError
from patchwright.agent.plan import Plan, Step
from patchwright.agent.policy import (
    attempt_is_green,
    promised,
    recipe_must_go,
    to_come,
    without_expected,
)
from patchwright.agent.session import Session
from patchwright.agent.state import State, Update, at, merged
from patchwright.agent.transformer import python_version
from patchwright.agent.trying import nothing_done, refuse, show_nothing
from patchwright.tools.affected import affected_tests
from patchwright.tools.checks import CheckKind, Results, Verification
from patchwright.tools.compare import compare
from patchwright.tools.recipes.base import Recipe
from patchwright.tools.recipes.catalogue import by_name

CHEAP: tuple[CheckKind, ...] = ("syntax", "build", "types", "lint")
EVERY: tuple[CheckKind, ...] = (*CHEAP, "tests")


def advance(session: Session, state: State) -> Update:
    """Begin the next step from the last green commit, or go on to the final verification."""
    plan = session.plan(state["revision"])
    number = next_step(plan, state["candidate"], state["step"])
    ended = stages.close_stage(session, state, number)
    if ended is not None:
        return ended
    if number is None:
        return {"route": "verify"}
    following = stages.begin(session, state, number)
    step = plan.draft.steps[number]
    session.ledger.event("step_started", step=number + 1, title=step.title, recipe=step.recipe)
    if step.recipe:
        return {**following, "route": "recipe"}
    return _begin_turns(session, merged(state, following), step)


def _begin_turns(session: Session, state: State, step: Step) -> Update:
    """To the model; of a transformation only where its recipes have not reached the stage, with what is missing."""
    missing = stages.missing(session, state) if step.stage else ("",)
    if not missing:
        return {**at(state), **_close_step(session, state, "unchanged", "the stage is reached without it")}
    if step.stage:
        begin_attempt(session, state, "\n".join(missing))
    return {**at(state), "route": "turn"}


def apply_recipe(session: Session, state: State) -> Update:
    """The recipe's rewrite of the head as one commit; a recipe that finds nothing to do changes nothing."""
    desk, step = _desk(session, state), _step(session, state)
    rewrite = _recipe(session, step).apply(session.repository.tree(state["head"]))
    planned = {path for one in _plan(session, state).draft.steps if one.recipe == step.recipe for path in one.files}
    outside = sorted(set(rewrite.changes) - planned)
    changes = {path: data for path, data in rewrite.changes.items() if path in step.files}
    if outside:
        session.ledger.event("edit_refused", paths=outside, reason="not in the approved plan")
    if changes:
        desk.commit(changes, step.title, author="recipe")
        session.ledger.event(
            "edit_applied",
            step=state["step"] + 1,
            author="recipe",
            paths=sorted(changes),
            **_lines(session, state["head"], desk.head),
        )
    return {"head": desk.head, "route": "judge"}


def _lines(session: Session, before: str, after: str) -> dict[str, int]:
    changed = session.repository.changed(before, after)
    return {"added": sum(file.added or 0 for file in changed), "removed": sum(file.removed or 0 for file in changed)}


def _recipe(session: Session, step: Step) -> Recipe:
    recipe = stages.recipe_of(session, step) if step.stage else by_name(step.recipe, python_version(session))
    if recipe is None:
        raise UsageError(f"The plan names the recipe {step.recipe!r}, which this patchwright does not have.")
    return recipe


def judge_attempt(session: Session, state: State) -> Update:
    """Cheapest checks first, then the tests that the change affects, then all of them."""
    step = _step(session, state)
    if session.repository.content(state["head"]) == session.repository.content(state["green"]):
        return nothing_done(session, state) or _close_step(session, state, "unchanged", _unchanged(state))
    if stages.waits(session, state):
        return _close_step(session, state, "applied", "judged with its stage")
    _put_strays_aside(session, state)
    verification, now = _verify(session, state)
    promises = promised([step], session.baseline)
    if step.recipe:
        green = not recipe_must_go(verification) or stages.nothing_to_lose(session, state, now)
    else:
        verification = stages.with_missing(session, state, verification, now)
        green = attempt_is_green(verification, promises, now)
    session.ledger.event("attempt_verified", step=state["step"] + 1, green=green, **_counts(verification))
    if green and not step.recipe and (shown := show_nothing(session, state, verification, now)):
        return shown
    if green:
        session.keep_results(now)
        stages.keep_classes(session, state)
        for number in stages.together(session, state):
            _close_step(session, {**state, "step": number}, "green", "")
        return {"green": state["head"], "route": "advance"}
    if step.recipe:
        return _revert(session, state, verification.lost())
    following = refuse(session, state, verification, now)
    if following is not None:
        return following
    last = last_step(session.plan(state["revision"]), state["candidate"])
    # Later steps build on this one: what is green is what the run ends with.
    stopped = f"; the last was stopped: {state['stuck']}" if state["stuck"] else ""
    return {**_close_step(session, state, "failed", f"the checks refused every attempt{stopped}"), "step": last}


def _unchanged(state: State) -> str:
    return f"nothing was changed: {state['stuck']}" if state["stuck"] else "nothing was changed"


def _revert(session: Session, state: State, lost: tuple[str, ...]) -> Update:
    """Drop a recipe's step; of a stage whose recipes were judged together, first try each by itself."""
    reason = f"{len(lost)} tests lost" if lost else "a check got worse"
    singly = stages.one_by_one(session, state)
    said = f"{reason} with all recipes of its stage: once more, one by one" if singly else reason
    session.ledger.event("step_reverted", step=state["step"] + 1, reason=said, tests=list(lost[:20]))
    return singly or _close_step(session, state, "reverted", reason)


def _put_strays_aside(session: Session, state: State) -> None:
    """What commands changed is not in the patch and must not help it to pass: judge in a fresh sandbox (GIT-07)."""
    if strays := session.strays():
        listed = ", ".join(strays[:10]) + (", ..." if len(strays) > 10 else "")
        session.ledger.event(
            "warning", text=f"Commands changed {listed}: not in the patch. Step {state['step'] + 1} is judged without."
        )
        session.close_sandbox()


def _verify(session: Session, state: State) -> tuple[Verification, Results]:
    """Against the last green commit. Stops at the first stage that got worse: that has to be mended first."""
    desk, later = _desk(session, state), _later(session, state)
    cheap = desk.results(CHEAP)
    reference = session.results(state["green"])
    verification = compare(reference, cheap)
    if not verification.clean:
        return verification, cheap
    changed = [change.path for change in session.repository.changed(session.issue.base_commit, state["head"])]
    first = affected_tests(session.repository.tree(state["head"]), changed)
    if first and not _step(session, state).recipe:
        some = desk.results(("tests",), first)
        partial = without_expected(compare(reference, some), later)
        if partial.ids("broken", "new_fail"):
            return partial, some
    full = desk.results(("tests",))
    now = Results(commit=state["head"], image=session.image, checks=cheap.checks + full.checks)
    return without_expected(compare(reference, now), later), now


def _later(session: Session, state: State) -> tuple[str, ...]:
    """The tests that may fail until later steps; a recipe writes no tests, so none may after one."""
    step = _step(session, state)
    return () if step.recipe else to_come(_plan(session, state).draft.steps[state["step"] + 1 :])


def _counts(verification: Verification) -> dict[str, Any]:
    return {
        "fixed": len(verification.ids("fixed")),
        "broken": len(verification.lost()),
        "passed": verification.passed_after,
        "total": verification.total_after,
        "new_diagnostics": len(verification.new_diagnostics),
        "problems": list(verification.problems),
    }


def _close_step(session: Session, state: State, result: str, reason: str) -> Update:
    step = _step(session, state)
    session.ledger.attempt(
        (state["candidate"], state["step"], state["attempt"]),
        step.recipe or "model",
        (state["green"], state["head"]),
        result,
        reason,
    )
    session.ledger.event("step_finished", step=state["step"] + 1, result=result, reason=reason)
    return {"route": "advance"}


def _desk(session: Session, state: State) -> WorkingDesk:
    return WorkingDesk(session, _plan(session, state), state["step"], state["attempt"], state["head"])


def _plan(session: Session, state: State) -> Plan:
    return session.plan(state["revision"])


def _step(session: Session, state: State) -> Step:
    return _plan(session, state).draft.steps[state["step"]]
