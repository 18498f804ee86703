"""What an endpoint can do, learned from its refusals and remembered; never asked for by extra requests.

The ladder for answers of a given shape: json_schema, json_object with the schema, json_object with
our own check, text. For tools: native calls, then one JSON action in text.
"""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict

from patchwright.agent.overflow import is_overflow

SchemaMode = Literal["json_schema", "json_object_schema", "json_object", "text"]
_LADDER: tuple[SchemaMode, ...] = ("json_schema", "json_object_schema", "json_object", "text")


class Capabilities(BaseModel):
    """One model at one endpoint. The defaults are the best case; refusals step down from there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_mode: SchemaMode = "json_schema"
    tool_mode: Literal["native", "text"] = "native"
    tools_seen: bool = False
    """Whether it has ever answered with a native tool call."""
    parallel: bool = True
    """Whether it takes the wish for several calls in one answer."""
    stream: bool = True
    stream_usage: bool = True
    max_tokens_key: Literal["max_tokens", "max_completion_tokens", ""] = "max_tokens"
    temperature: bool = True
    seed: bool = True
    reasoning_effort: bool = True
    system: bool = True
    """Whether it knows system messages; else what they say stands before the first user message."""
    blank: bool = True
    """Whether it takes messages without text."""
    reasoning_back: bool = False
    """Whether it wants its own reasoning back with the next request."""
    context: int | None = None
    """Tokens that it has shown to read at most, where that is less than its configuration says."""


Sampled = Literal["temperature", "seed", "reasoning_effort"]
Feature = Literal["stream_usage", "max_tokens", Sampled, "parallel", "system", "blank", "schema", "tools", "stream"]
"""What a request may use and an endpoint may not know."""

_MENTIONS: tuple[tuple[Feature, re.Pattern[str]], ...] = (
    ("stream_usage", re.compile(r"stream_options|include_usage")),
    ("stream", re.compile(r"tool.{0,40}\bstreaming")),  # Bedrock: some models call tools only unstreamed
    ("max_tokens", re.compile(r"max_(completion_)?tokens")),
    ("temperature", re.compile(r"temperature")),
    ("seed", re.compile(r"\bseed\b")),
    ("reasoning_effort", re.compile(r"reasoning[_. ]effort|\breasoning\b")),
    ("parallel", re.compile(r"parallel_tool_calls")),
    ("system", re.compile(r"system role|role.{0,30}'system'|developer instruction|must alternate|got system")),
    ("blank", re.compile(r"\bblank\b|non-?empty|(must not|cannot|can't) be empty|empty (text|content)")),
    ("schema", re.compile(r"response_format|json_schema|json_object|structured output|grammar|schema")),
    ("tools", re.compile(r"\btools?\b|tool_choice|tool[ -]use|tool(config|spec)|\bfunctions?\b|--jinja")),
    ("stream", re.compile(r"\bstream(ing)?\b")),
)
"""How refusals name the features, in the order in which these are given up."""
_REFUSING = frozenset({400, 404, 415, 422})
_VALIDATION = re.compile(
    r"validation|literal_error|extra_forbidden|input should be|not support|unsupported|not implemented"
    r"|unrecognized|unknown (field|argument|parameter)|unexpected keyword|invalid|requires --"
    r"|failed to (parse|initialize)"
)
_OTHER_REASON = re.compile(r"quota|billing")
_REASONING_MISSES = re.compile(r"reasoning_content.{0,60}(missing|required|must be)|missing.{0,20}reasoning_content")
_TOO_LARGE = re.compile(r"max_(completion_)?tokens.{0,60}(is too large|too high|at most|must be less)")


def step_down(known: Capabilities, status: int, said: str, used: frozenset[Feature]) -> Capabilities | None:
    """What is left after a refusal, or None if the refusal is not about a feature that was used.

    A 5xx counts only if its words are those of a validation error. Words that name no feature at all
    cost the first feature of the order.
    """
    words = said.lower()
    if (
        _OTHER_REASON.search(words)
        or is_overflow(status, said)
        or not (status in _REFUSING or (status >= 500 and _VALIDATION.search(words)))
    ):
        return None
    if _REASONING_MISSES.search(words) and not known.reasoning_back:
        return known.model_copy(update={"reasoning_back": True})
    if _TOO_LARGE.search(words) and "max_tokens" in used:
        return known.model_copy(update={"max_tokens_key": ""})
    named: list[Feature] = [feature for feature, mention in _MENTIONS if mention.search(words)]
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
        case "max_tokens":
            change: dict[str, object] = {
                "max_tokens_key": "max_completion_tokens" if known.max_tokens_key == "max_tokens" else ""
            }
        case "schema":
            if known.schema_mode == "text":
                return None
            change = {"schema_mode": _LADDER[_LADDER.index(known.schema_mode) + 1]}
        case "tools":
            change = {"tool_mode": "text"}
        case "stream":
            change = {"stream": False, "stream_usage": False}
        case _:
            change = {feature: False}
    return known.model_copy(update=change)
