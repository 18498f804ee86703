"""Conversations that survive: every answer and outcome is recorded, and replayed to get back to where they were."""

from collections.abc import Sequence
from dataclasses import dataclass

from patchwright.agent.candidates import variant
from patchwright.agent.circles import Moment, errors, failure
from patchwright.agent.deps import CONTEXT
from patchwright.agent.desk import PlanningDesk, WorkingDesk
from patchwright.agent.errors import UsageError
from patchwright.agent.facts import Facts, gather
from patchwright.agent.messages import Message, Model, ModelRole, ToolSpec
from patchwright.agent.policy import rung_of
from patchwright.agent.run import Said
from patchwright.agent.session import Remembered, Session
from patchwright.agent.summarizing import summarized
from patchwright.agent.turns import Conversation, Turn, begin, say, take_turn
from patchwright.tools.acts import Helpers
from patchwright.tools.calls import ToolCall, ToolOutcome
from patchwright.tools.desk import Desk
from patchwright.tools.toolbox import ToolPhase, execute

TRYING = ("run", "run_tests", "diagnostics")
"""The calls by which an editor sees whether it has come further."""


def recorded_turn(
    session: Session,
    conversation: Conversation,
    key: str,
    desk: Desk,
    helpers: Helpers,
    tools: Sequence[ToolSpec],
) -> Turn:
    """One turn under a key of its own; what was recorded under it is not asked or done again."""
    phase: ToolPhase = "planning" if isinstance(desk, PlanningDesk) else "executing"
    count = 0

    def run(call: ToolCall) -> ToolOutcome:
        nonlocal count
        count += 1
        done = session.remember(f"{key}/{count}", call, lambda: _run(session, desk, phase, call, helpers))
        if isinstance(desk, WorkingDesk):
            desk.head = done.head
            if done.outcome.edits or call.name in TRYING:
                failed = done.failure if call.name in TRYING else None
                desk.moments.append(Moment(session.repository.content(done.head), failed))
        return done.outcome

    def window(now: Conversation, offered: Sequence[ToolSpec]) -> Conversation:
        return summarized(session, now, key, offered)

    told = heard(conversation, session.ledger.hear(key))
    return take_turn(told, _model(session, conversation, key), run, tools, window)


def heard(conversation: Conversation, said: Sequence[Said]) -> Conversation:
    """With what humans have said meanwhile."""
    words = [f'{one.by}: "{one.text}"' for one in said]
    return say(conversation, "\n".join(["The human says, and it binds:", *words])) if words else conversation


@dataclass(frozen=True, slots=True)
class Try:
    """Which attempt of at most how many, and of which candidate: it decides on the model and its settings."""

    attempt: int = 1
    attempts: int = 1
    candidate: int = 1


FIRST = Try()


def started(session: Session, role: ModelRole, messages: Sequence[Message], this: Try = FIRST) -> Conversation:
    """A conversation in which nobody was asked yet, with the model that this attempt is for."""
    varied = variant(this.candidate)
    begun = begin(role, messages, limit=session.budget.turns)
    return climbed(session, begun.model_copy(update={"temperature": varied.temperature, "seed": varied.seed}), this)


def climbed(session: Session, conversation: Conversation, this: Try) -> Conversation:
    """The conversation, to be gone on with by the model of its role's ladder that this attempt is for."""
    ladder = session.deps.models(conversation.role)
    lowest = min(variant(this.candidate).rung, len(ladder) - 1)
    rung = max(rung_of(this.attempt, this.attempts, len(ladder)), lowest, 0)
    context = ladder[rung].context if ladder else CONTEXT
    return conversation.model_copy(update={"rung": rung, "context": context})


def _run(session: Session, desk: Desk, phase: ToolPhase, call: ToolCall, helpers: Helpers) -> Remembered:
    outcome = execute(desk, phase, call, helpers)
    cleaned = outcome.model_copy(update={"text": session.deps.redactor.text(outcome.text)})
    if not isinstance(desk, WorkingDesk):
        return Remembered(outcome=cleaned)
    seen = desk.seen if call.name in TRYING else None
    return Remembered(outcome=cleaned, head=desk.head, failure=failure(errors(seen, helpers.wanted, helpers.later)))


def _model(session: Session, conversation: Conversation, key: str) -> Model:
    role = conversation.role
    model = session.model(role, key, conversation.rung)
    if model is None:
        raise UsageError(
            f"No model is configured for the {role}, and this run needs one. Set OPENAI_BASE_URL, OPENAI_API_KEY and "
            f"OPENAI_MODEL or roles.{role} in your settings, then resume the run."
        )
    return model


def facts_of(session: Session) -> Facts:
    """What a model is told about the repository before its first call."""
    tree = session.repository.tree(session.issue.base_commit)
    return gather(tree, session.baseline, session.toolchain.families, session.toolchain.notes)
