"""From what a model said to a `Reply` that may be acted on, or to why it may not (LLM-01, LLM-02)."""

import json
import re
from collections.abc import Sequence
from typing import Any

from patchwright.agent.answers import Call, Said
from patchwright.agent.messages import Message, Reply, Request, ToolCall, ToolSpec
from patchwright.agent.parse import Malformed, extract_object, load_object, without_thinking, words
from patchwright.agent.roles import ReplyLimits
from patchwright.agent.schema import mistakes

REASONING = 100_000
"""Characters of a model's reasoning that are kept."""


def read_reply(said: Said, request: Request, limits: ReplyLimits) -> Reply:
    """The reply, its calls and object checked. Raises `Malformed` with words for the model."""
    _refuse_cut(said)
    if len(said.content.encode()) > limits.content_bytes:
        raise Malformed(f"it is longer than {limits.content_bytes} bytes")
    if len(said.calls) > limits.tool_calls:
        raise Malformed(f"it makes {len(said.calls)} tool calls; at most {limits.tool_calls} are allowed")
    content = without_thinking(said.content)
    calls = _checked_calls(said.calls, request.tools, limits) or _call_in_text(content, request.tools, limits)
    # Some servers take the whole answer for reasoning and leave the content empty.
    told = content if content.strip() else said.reasoning
    parsed = _parsed(told, said.refusal, request.schema) if request.schema and not calls else None
    return Reply(
        content=content or said.refusal,
        tool_calls=calls,
        parsed=parsed,
        reasoning=said.reasoning[:REASONING],
        model=said.model[:200],
    )


def repair(said: Said, problem: str) -> list[Message]:
    """The one more turn that a model gets: what it said (shortened) and what was wrong with it."""
    shown = without_thinking(said.content)[:4000] or "(no text)"
    ask = f"Your last answer cannot be used: {problem}\nAnswer again, whole and correct."
    return [Message(role="assistant", content=shown), Message(role="user", content=ask)]


def _refuse_cut(said: Said) -> None:
    if said.finish == "length":
        raise Malformed("it was cut off at the token limit; be shorter")
    if said.finish == "content_filter":
        raise Malformed("the endpoint's content filter cut it off")


def _parsed(content: str, refusal: str, schema: dict[str, Any]) -> dict[str, Any]:
    if refusal and not content.strip():
        raise Malformed(f"the model declines: {refusal[:300]}")
    value = extract_object(content)
    if wrong := mistakes(value, schema):
        raise Malformed(f"the JSON object does not fit the schema:\n{wrong}")
    return value


def _checked_calls(calls: Sequence[Call], tools: Sequence[ToolSpec], limits: ReplyLimits) -> tuple[ToolCall, ...]:
    taken = set[str]()
    return tuple(_checked_call(call, number, tools, limits, taken) for number, call in enumerate(calls, 1))


def _checked_call(call: Call, number: int, tools: Sequence[ToolSpec], limits: ReplyLimits, taken: set[str]) -> ToolCall:
    """The call with an id of its own; a second use of an id is not run."""
    own = call.id[:200] or f"call_{number}"
    twice = own in taken
    while own in taken:
        own = f"{own[:200]}.{number}"
    taken.add(own)
    name = call.name[:200]
    if twice:
        return ToolCall(id=own, name=name, arguments={}, problem="The id of this call was used twice. Call it again.")
    try:
        return ToolCall(id=own, name=name, arguments=_arguments(call, tools, limits))
    except Malformed as error:
        return ToolCall(id=own, name=name, arguments={}, problem=str(error))


def _arguments(call: Call, tools: Sequence[ToolSpec], limits: ReplyLimits) -> dict[str, Any]:
    """The arguments, if the tool is on offer and they fit. Raises `Malformed`."""
    tool = next((tool for tool in tools if tool.name == call.name), None)
    if tool is None:
        offered = ", ".join(tool.name for tool in tools) or "none"
        raise Malformed(f"There is no tool {call.name[:80]!r} here. The tools: {offered}.")
    if len(call.arguments.encode()) > limits.argument_bytes:
        raise Malformed(f"The arguments are larger than {limits.argument_bytes} bytes. Do it in smaller pieces.")
    try:
        value = load_object(call.arguments or "{}")
    except Malformed as error:
        raise Malformed(f"The arguments are not one JSON object: {error}.") from None
    if wrong := mistakes(value, tool.parameters):
        raise Malformed(f"The arguments do not fit {tool.name}:\n{wrong}")
    return value


def _call_in_text(content: str, tools: Sequence[ToolSpec], limits: ReplyLimits) -> tuple[ToolCall, ...]:
    """The JSON actions of a model that calls in text; none if the text is no action."""
    if not tools or "{" not in content:
        return ()
    texts = _TAGGED.findall(content)[: limits.tool_calls] or [content]
    calls = [call for number, text in enumerate(texts, 1) if (call := _action(text, number))]
    return _checked_calls(calls, tools, limits)


_TAGGED = re.compile(r"<tool_call>(.*?)</tool_call>", re.DOTALL)
"""How Hermes and Qwen write a call, where the server does not read it."""


def _action(text: str, number: int) -> Call | None:
    try:
        action = extract_object(text)
    except Malformed:
        return None
    name = words(action.get("tool")) or words(action.get("name"))
    arguments = next((action[key] for key in ("arguments", "parameters", "args") if key in action), None)
    if not name or not isinstance(arguments, (dict, str)):
        return None
    pieces = [arguments if isinstance(arguments, str) else json.dumps(arguments)]
    return Call(id=f"call_{number}", name=name, pieces=pieces)
