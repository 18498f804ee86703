"""The editor's attempts at a step: turn by turn, with questions to the human, again when the checks refuse."""

from typing import Any

from patchwright.agent.amending import answered, ask
from patchwright.agent.candidates import artifact
from patchwright.agent.circles import Moment, circling
from patchwright.agent.conversing import Try, climbed, facts_of, recorded_turn, started
from patchwright.agent.desk import WorkingDesk
from patchwright.agent.editor import editor_messages, editor_tools
from patchwright.agent.knowing import knowledge
from patchwright.agent.notes import noted
from patchwright.agent.policy import promised, to_come, unseen
from patchwright.agent.proof import Ended, outcome_named
from patchwright.agent.session import Session
from patchwright.agent.state import State, Update, merged, place
from patchwright.agent.turns import Conversation, say
from patchwright.tools.acts import Helpers
from patchwright.tools.quick import quick_kinds


def take_turn(session: Session, state: State) -> Update:
    """One request to the editor and the tools that it called."""
    desk = _desk(session, state)
    conversation, before = _conversation(session, state)
    turn = _turn(session, state, answered(session, state, conversation), desk, state["turn"])
    moments = (*before, *desk.moments)
    _remember(session, state, state["turn"] + 1, turn.conversation, moments)
    after: Update = {"head": desk.head, "turn": state["turn"] + 1, "asked": False, "stuck": ""}
    match turn.ended:
        case None:
            reason = circling(moments)
            return _stopped(session, state, after, reason) if reason else {**after, "route": "turn"}
        case "ask":
            ask(session, state, turn.payload)
            return {**after, "asked": True, "route": "amendment"}
        case "finish":
            _keep_outcome(session, state, turn.payload)
            return {**after, "route": "judge"}
        case _:
            reason = str(turn.payload.get("reason") or turn.payload.get("text") or turn.ended)[:500]
            return _stopped(session, state, after, reason)


def _stopped(session: Session, state: State, after: Update, reason: str) -> Update:
    """The editor is not asked again in this attempt; what stands is judged."""
    session.ledger.event("stuck", step=state["step"] + 1, attempt=state["attempt"], reason=reason)
    return {**after, "stuck": reason, "route": "judge"}


def _keep_outcome(session: Session, state: State, payload: dict[str, Any]) -> None:
    """Why nothing is to be changed, in the editor's words: how the run ends if nothing is."""
    outcome = outcome_named(payload.get("outcome"))
    if outcome is not None:
        ended = Ended(outcome=outcome, reason=str(payload.get("summary", "")))
        session.ledger.artifact(artifact(state["candidate"], "ended.json"), ended.model_dump_json().encode())


def go_on(session: Session, state: State, words: str) -> Update:
    """The next attempt, in the same conversation and from where the files stand."""
    attempt = state["attempt"] + 1
    following: Update = {"attempt": attempt, "turn": 0, "route": "turn"}
    conversation, _ = _conversation(session, state)
    climbing = climbed(session, conversation, Try(attempt, session.budget.attempts, state["candidate"]))
    _store(session, merged(state, following), say(climbing, words))
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


def _conversation(session: Session, state: State) -> tuple[Conversation, tuple[Moment, ...]]:
    """Where the attempt stands: from memory, or rebuilt from the record without asking or doing anything again."""
    if session.conversation is not None and session.conversation[0] == f"{place(state)}/{state['turn']}":
        return session.conversation[1:]
    conversation = _start(session, state)
    desk = _desk(session, state)
    for turn in range(state["turn"]):
        at: State = {**state, "turn": turn, "asked": False}
        conversation = _turn(session, at, answered(session, at, conversation), desk, turn).conversation
    return conversation, tuple(desk.moments)


def _start(session: Session, state: State) -> Conversation:
    stored = session.deps.store.artifact(session.ledger.run_id, _name(state))
    return Conversation.model_validate_json(stored) if stored else _begin(session, state, ())


def _begin(session: Session, state: State, learned: tuple[str, ...]) -> Conversation:
    plan = session.plan(state["revision"])
    changed = session.repository.changed(session.issue.base_commit, state["green"])
    promises = promised([plan.draft.steps[state["step"]]], session.baseline)
    messages = editor_messages(
        session.issue,
        noted(session.deps.store, session.ledger.run_id, plan, without=_key(state)),
        state["step"],
        facts_of(session),
        changed=[change.path for change in changed],
        learned=learned,
        unwritten=unseen(promises, session.results(state["green"])),
        tree=session.repository.tree(state["green"]),
    )
    turn = Try(state["attempt"], session.budget.attempts, state["candidate"])
    return started(session, "editor", messages, turn)


def _store(session: Session, state: State, conversation: Conversation) -> None:
    fresh = conversation.model_copy(update={"turns": 0, "looks": (), "edits": (), "bad": 0, "silent": 0})
    session.ledger.artifact(_name(state), fresh.model_dump_json().encode())
    _remember(session, state, 0, fresh, ())


def _remember(
    session: Session, state: State, turn: int, conversation: Conversation, moments: tuple[Moment, ...]
) -> None:
    session.conversation = (f"{place(state)}/{turn}", conversation, moments)


def _name(state: State) -> str:
    return f"conversation/{place(state)}.json"
