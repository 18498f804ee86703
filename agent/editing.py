"""The editor's attempts at a step: turn by turn, with questions to the human, again when the checks refuse."""

from collections.abc import Sequence
from typing import Any

from patchwright.agent.amending import answered, ask
from patchwright.agent.conversing import Try, climbed, facts_of, recorded_turn, started
from patchwright.agent.desk import WorkingDesk
from patchwright.agent.editor import editor_messages, editor_tools, feedback
from patchwright.agent.knowing import knowledge
from patchwright.agent.notes import noted
from patchwright.agent.policy import to_come
from patchwright.agent.session import Session
from patchwright.agent.state import State, Update, merged, place
from patchwright.agent.turns import Conversation, say
from patchwright.tools.acts import Helpers
from patchwright.tools.checks import Verification
from patchwright.tools.quick import quick_kinds


def take_turn(session: Session, state: State) -> Update:
    """One request to the editor and the tools that it called."""
    desk = _desk(session, state)
    conversation = answered(session, state, _conversation(session, state))
    turn = _turn(session, state, conversation, desk, state["turn"])
    _remember(session, state, state["turn"] + 1, turn.conversation)
    after: Update = {"head": desk.head, "turn": state["turn"] + 1, "asked": False}
    match turn.ended:
        case None:
            return {**after, "route": "turn"}
        case "ask":
            ask(session, state, turn.payload)
            return {**after, "asked": True, "route": "amendment"}
        case "finish":
            return {**after, "route": "judge"}
        case _:
            reason = str(turn.payload.get("reason") or turn.payload.get("text") or turn.ended)[:500]
            session.ledger.event("stuck", step=state["step"] + 1, attempt=state["attempt"], reason=reason)
            return {**after, "route": "judge"}


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
    conversation = climbed(
        session, _conversation(session, state), Try(state["attempt"] + 1, attempts, state["candidate"])
    )
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
    return f"edit/{place(state)}/"


def _conversation(session: Session, state: State) -> Conversation:
    """Where the attempt stands: from memory, or rebuilt from the record without asking or doing anything again."""
    if session.conversation is not None and session.conversation[0] == f"{place(state)}/{state['turn']}":
        return session.conversation[1]
    conversation = _start(session, state)
    desk = _desk(session, state)
    for turn in range(state["turn"]):
        at: State = {**state, "turn": turn, "asked": False}
        conversation = _turn(session, at, answered(session, at, conversation), desk, turn).conversation
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
    turn = Try(state["attempt"], session.budget.attempts, state["candidate"])
    return started(session, "editor", messages, turn)


def _store(session: Session, state: State, conversation: Conversation) -> None:
    fresh = conversation.model_copy(update={"turns": 0, "looks": (), "edits": (), "bad": 0, "silent": 0})
    session.ledger.artifact(_name(state), fresh.model_dump_json().encode())
    _remember(session, state, 0, fresh)


def _remember(session: Session, state: State, turn: int, conversation: Conversation) -> None:
    session.conversation = (f"{place(state)}/{turn}", conversation)


def _name(state: State) -> str:
    return f"conversation/{place(state)}.json"
