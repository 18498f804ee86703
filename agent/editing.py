"""The editor's attempts at a step: turn by turn, with questions to the human, again when the checks refuse."""

from collections.abc import Sequence
from typing import Any

from patchwright.agent.conversing import climbed, facts_of, recorded_turn, started
from patchwright.agent.desk import WorkingDesk
from patchwright.agent.editor import editor_messages, editor_tools, feedback
from patchwright.agent.notes import noted
from patchwright.agent.parse import listing
from patchwright.agent.plan import Approval, Plan, Scope, plan_sha256
from patchwright.agent.knowing import knowledge
from patchwright.agent.policy import to_come
from patchwright.agent.session import Session
from patchwright.agent.state import State, Update, merged
from patchwright.agent.turns import Conversation, say
from patchwright.tools.acts import Helpers
from patchwright.tools.checks import Verification
from patchwright.tools.protect import sensitivity
from patchwright.tools.quick import quick_kinds


def take_turn(session: Session, state: State) -> Update:
    """One request to the editor and the tools that it called."""
    desk = _desk(session, state)
    conversation = _told(session, state, _conversation(session, state))
    turn = _turn(session, state, conversation, desk, state["turn"])
    _remember(session, state, state["turn"] + 1, turn.conversation)
    after: Update = {"head": desk.head, "turn": state["turn"] + 1, "asked": False}
    match turn.ended:
        case None:
            return {**after, "route": "turn"}
        case "ask":
            _ask(session, state, desk, turn.payload)
            return {**after, "asked": True, "route": "amendment"}
        case "finish":
            return {**after, "route": "judge"}
        case _:
            reason = str(turn.payload.get("reason") or turn.payload.get("text") or turn.ended)[:500]
            session.ledger.event("stuck", step=state["step"] + 1, attempt=state["attempt"], reason=reason)
            return {**after, "route": "judge"}


def amended(approval: dict[str, Any]) -> Update:
    """What a human's decision on the editor's question means: a new scope, only an answer, or the end."""
    match approval["decision"]:
        case "approve":
            return {"revision": approval["revision"], "route": "turn"}
        case "revise":
            return {"route": "turn"}
        case _:
            return {"decision": "reject", "route": "ship"}


def again(session: Session, state: State, verification: Verification, unseen: Sequence[str] = ()) -> Update | None:
    """The next attempt after the checks refused one; None if there is none left.

    `unseen` are promises that no test answers to. It goes on where the last one stood; the last one of
    all starts afresh from the last green commit.
    """
    attempts = session.budget.attempts
    if state["attempt"] >= attempts:
        return None
    plan = session.plan(state["revision"])
    words = feedback(verification, plan.draft.steps[state["step"]], unseen)
    afresh = state["attempt"] + 1 == attempts
    following: Update = {"attempt": state["attempt"] + 1, "turn": 0, "route": "turn"}
    if afresh:
        reason = "a last attempt from the last green commit"
        session.ledger.event("step_reverted", step=state["step"] + 1, reason=reason)
        begin_attempt(session, merged(state, following), words)
        return {**following, "head": state["green"]}
    conversation = climbed(session, _conversation(session, state), state["attempt"] + 1, attempts)
    _store(session, merged(state, following), say(conversation, words))
    return following


def begin_attempt(session: Session, state: State, learned: str) -> None:
    """Start the attempt that `state` names with a fresh conversation that knows what was learned."""
    _store(session, state, _begin(session, state, (learned,)))


def _desk(session: Session, state: State) -> WorkingDesk:
    plan = session.plan(state["revision"])
    return WorkingDesk(session, plan, state["step"], state["attempt"], state["head"], start=state["green"])


def _turn(session: Session, state: State, conversation: Conversation, desk: WorkingDesk, turn: int) -> Any:
    steps, number = session.plan(state["revision"]).draft.steps, state["step"]
    helpers = Helpers(
        wanted=steps[number].must_fix,
        later=to_come(steps[number + 1 :]),
        quick=quick_kinds(session.baseline),
        knowledge=knowledge(session, lambda: desk.head),
    )
    return recorded_turn(session, conversation, f"{_key(state)}{turn}", desk, helpers, editor_tools(helpers))


