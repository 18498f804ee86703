"""One turn of a conversation with tools: what is asked, what is run, what is remembered. Pure but for its arguments."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any, Literal

from patchwright.agent.context import Memory, first_memory, fitted, remembered, room, sent
from patchwright.agent.errors import ContextExceeded
from patchwright.agent.messages import Message, Model, ModelRole, Reply, Request, ToolCall, ToolSpec
from patchwright.agent.plan import Record
from patchwright.tools.calls import ToolOutcome

End = Literal["plan", "finish", "ask", "no_tool_calls", "stuck", "bad_calls", "turns"]
"""Why a conversation is over: what the model called, or why it is not asked again."""

SUBMIT_PLAN = "submit_plan"
REREAD = ToolSpec(
    name="reread",
    description="Show a folded output again.",
    parameters={
        "type": "object",
        "properties": {"handle": {"type": "integer", "minimum": 0}},
        "required": ["handle"],
        "additionalProperties": False,
    },
)

MAX_BAD = 5
"""Answers in a row without a single call that could be run (LLM-01)."""
SAME_CALL = 3
"""How often one call may give one result while nothing was edited; how often one edit may be made."""
REMEMBERED = 40
SHRINKS = 4
"""How often a prompt that is too long for its model is asked again with less."""
WARN_TURNS = 5

_SECONDS = re.compile(r"\d+\.\d+ ?s\b")


class Conversation(Record):
    """What was said, whole, and the counters of what went wrong. Round-trips through JSON.

    `rung` is the place of the model on its role's ladder, `context` its own, in tokens; `limit` the
    turns it has. `temperature` and `seed` are those of the candidate it works on, None: as configured.
    """

    role: ModelRole
    memory: Memory
    rung: int = 0
    context: int = 128_000
    limit: int = 60
    temperature: float | None = None
    seed: int | None = None
    turns: int = 0
    silent: int = 0
    bad: int = 0
    looks: tuple[str, ...] = ()
    """Fingerprints of calls and their results since the last edit."""
    edits: tuple[str, ...] = ()
    """Fingerprints of the edits made."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """All that was said, whole."""
        return self.memory.messages


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn came to. `payload` is the arguments of the call that ended it, or `text` or `reason`."""

    conversation: Conversation
    ended: End | None = None
    payload: dict[str, Any] = field(default_factory=dict[str, Any])


Execute = Callable[[ToolCall], ToolOutcome]


def begin(role: ModelRole, messages: Sequence[Message], *, context: int = 128_000, limit: int = 60) -> Conversation:
    """A conversation in which the model has not been asked yet."""
    return Conversation(role=role, memory=first_memory(messages), context=context, limit=limit)


def windowed(conversation: Conversation, offered: Sequence[ToolSpec]) -> Conversation:
    """With older output folded if it has outgrown the model's context."""
    most = room(conversation.context, offered)
    return conversation.model_copy(update={"memory": fitted(conversation.memory, most)})


Window = Callable[[Conversation, Sequence[ToolSpec]], Conversation]
"""Makes a conversation fit into its model's context, whatever tools are offered."""


def take_turn(
    conversation: Conversation, model: Model, execute: Execute, tools: Sequence[ToolSpec], window: Window = windowed
) -> Turn:
    """Ask once and run what was called. Raises what `model`, `execute` and `window` raise."""
    now, reply = _asked(conversation, model, (*tools, REREAD), window)
    outcomes = run_calls(now, reply.tool_calls, execute)
    return absorb(now, reply, outcomes)


def _asked(
    conversation: Conversation, model: Model, offered: Sequence[ToolSpec], window: Window
) -> tuple[Conversation, Reply]:
    """The answer, and the conversation as it was asked for: with less of it if the model reads less than believed."""
    for _ in range(SHRINKS):
        now = window(conversation, offered)
        try:
            return now, model.complete(next_request(now, offered))
        except ContextExceeded as error:
            conversation = now.model_copy(update={"context": _smaller(now.context, error.limit)})
    now = window(conversation, offered)
    return now, model.complete(next_request(now, offered))


def _smaller(context: int, limit: int | None) -> int:
    """What the endpoint says that it reads; where that was believed already, our estimate of tokens was too low."""
    return limit if limit and limit < context else context * 3 // 4


def next_request(conversation: Conversation, offered: Sequence[ToolSpec]) -> Request:
    """The next question: never larger than the model's context."""
    return Request(
        conversation.role,
        sent(conversation.memory, room(conversation.context, offered)),
        offered,
        temperature=conversation.temperature,
        seed=conversation.seed,
    )


def run_calls(conversation: Conversation, calls: Sequence[ToolCall], execute: Execute) -> list[ToolOutcome]:
    """The outcome of each call, in order; after a call that ends the work the rest is not run."""
    outcomes = list[ToolOutcome]()
    for call in calls:
        outcomes.append(_run(conversation, call, outcomes, execute))
    return outcomes


def absorb(conversation: Conversation, reply: Reply, outcomes: Sequence[ToolOutcome]) -> Turn:
    """The conversation after an answer and the outcomes of its calls, and whether that was the end."""
    calls = reply.tool_calls
    said = Message(role="assistant", content=reply.content, tool_calls=calls, reasoning=reply.reasoning)
    after = conversation.model_copy(update={"turns": conversation.turns + 1})
    if not calls:
        return _silent(_with(after, [said]), reply)
    after = _counted(after, calls, outcomes)
    texts = [_told(after, call, outcome) for call, outcome in zip(calls, outcomes, strict=True)]
    results = [
        Message(role="tool", content=text, tool_call_id=call.id) for call, text in zip(calls, texts, strict=True)
    ]
    after = _with(after.model_copy(update={"silent": 0}), [said, *results])
    for call, outcome in zip(calls, outcomes, strict=True):
        if outcome.ended:
            return Turn(after, "plan" if call.name == SUBMIT_PLAN else outcome.ended, dict(call.arguments))
    return _limits(after, next((one.text for one in outcomes if one.bad or one.refused), ""))


