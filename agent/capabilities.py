"""What an endpoint can do, learned from its refusals and remembered; never asked for by extra requests.

The ladder for answers of a given shape: json_schema, json_object with the schema, json_object with
our own check, text. For tools: native calls, then one JSON action in text.
"""

import json
import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from patchwright.agent.parse import Malformed, load_object

SchemaMode = Literal["json_schema", "json_object_schema", "json_object", "text"]
_LADDER: tuple[SchemaMode, ...] = ("json_schema", "json_object_schema", "json_object", "text")


class Capabilities(BaseModel):
    """One model at one endpoint. The defaults are the best case; refusals step down from there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_mode: SchemaMode = "json_schema"
    tool_mode: Literal["native", "text"] = "native"
    tools_seen: bool = False
    """Whether it has ever answered with a native tool call."""
    stream: bool = True
    stream_usage: bool = True
    max_tokens_key: Literal["max_tokens", "max_completion_tokens", ""] = "max_tokens"
    temperature: bool = True
    seed: bool = True
    reasoning_effort: bool = True


Sampled = Literal["temperature", "seed", "reasoning_effort"]
Feature = Literal["stream_usage", "max_tokens", Sampled, "schema", "tools", "stream"]
"""What a request may use and an endpoint may not know; in the order in which they are given up."""

_MENTIONS: dict[Feature, re.Pattern[str]] = {
    "stream_usage": re.compile(r"stream_options|include_usage"),
    "max_tokens": re.compile(r"max_(completion_)?tokens"),
    "temperature": re.compile(r"temperature"),
    "seed": re.compile(r"\bseed\b"),
    "reasoning_effort": re.compile(r"reasoning[_. ]effort|\breasoning\b"),
    "schema": re.compile(r"response_format|json_schema|json_object|structured output|grammar|schema"),
    "tools": re.compile(r"\btools?\b|tool_choice|tool[ -]use|\bfunctions?\b"),
    "stream": re.compile(r"\bstream(ing)?\b"),
}
_REFUSING = frozenset({400, 404, 415, 422})
_VALIDATION = re.compile(
    r"validation|literal_error|extra_forbidden|input should be|not support|unsupported|not implemented"
    r"|unrecognized|unknown (field|argument|parameter)|unexpected keyword|invalid"
)
_OTHER_REASON = re.compile(
    r"context[ _](length|window|size)|maximum context|too many tokens|prompt is too long|quota|billing"
)


def step_down(known: Capabilities, status: int, said: str, used: frozenset[Feature]) -> Capabilities | None:
    """What is left after a refusal, or None if the refusal is not about a feature that was used.

    A 5xx counts only if its words are those of a validation error. Words that name no feature at all
    cost the first feature of the order.
    """
    words = said.lower()
    if _OTHER_REASON.search(words) or not (status in _REFUSING or (status >= 500 and _VALIDATION.search(words))):
        return None
    named: list[Feature] = [feature for feature, mention in _MENTIONS.items() if mention.search(words)]
    for feature in named:
        if feature in used:
            return without(known, feature)
    blind = status in (400, 422) and not named and len(words.strip()) < 40
    guesses: list[Feature] = ["stream_usage", "schema", "tools", "stream"] if blind else []
    for feature in guesses:
        if feature in used:
            return without(known, feature)
    return None


def without(known: Capabilities, feature: Feature) -> Capabilities | None:
    """One step down; None at the foot of the ladder."""
    match feature:
        case "stream_usage":
            change: dict[str, object] = {"stream_usage": False}
        case "max_tokens":
            change = {"max_tokens_key": "max_completion_tokens" if known.max_tokens_key == "max_tokens" else ""}
        case "temperature" | "seed" | "reasoning_effort":
            change = {feature: False}
        case "schema":
            if known.schema_mode == "text":
                return None
            change = {"schema_mode": _LADDER[_LADDER.index(known.schema_mode) + 1]}
        case "tools":
            change = {"tool_mode": "text"}
        case "stream":
            change = {"stream": False, "stream_usage": False}
    return known.model_copy(update=change)


class CapabilityBook:
    """What is known of each (base_url, model); kept in `path` if given. A damaged file is begun anew."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._known: dict[str, Capabilities] | None = None

    def get(self, base_url: str, model: str) -> Capabilities:
        """What is known, or the best case."""
        if self._known is None:
            self._known = self._read()
        return self._known.get(f"{base_url} {model}", Capabilities())

    def put(self, base_url: str, model: str, capabilities: Capabilities) -> None:
        """Remember; other processes' entries are kept. A full disk loses only the memory."""
        if self.get(base_url, model) == capabilities:
            return
        self._known = {**self._read(), **(self._known or {}), f"{base_url} {model}": capabilities}
        if self._path is None:
            return
        text = json.dumps({key: value.model_dump() for key, value in self._known.items()}, indent=1)
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(text)
            fresh.replace(self._path)
        except OSError:
            return

    def _read(self) -> dict[str, Capabilities]:
        try:
            stored = load_object(self._path.read_bytes()) if self._path else {}
            return {key: Capabilities.model_validate(value) for key, value in stored.items()}
        except (OSError, Malformed, ValidationError):
            return {}
