"""A conversation within its model's context: old output is folded in large steps, so that the prefix stays stable."""

import json
from collections.abc import Sequence
from typing import Any

from patchwright.agent.messages import Message
from patchwright.agent.parse import listing, mapping
from patchwright.agent.plan import Record
from patchwright.tools.calls import ToolCall, ToolSpec
from patchwright.tools.untrusted import frame

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


class Memory(Record):
    """All that was said, and how much of it is sent.

    `prefix` stands for `messages[:folded]` as sent: the first `head` of them whole, then what is left
    of those before `start` (with the `summary` of them, if one was made), then the rest folded. It
    changes only when the window moves. `sizes` and `short` are the estimates of each message, whole and
    folded; `prefix_size` is that of the prefix.
    """

    messages: tuple[Message, ...]
    sizes: tuple[int, ...]
    short: tuple[int, ...]
    head: int
    start: int
    folded: int
    prefix: tuple[Message, ...]
    prefix_size: int
    summary: str = ""

    @property
    def size(self) -> int:
        """The estimate of what is sent."""
        return self.prefix_size + sum(self.sizes[self.folded :])


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


def first_memory(messages: Sequence[Message]) -> Memory:
    """The memory of a conversation that begins with these messages; they are always sent whole."""
    sizes = tuple(message_tokens(message) for message in messages)
    head, start = len(messages), tuple(messages)
    return Memory(
        messages=start,
        sizes=sizes,
        short=sizes,
        head=head,
        start=head,
        folded=head,
        prefix=start,
        prefix_size=sum(sizes),
    )


def remembered(memory: Memory, messages: Sequence[Message]) -> Memory:
    """With more messages at its end."""
    at = len(memory.messages)
    short = (message_tokens(_folded(message, at)) for message in messages)
    return memory.model_copy(
        update={
            "messages": (*memory.messages, *messages),
            "sizes": (*memory.sizes, *(message_tokens(message) for message in messages)),
            "short": (*memory.short, *short),
        }
    )


def fitted(memory: Memory, most: int) -> Memory:
    """With its window moved on if it has outgrown `most` tokens: more is folded, then whole turns are left out."""
    if memory.size <= most * FOLD_ABOVE:
        return memory
    goal = int(most * FOLD_TO)
    folded, size = _fold(memory, goal)
    return _moved(memory, _leave_out(memory, folded, size, goal), folded)


def left_out(before: Memory, after: Memory) -> tuple[Message, ...]:
    """What the one memory still held and the other, whose window has moved on, leaves out."""
    return after.messages[before.start : after.start]


def summed_up(memory: Memory, summary: str) -> Memory:
    """With this summary of all that is left out."""
    return _moved(memory.model_copy(update={"summary": summary}), memory.start, memory.folded)


def sent(memory: Memory, most: int) -> list[Message]:
    """The messages to send: never more than `most` tokens."""
    messages = [*memory.prefix, *memory.messages[memory.folded :]]
    return messages if memory.size <= most else squeezed(messages, most)


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


def _fold(memory: Memory, goal: int) -> tuple[int, int]:
    """Up to where messages have to be folded to meet the goal, as far as they can be, and the size then."""
    at, size, end = memory.folded, memory.size, len(memory.messages) - KEEP
    while at < end and size > goal:
        size -= memory.sizes[at] - memory.short[at]
        at += 1
    return at, size


def _leave_out(memory: Memory, folded: int, size: int, goal: int) -> int:
    """The turn from which on what is sent meets the goal; the last turn always stays."""
    start = memory.start
    for at in range(memory.start + 1, len(memory.messages)):
        if size <= goal:
            break
        size -= memory.short[at - 1] if at - 1 < folded else memory.sizes[at - 1]
        if memory.messages[at].role == "assistant":
            start = at
    return start


def _moved(memory: Memory, start: int, folded: int) -> Memory:
    folded = max(folded, start)
    gone = memory.messages[memory.head : start]
    prefix = (
        *memory.messages[: memory.head],
        *([_left_out(gone, memory.summary)] if gone else []),
        *(_folded(memory.messages[at], at) for at in range(start, folded)),
    )
    update = {"start": start, "folded": folded, "prefix": prefix, "prefix_size": _size(prefix)}
    return memory.model_copy(update=update)


def _size(messages: Sequence[Message]) -> int:
    return sum(message_tokens(message) for message in messages)


def _folded(message: Message, at: int) -> Message:
    match message.role:
        case "tool" if len(message.content) > SHORT:
            first, last = message.content.partition("\n")[0], message.content.rpartition("\n")[2]
            mark = f"[folded: {len(message.content):,} characters; reread with handle {at}]"
            text = f"{first[: SHORT // 2]}\n{mark}\n{last[: SHORT // 2]}"
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


def _left_out(messages: Sequence[Message], summary: str) -> Message:
    """What remains of turns that no longer fit: the model's notes, the files it changed, and the summary."""
    calls = [call for message in messages for call in message.tool_calls]
    notes = [str(call.arguments.get("text", "")) for call in calls if call.name == "note"]
    changing = ("edit", "create", "delete", "rename")
    paths = sorted({str(call.arguments.get("path", "")) for call in calls if call.name in changing})
    turns = sum(message.role == "assistant" for message in messages)
    lines = [f"[{turns} earlier turns are left out: they no longer fit.]"]
    lines += [f"Files you worked on in them: {', '.join(paths[:50])}"] if paths else []
    lines += ["Your notes:", *(f"- {note[:300]}" for note in notes[-20:])] if notes else []
    lines += [f"A summary of them:\n{frame('a summary', summary)}"] if summary else []
    return Message(role="user", content="\n".join(lines))