def say(conversation: Conversation, text: str) -> Conversation:
    """With a message to the model: a verdict, a refusal of its plan, a human's word."""
    return _with(conversation, [Message(role="user", content=text)])


def _run(conversation: Conversation, call: ToolCall, before: Sequence[ToolOutcome], execute: Execute) -> ToolOutcome:
    if any(outcome.ended for outcome in before):
        return ToolOutcome(text="Not run: a call before it ended the work.")
    failed = any(one.bad or one.refused for one in before) or (call.name == "finish" and _left_red(before))
    if call.name in ("finish", SUBMIT_PLAN) and failed:
        return ToolOutcome(text=f"{call.name} was not taken: a call before it in this answer failed. Look at it first.")
    if call.name == REREAD.name:
        return _reread(conversation, call)
    if call.name == SUBMIT_PLAN:
        return _received(call)
    return execute(call)


def _left_red(before: Sequence[ToolOutcome]) -> bool:
    """Whether something was red with the last edit or after it: a test may well fail before its fix."""
    last = max((at for at, outcome in enumerate(before) if outcome.edits), default=0)
    return any(outcome.red for outcome in before[last:])


def _received(call: ToolCall) -> ToolOutcome:
    if call.problem:
        return ToolOutcome(text=f"The plan was not taken: {call.problem}", bad=True)
    return ToolOutcome(text="Plan received.", ended="finish")


def _reread(conversation: Conversation, call: ToolCall) -> ToolOutcome:
    handle = call.arguments.get("handle")
    if isinstance(handle, int) and 0 <= handle < len(conversation.messages):
        message = conversation.messages[handle]
        if message.role == "tool":
            return ToolOutcome(text=message.content)
    return ToolOutcome(
        text=f"reread was not run: {call.problem or f'there is no output with the handle {handle!r}'}", bad=True
    )


def _counted(conversation: Conversation, calls: Sequence[ToolCall], outcomes: Sequence[ToolOutcome]) -> Conversation:
    """With bad answers counted and the fingerprints of this turn added; an edit makes old looks new again."""
    looks, edits = list(conversation.looks), list(conversation.edits)
    for call, outcome in zip(calls, outcomes, strict=True):
        if outcome.edits:
            edits.append(_fingerprint(call, ""))
            looks.clear()
        else:
            looks.append(_fingerprint(call, outcome.text))
    bad = conversation.bad + 1 if all(outcome.bad for outcome in outcomes) else 0
    update = {"bad": bad, "looks": tuple(looks[-REMEMBERED:]), "edits": tuple(edits[-REMEMBERED:])}
    return conversation.model_copy(update=update)


def _fingerprint(call: ToolCall, result: str) -> str:
    arguments = json.dumps(call.arguments, sort_keys=True)
    return hashlib.sha256(f"{call.name}\n{arguments}\n{_SECONDS.sub('', result)}".encode()).hexdigest()[:16]


def _told(conversation: Conversation, call: ToolCall, outcome: ToolOutcome) -> str:
    """The outcome's text, with a word if the same has been done before."""
    if outcome.edits and conversation.edits.count(_fingerprint(call, "")) > 1:
        return f"{outcome.text}\n(You have made this very edit before: you are going in circles.)"
    if not outcome.edits and conversation.looks.count(_fingerprint(call, outcome.text)) > 1:
        return f"{outcome.text}\n(The same call gave the same result before: do something else.)"
    return outcome.text


def _silent(conversation: Conversation, reply: Reply) -> Turn:
    """Once a reminder; then the conversation is over."""
    if conversation.silent:
        return Turn(conversation, "no_tool_calls", {"text": reply.content})
    reminder = (
        "Your answer called no tool. Go on with one, or end with the tool that ends the work; text alone does nothing."
    )
    after = say(conversation, reminder).model_copy(update={"silent": 1})
    return _limits(after)


def _limits(conversation: Conversation, refusal: str = "") -> Turn:
    """Whether it has to end; `refusal` is what the model was last refused, "" if nothing."""
    last = f" (the last: {shorten(refusal, 300)})" if refusal else ""
    if conversation.bad >= MAX_BAD:
        reason = f"{MAX_BAD} answers in a row held no call that could be run{last}"
        return Turn(conversation, "bad_calls", {"reason": reason})
    if any(conversation.looks.count(one) >= SAME_CALL for one in set(conversation.looks)):
        return Turn(conversation, "stuck", {"reason": f"the same call gave the same result {SAME_CALL} times{last}"})
    if any(conversation.edits.count(one) >= SAME_CALL for one in set(conversation.edits)):
        return Turn(conversation, "stuck", {"reason": f"the same edit was made {SAME_CALL} times"})
    if conversation.turns >= conversation.limit:
        return Turn(conversation, "turns", {"reason": f"the limit of {conversation.limit} turns is reached"})
    if conversation.limit - conversation.turns == WARN_TURNS:
        return Turn(say(conversation, f"{WARN_TURNS} more answers, then the work ends as it stands. Come to an end."))
    return Turn(conversation)


def _with(conversation: Conversation, messages: Sequence[Message]) -> Conversation:
    return conversation.model_copy(update={"memory": remembered(conversation.memory, messages)})
