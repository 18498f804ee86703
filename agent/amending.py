"""What the editor asks a human: a revision of the plan with the paths opened that it was refused, and the answer."""

from typing import Any

from patchwright.agent.parse import listing
from patchwright.agent.plan import Approval, Plan, Question, Scope, plan_sha256
from patchwright.agent.session import Session
from patchwright.agent.state import State, Update, place
from patchwright.agent.turns import Conversation, say
from patchwright.tools.protect import sensitivity


def amended(approval: dict[str, Any]) -> Update:
    """What a human's decision on the editor's question means: a new scope, only an answer, or the end."""
    match approval["decision"]:
        case "approve":
            return {"revision": approval["revision"], "route": "turn"}
        case "revise":
            return {"route": "turn"}
        case _:
            return {"decision": "reject", "route": "ship"}


def answered(session: Session, state: State, conversation: Conversation) -> Conversation:
    """With the human's answer to the question that was asked before this turn, if one was."""
    name = f"told/{place(state)}/{state['turn']}"
    stored = session.deps.store.artifact(session.ledger.run_id, name)
    if stored is None and state.get("asked"):
        stored = _answer(session.deps.store.approvals(session.ledger.run_id)[-1]).encode()
        session.ledger.artifact(name, stored)
    return say(conversation, stored.decode()) if stored else conversation


def _answer(approval: Approval) -> str:
    words = f' They say: "{approval.notes}"' if approval.notes else ""
    if approval.decision == "approve":
        return f"The human approved what you asked for.{words} Go on."
    return f"The human did not open more than the plan has.{words} Go on within it."


def ask(session: Session, state: State, payload: dict[str, Any]) -> None:
    """A question becomes a revision of the plan, with the paths opened that were refused (APR-03, APR-04)."""
    question = _question(payload)
    newest = session.deps.store.plan(session.ledger.run_id) or session.plan(state["revision"])
    current = session.plan(state["revision"])
    refused = refused_paths(session, state)
    draft = current.draft.model_copy(
        update={"scope": opened(current.draft.scope, refused, session), "questions": (question,)}
    )
    plan = Plan(
        revision=newest.revision + 1,
        author="editor",
        draft=draft,
        terms=current.terms,
        notes=current.notes,
        sha256=plan_sha256(session.issue, draft, current.terms, current.notes),
    )
    _ask_once(session, state, plan, newest)
    session.ledger.event("amendment_asked", step=state["step"] + 1, question=question.text, paths=refused)
    session.ledger.status("needs_input", f"the editor asks: {question.text[:300]}")


def _ask_once(session: Session, state: State, plan: Plan, newest: Plan) -> None:
    """Store the revision, but not again after a crash; an answer to an equal earlier question answers only that."""
    store, run_id = session.deps.store, session.ledger.run_id
    name = f"asked/{place(state)}/{state['turn']}"
    if store.artifact(run_id, name) is not None:
        return
    decided = any(approval.revision == newest.revision for approval in store.approvals(run_id))
    if decided or newest.author != "editor" or newest.sha256 != plan.sha256:
        session.ledger.plan(plan)
    session.ledger.artifact(name, str(plan.revision).encode())


def _question(payload: dict[str, Any]) -> Question:
    """The editor's question with the answers that it suggests."""
    question = str(payload.get("question", "")) or "The editor asks for your decision."
    suggestions = tuple(str(answer)[:300] for answer in listing(payload.get("suggestions"))[:5])
    return Question(question=question[:8000], suggestions=suggestions)


def refused_paths(session: Session, state: State) -> list[str]:
    """The paths that this attempt was refused because the plan does not open them."""
    key = f"edit/{place(state)}/"
    events = session.deps.store.events(session.ledger.run_id, limit=100_000)
    mine = [event.data for event in events if event.kind == "tool_called" and event.data["key"].startswith(key)]
    paths = [str(data["arguments"].get("path", "")) for data in mine if data["refused"] and "scope" in data["says"]]
    return [path for path in dict.fromkeys(paths) if path]


def opened(scope: Scope, paths: list[str], session: Session) -> Scope:
    """The scope with these paths, and the permissions that their kinds need."""
    kinds = {sensitivity(path, session.toolchain) for path in paths}
    return Scope(
        paths=(*scope.paths, *(path for path in paths if path not in scope.paths)),
        dependencies=scope.dependencies or "dependencies" in kinds,
        tests=scope.tests or "tests" in kinds,
        ci=scope.ci or bool(kinds & {"ci", "control"}),
    )
