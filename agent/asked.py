"""What a model was asked, stored as what is new since the last request: enough to say later where a run diverges.

Texts are redacted before they are stored or compared. What differs from run to run without meaning
anything (seconds, addresses in memory) is left out of the comparison.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from patchwright.agent.messages import Message, ModelRole, Request, ToolSpec
from patchwright.agent.plan import Record
from patchwright.tools.secrets import every_text

Redact = Callable[[str], str]
Read = Callable[[str], bytes | None]
"""Gives an artifact of the run."""

DIFF_LINES = 24
_VARIES = re.compile(r"\b\d+(?:\.\d+)? ?(?:s|ms|seconds)\b|\b0x[0-9a-f]{6,}\b|in \d+\.\d+s")


class Asked(Record):
    """One request: it begins with the first `kept` messages of the request `follows`, then come `new` ones.

    `digests` are those of the new messages, `digest` that of the whole request; `tools` and `schema`
    name artifacts with what was offered and asked for.
    """

    version: int = 1
    role: ModelRole
    rung: str
    follows: str = ""
    kept: int = 0
    new: tuple[Message, ...]
    tools: str
    schema_name: str = ""
    temperature: float | None = None
    seed: int | None = None
    digest: str


@dataclass(frozen=True, slots=True)
class Last:
    """The last request of a role: its key, its messages as they were given, and their digests."""

    key: str
    messages: tuple[Message, ...]
    digests: tuple[str, ...]


def name(key: str) -> str:
    """The artifact that holds what was asked under a key."""
    return f"asked/{key}.json"


def offer(request: Request) -> tuple[str, bytes]:
    """The tools on offer and the shape that is asked for, as an artifact: its name and its bytes."""
    facts = {"tools": [tool.model_dump() for tool in request.tools], "schema": request.schema}
    data = json.dumps(facts, sort_keys=True).encode()
    return f"asked/offers/{hashlib.sha256(data).hexdigest()[:16]}.json", data


def take_down(request: Request, rung: str, key: str, last: Last | None, redact: Redact) -> tuple[Asked, Last]:
    """The request as it is stored, and as what the next one is compared with."""
    kept = _shared(last.messages if last else (), request.messages)
    new = redacted(request.messages[kept:], redact)
    digests = (*(last.digests[:kept] if last else ()), *(_digest(message) for message in new))
    tools = offer(request)[0]
    settings = (tools, request.schema_name if request.schema else "", request.temperature, request.seed)
    asked = Asked(
        role=request.role,
        rung=rung,
        follows=last.key if last and kept else "",
        kept=kept,
        new=new,
        tools=tools,
        schema_name=settings[1],
        temperature=request.temperature,
        seed=request.seed,
        digest=_hash(json.dumps([*digests, *settings])),
    )
    return asked, Last(key, tuple(request.messages), digests)


def _shared(before: Sequence[Message], now: Sequence[Message]) -> int:
    """How many messages at the beginning are the same; most are the very objects."""
    count = 0
    for old, new in zip(before, now, strict=False):
        if old is not new and old != new:
            break
        count += 1
    return count


def redacted(messages: Sequence[Message], redact: Redact) -> tuple[Message, ...]:
    """The messages as they are stored: without secrets, and without the reasoning that the answers hold."""
    plain = [message.model_dump(mode="json", exclude={"reasoning"}) for message in messages]
    return tuple(Message.model_validate(every_text(one, redact)) for one in plain)


def _digest(message: Message) -> str:
    return _hash(_VARIES.sub("~", message.model_dump_json()))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def read(key: str, artifact: Read) -> Asked | None:
    """What was asked under a key; None if nothing is stored of it."""
    data = artifact(name(key))
    return Asked.model_validate_json(data) if data else None


def whole(asked: Asked, artifact: Read) -> tuple[Message, ...]:
    """All messages of a request, from the requests that it follows."""
    parts, kept = [asked.new], asked.kept
    while asked.follows and kept:
        before = read(asked.follows, artifact)
        if before is None:
            break
        parts.append(before.new[: max(kept - before.kept, 0)])
        asked, kept = before, min(kept, before.kept)
    return tuple(message for part in reversed(parts) for message in part)


def difference(before: Sequence[Message], now: Sequence[Message]) -> str:
    """The first message that differs, as a short diff; "" if they are alike but for what always varies."""
    for at, (old, new) in enumerate(zip(before, now, strict=False), 1):
        if _digest(old) != _digest(new):
            return f"message {at} ({new.role}):\n{texts_differ(_text(old), _text(new))}"
    if len(before) != len(now):
        return f"{len(before)} messages were recorded, {len(now)} would be sent now"
    return ""


def _text(message: Message) -> str:
    calls = [f"{call.name} {json.dumps(call.arguments, sort_keys=True)}" for call in message.tool_calls]
    return "\n".join([message.role, message.content, *calls])


def texts_differ(old: str, new: str) -> str:
    """A short diff."""
    import difflib  # late: only a replay that diverges needs it

    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), "recorded", "now", lineterm="", n=1))
    more = [f"... {len(lines) - DIFF_LINES} more lines"] if len(lines) > DIFF_LINES else []
    return "\n".join([*(line[:300] for line in lines[:DIFF_LINES]), *more])


def offer_difference(before: Mapping[str, Any], tools: Sequence[ToolSpec]) -> str:
    """Which tools are on offer now and were not, or are described otherwise."""
    old = {tool["name"]: tool for tool in before.get("tools", [])}
    new = {tool.name: tool.model_dump() for tool in tools}
    changed = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    return f"the tools on offer differ: {', '.join(changed) or 'the shape of the answer'}"
