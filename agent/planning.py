"""From an issue to a revision of a plan, and from a human's decision to what happens next."""

from typing import Any

from patchwright.agent.candidates import useful
from patchwright.agent.drafting import draft_by_model
from patchwright.agent.notes import about_plan
from patchwright.agent.plan import Draft, Plan, Scope, Terms, plan_sha256
from patchwright.agent.proof import Ended
from patchwright.agent.restrictions import Restrictions
from patchwright.agent.session import Session
from patchwright.agent.state import State, Update
from patchwright.agent.transformer import NoPlan, draft_from_recipes


def draft_plan(session: Session, state: State) -> Update:
    """Store the next revision and wait at the gate, or end with the reason why there is nothing to do."""
    previous = session.deps.store.plan(session.ledger.run_id)
    answered = state["revision"]
    if previous is not None and previous.revision > answered:
        return _to_gate(session, previous)  # made before a crash, or ahead of the graph
    if session.deps.store.artifact(session.ledger.run_id, "ended.json") is not None:
        return {"route": "ship"}
    session.ledger.status("planning")
    store, run_id = session.deps.store, session.ledger.run_id
    notes = about_plan(store, run_id, without=f"plan/{answered + 1}/")
    by_recipes = bool(session.issue.transformation) or not session.deps.models("planner")
    if previous is not None and by_recipes:
        found: Draft | NoPlan = previous.draft
        session.ledger.event(
            "warning",
            text="No model writes this plan: the feedback is kept as a note, the steps are the same. "
            "`patchwright edit` changes them by hand.",
        )
    elif by_recipes:
        found = _draft_from_recipes(session)
    else:
        found = draft_by_model(session, previous, notes)
    if isinstance(found, NoPlan):
        ended = Ended(outcome=found.outcome, reason=found.reason)
        session.ledger.artifact("ended.json", ended.model_dump_json().encode())
        return {"route": "ship"}
    plan = _revision(session, found, previous, about_plan(store, run_id))
    session.ledger.plan(plan)
    return _to_gate(session, plan)


def _draft_from_recipes(session: Session) -> Draft | NoPlan:
    """By a transformation's stages, or by what the baseline shows. Loaded late: a run with a model needs neither."""
    from patchwright.agent.stages import definition_of
    from patchwright.agent.transforming import draft_from_transformation

    definition = definition_of(session)
    return draft_from_recipes(session) if definition is None else draft_from_transformation(session, definition)


def decided(approval: dict[str, Any]) -> Update:
    """What a human's decision on a plan means for the run."""
    match approval["decision"]:
        case "approve":
            return {"revision": approval["revision"], "decision": "approve", "route": "advance"}
        case "revise":
            return {"revision": approval["revision"], "decision": "revise", "route": "plan"}
        case _:
            return {"revision": approval["revision"], "decision": "reject", "route": "ship"}


def _to_gate(session: Session, plan: Plan) -> Update:
    questions = plan.draft.questions
    if questions:
        session.ledger.status("needs_input", f"the planner asks: {questions[0].text[:300]}")
    else:
        said = f"revision {plan.revision} ({plan.sha256[:12]}) waits for a decision"
        session.ledger.status("awaiting_approval", said)
    return {"revision": plan.revision, "route": "gate"}


def narrowed(scope: Scope, wishes: Restrictions) -> Scope:
    """The scope without what the repository's own settings never open (CFG-01)."""
    never = wishes.scope
    return scope.model_copy(
        update={
            "dependencies": scope.dependencies and never.dependencies,
            "tests": scope.tests and never.tests,
            "ci": scope.ci and never.ci,
        }
    )


def _revision(session: Session, draft: Draft, previous: Plan | None, notes: tuple[str, ...]) -> Plan:
    draft = draft.model_copy(update={"scope": narrowed(draft.scope, session.wishes)})
    terms = Terms(
        run_id=session.ledger.run_id,
        image=session.image,
        commands=tuple(check.command for check in session.toolchain.checks),
        limits={name: float(value) for name, value in session.budget.model_dump().items() if value is not None},
        candidates=useful(draft.steps, previous.terms.candidates if previous else session.run.candidates),
    )
    return Plan(
        revision=previous.revision + 1 if previous else 1,
        author="recipes" if session.issue.transformation or not session.deps.models("planner") else "planner",
        draft=draft,
        terms=terms,
        notes=notes,
        sha256=plan_sha256(session.issue, draft, terms, notes),
    )
