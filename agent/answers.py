"""From the bytes of one HTTP answer to what the model said: a JSON body or a stream of events."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from patchwright.agent.parse import Malformed, listing, load_object, mapping, words
from patchwright.tools.untrusted import valid

_FINISHES = {"max_tokens": "length", "model_length": "length", "safety": "content_filter"}
"""Other names for the usual reasons why an answer ended."""
_BROKEN_OFF = frozenset({"abort", "error", "cancelled", "insufficient_system_resource", "load", "unload"})
"""The server gave up: vLLM and SGLang (abort), gateways (error), DeepSeek, Ollama (load)."""


class CutShort(Exception):
    """The answer ended before its end: nothing of it may be acted on."""


class EndpointError(Exception):
    """A 200 that carries an error. `status` is the HTTP status it stands for, 0 if it names none."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


@dataclass(slots=True)
class Call:
    """One tool call as it was sent: `arguments` should be JSON text and is not checked yet."""

    id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list[str])

    @property
    def arguments(self) -> str:
        """The pieces in one."""
        return "".join(self.pieces)


@dataclass(slots=True)
class Said:
    """A whole answer, unchecked. `finish` is never "": an answer without it is cut short."""

    content: str = ""
    calls: list[Call] = field(default_factory=list[Call])
    finish: str = ""
    refusal: str = ""
    reasoning: str = ""
    usage: Any = None
    model: str = ""
    fingerprint: str = ""

    def size(self) -> int:
        """Bytes of what was said."""
        texts = [self.content, *(call.arguments for call in self.calls)]
        return sum(len(text.encode("utf-8", "replace")) for text in texts)

    def is_silent(self) -> bool:
        """Whether nothing at all was said."""
        return not (self.content or self.calls or self.refusal or self.reasoning)


def read_answer(body: bytes, content_type: str) -> Said:
    """Raises `Malformed`, `CutShort` or `EndpointError`."""
    start = body[:64].lstrip()
    streamed = "event-stream" in content_type or start.startswith((b"data:", b"event:", b":"))
    if not streamed and not start.startswith(b"{"):
        kind = content_type.split(";")[0] or "no content type"
        raise Malformed(f"it is not a chat completion ({kind}); the address usually ends in /v1")
    said = _from_events(_events(body)) if streamed else _from_body(body)
    said.finish = _FINISHES.get(said.finish.lower(), said.finish)
    if not said.finish or said.finish in _BROKEN_OFF:
        raise CutShort
    return said


def _from_body(body: bytes) -> Said:
    try:
        answer = load_object(body)
    except Malformed:
        if not body.rstrip().endswith(b"}"):
            raise CutShort from None
        raise
    choice = _choice(answer)
    if choice is None:
        raise Malformed("it has no choices")
    said = Said(usage=answer.get("usage"), model=words(answer.get("model")))
    said.fingerprint = words(answer.get("system_fingerprint"))
    _add(said, mapping(choice.get("message")), None)
    said.finish = words(choice.get("finish_reason"))
    return said


def _from_events(events: Iterator[dict[str, Any]]) -> Said:
    said, slots = Said(), dict[int, Call]()
    parts = list[str]()
    for event in events:
        said.usage = event.get("usage") or said.usage
        said.model = said.model or words(event.get("model"))
        said.fingerprint = said.fingerprint or words(event.get("system_fingerprint"))
        choice = _choice(event)
        if choice is None:
            continue
        delta = mapping(choice.get("delta")) or mapping(choice.get("message"))
        _add(said, delta, slots)
        parts.append(said.content)
        said.content = ""
        said.finish = words(choice.get("finish_reason")) or said.finish
    said.content = valid("".join(parts))
    return said


def _events(body: bytes) -> Iterator[dict[str, Any]]:
    """The JSON objects of a stream, up to its [DONE]; a last event without its blank line is cut."""
    lines = list[bytes]()
    for line in body.replace(b"\r\n", b"\n").split(b"\n"):
        if line.startswith(b"data:"):
            lines.append(line[5:].strip())
        elif not line and lines:
            data, lines = b"\n".join(lines), []
            if data == b"[DONE]":
                return
            yield load_object(data)


def _choice(answer: dict[str, Any]) -> dict[str, Any] | None:
    choices = listing(answer.get("choices"))
    choice = mapping(choices[0]) if choices else None
    error = answer.get("error") or (choice or {}).get("error") or (answer.get("object") == "error" and answer)
    if error:
        raise _error(error)
    return choice


def _error(error: Any) -> EndpointError:
    facts = mapping(error)
    text = words(facts.get("message")) or words(error) or json.dumps(error)
    codes = [facts.get(name) for name in ("code", "status", "http_status")]
    for code in codes:
        number = int(code) if isinstance(code, str) and code.isascii() and code.isdigit() else code
        if isinstance(number, int) and 400 <= number <= 599:
            return EndpointError(number, text)
    kind = f"{facts.get('type')} {facts.get('code')}".lower()
    if "rate_limit" in kind:
        return EndpointError(429, text)
    return EndpointError(503 if "overload" in kind or "server_error" in kind else 0, text)


def _add(said: Said, part: dict[str, Any], slots: dict[int, Call] | None) -> None:
    """One message, or one piece of a streamed one, whose calls so far are in `slots`."""
    said.content += _text(part.get("content"))
    said.refusal += words(part.get("refusal"))
    said.reasoning += words(part.get("reasoning_content")) or words(part.get("reasoning"))
    for piece in listing(part.get("tool_calls")):
        facts = mapping(piece)
        call = _slot(said, facts, {} if slots is None else slots)
        _extend(call, mapping(facts.get("function")))


def _text(content: Any) -> str:
    """Text, or the text parts of a list."""
    if isinstance(content, list):
        return "".join(words(mapping(part).get("text")) for part in listing(content))
    return words(content)


def _slot(said: Said, facts: dict[str, Any], slots: dict[int, Call]) -> Call:
    """The call that a piece belongs to. Some endpoints send no index, or 0 for every call, or no id."""
    own = words(facts.get("id"))
    number = _number(facts, own, slots)
    known = slots.get(number)
    if known is None or (own and known.id and own != known.id):
        known = slots[number] = Call(id=own)
        said.calls.append(known)
    return known


def _number(facts: dict[str, Any], own: str, slots: dict[int, Call]) -> int:
    index, begins = facts.get("index"), bool(words(mapping(facts.get("function")).get("name")))
    if isinstance(index, int):
        return index
    if own:
        return next((number for number, call in slots.items() if call.id == own), len(slots))
    return len(slots) if begins or not slots else max(slots)


def _extend(call: Call, function: dict[str, Any]) -> None:
    call.name = call.name or words(function.get("name"))
    arguments = function.get("arguments")
    if isinstance(arguments, dict):
        call.pieces = [json.dumps(arguments)]
    else:
        call.pieces.append(words(arguments))
