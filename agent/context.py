"""A conversation within its model's context: old output is folded in large steps, so that the prefix stays stable."""

import json
from collections.abc import Sequence
from typing import Any

from patchwright.agent.messages import Message
from patchwright.agent.parse import listing, mapping
from patchwright.agent.plan import Record
from patchwright.tools.calls import ToolCall, ToolSpec

BYTES_PER_TOKEN = 3.2
"""Four is usual for English and code; the rest is margin."""
PER_MESSAGE = 8
FOLD_ABOVE = 0.8
"""Of the room for messages; then fold down to `FOLD_TO` of it at once."""
FOLD_TO = 0.5
SHORT = 400
"""Texts up to this many characters are never folded."""
KEEP = 6
"""The last messages are never folded."""


class Window(Record):
    """What of a conversation is sent: the first `head` messages, then those from `start`, folded before `folded`."""

    head: int
    start: int
    folded: int


def tokens(text: str) -> int:
    """A careful estimate of a text's tokens, never below what usual tokenizers make of it."""
    return int(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN) + 1


def message_tokens(message: Message) -> int:
    """The estimate of one message, its calls included."""
    calls = sum(tokens(call.name) + tokens(json.dumps(call.arguments)) for call in message.tool_calls)
    return PER_MESSAGE + tokens(message.content) + calls


def room(context: int, tools: Sequence[ToolSpec]) -> int:
    """How many tokens the messages may have: the context without the tools and a quarter for the answer, at most 8k."""
    offered = sum(tokens(tool.model_dump_json()) for tool in tools)
    return max(context - offered - min(context // 4, 8_192), 256)


def fitted(messages: Sequence[Message], window: Window, most: int) -> Window:
    """The window moved on if it has outgrown `most` tokens: first more is folded, then whole turns are left out."""
    if _size(shown(messages, window)) <= most * FOLD_ABOVE:
        return window
    goal = most * FOLD_TO
    end = max(len(messages) - KEEP, window.head)
    while window.folded < end and _size(shown(messages, window)) > goal:
        window = window.model_copy(update={"folded": min(window.folded + KEEP, end)})
    return window if _size(shown(messages, window)) <= most * FOLD_ABOVE else _shortened(messages, window, goal)


def _shortened(messages: Sequence[Message], window: Window, goal: float) -> Window:
    """The window with whole turns left out from its start until the goal is met; the last turn always stays."""
    turns = [at for at in range(window.start + 1, len(messages)) if messages[at].role == "assistant"]
    for at in turns:
        if _size(shown(messages, window)) <= goal:
            break
        window = window.model_copy(update={"start": at, "folded": max(window.folded, at)})
    return window


def shown(messages: Sequence[Message], window: Window) -> list[Message]:
    """The messages that are sent for a window."""
    head, left_out = list(messages[: window.head]), messages[window.head : window.start]
    rest = [
        _folded(message, at) if at < window.folded else message
        for at, message in enumerate(messages[window.start :], window.start)
    ]
    return [*head, *([_left_out(left_out)] if left_out else []), *rest]


def squeezed(messages: Sequence[Message], most: int) -> list[Message]:
    """The messages, the longest ones without their middle, so that all together have at most `most` tokens."""
    result = list(messages)
    while _size(result) > most:
        longest = max(range(len(result)), key=lambda at: len(result[at].content))
        text = result[longest].content
        if len(text) <= SHORT:
            break
        quarter = len(text) // 4
        cut = f"{text[:quarter]}\n[… cut to fit the model's context …]\n{text[-quarter:]}"
        result[longest] = result[longest].model_copy(update={"content": cut})
    return result


def _size(messages: Sequence[Message]) -> int:
    return sum(message_tokens(message) for message in messages)


def _folded(message: Message, at: int) -> Message:
    match message.role:
        case "tool" if len(message.content) > SHORT:
            first = message.content.partition("\n")[0][: SHORT // 2]
            text = f"{first}\n[folded: {len(message.content):,} characters; reread with handle {at}]"
            return message.model_copy(update={"content": text})
        case "assistant" if message.tool_calls:
            return message.model_copy(update={"tool_calls": tuple(_short_call(call) for call in message.tool_calls)})
        case _:
            return message


def _short_call(call: ToolCall) -> ToolCall:
    return call.model_copy(update={"arguments": {name: _short(value) for name, value in call.arguments.items()}})


def _short(value: Any) -> Any:
    """The argument with its long texts cut; lists and objects keep their shape."""
    if isinstance(value, str) and len(value) > SHORT:
        return f"{value[: SHORT // 2]} [… folded …]"
    if isinstance(value, list):
        return [_short(item) for item in listing(value)]
    if isinstance(value, dict):
        return {name: _short(item) for name, item in mapping(value).items()}
    return value


def _left_out(messages: Sequence[Message]) -> Message:
    """What remains of turns that no longer fit: the model's notes and the files it changed."""
    calls = [call for message in messages for call in message.tool_calls]
    notes = [str(call.arguments.get("text", "")) for call in calls if call.name == "note"]
    changing = ("edit", "create", "delete", "rename")
    paths = sorted({str(call.arguments.get("path", "")) for call in calls if call.name in changing})
    turns = sum(message.role == "assistant" for message in messages)
    lines = [f"[{turns} earlier turns are left out: they no longer fit.]"]
    lines += [f"Files you worked on in them: {', '.join(paths[:50])}"] if paths else []
    lines += ["Your notes:", *(f"- {note[:500]}" for note in notes[-20:])] if notes else []
    return Message(role="user", content="\n".join(lines))