def _key(state: State) -> str:
    """How the keys of an attempt's calls begin."""
    return f"edit/{state['step']}/{state['attempt']}/"


def _conversation(session: Session, state: State) -> Conversation:
    """Where the attempt stands: from memory, or rebuilt from the record without asking or doing anything again."""
    place = (state["step"], state["attempt"], state["turn"])
    if session.conversation is not None and session.conversation[0] == place:
        return session.conversation[1]
    conversation = _start(session, state)
    desk = _desk(session, state)
    for turn in range(state["turn"]):
        at: State = {**state, "turn": turn, "asked": False}
        conversation = _turn(session, at, _told(session, at, conversation), desk, turn).conversation
    return conversation


def _start(session: Session, state: State) -> Conversation:
    stored = session.deps.store.artifact(session.ledger.run_id, _name(state))
    return Conversation.model_validate_json(stored) if stored else _begin(session, state, ())


def _begin(session: Session, state: State, learned: tuple[str, ...]) -> Conversation:
    plan = session.plan(state["revision"])
    changed = session.repository.changed(session.issue.base_commit, state["green"])
    messages = editor_messages(
        session.issue,
        noted(session.deps.store, session.ledger.run_id, plan, without=_key(state)),
        state["step"],
        facts_of(session),
        changed=[change.path for change in changed],
        learned=learned,
        tree=session.repository.tree(state["green"]),
    )
    return started(session, "editor", messages, state["attempt"], session.budget.attempts)


def _store(session: Session, state: State, conversation: Conversation) -> None:
    fresh = conversation.model_copy(update={"turns": 0, "looks": (), "edits": (), "bad": 0, "silent": 0})
    session.ledger.artifact(_name(state), fresh.model_dump_json().encode())
    _remember(session, state, 0, fresh)


def _remember(session: Session, state: State, turn: int, conversation: Conversation) -> None:
    session.conversation = ((state["step"], state["attempt"], turn), conversation)


def _name(state: State) -> str:
    return f"conversation/{state['step']}/{state['attempt']}.json"


def _told(session: Session, state: State, conversation: Conversation) -> Conversation:
    """With the human's answer to the question that was asked before this turn, if one was."""
    name = f"told/{state['step']}/{state['attempt']}/{state['turn']}"
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


def _ask(session: Session, state: State, desk: WorkingDesk, payload: dict[str, Any]) -> None:
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
    session.ledger.event("amendment_asked", step=state["step"] + 1, question=question, paths=refused)
    session.ledger.status("needs_input", f"the editor asks: {question[:300]}")


def _ask_once(session: Session, state: State, plan: Plan, newest: Plan) -> None:
    """Store the revision, but not again after a crash; an answer to an equal earlier question answers only that."""
    store, run_id = session.deps.store, session.ledger.run_id
    name = f"asked/{state['step']}/{state['attempt']}/{state['turn']}"
    if store.artifact(run_id, name) is not None:
        return
    decided = any(approval.revision == newest.revision for approval in store.approvals(run_id))
    if decided or newest.author != "editor" or newest.sha256 != plan.sha256:
        session.ledger.plan(plan)
    session.ledger.artifact(name, str(plan.revision).encode())


def _question(payload: dict[str, Any]) -> str:
    """The editor's question with the answers that it suggests."""
    question = str(payload.get("question", "")) or "The editor asks for your decision."
    answers = [str(answer) for answer in listing(payload.get("suggestions"))]
    return f"{question}{' Suggested: ' if answers else ''}{' / '.join(answers)}"[:8000]


def refused_paths(session: Session, state: State) -> list[str]:
    """The paths that this attempt was refused because the plan does not open them."""
    key = _key(state)
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
