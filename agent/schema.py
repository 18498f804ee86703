"""JSON schemas of answers: the strict form that endpoints enforce, our own check, and words for a prompt."""

import json
from collections.abc import Iterator
from typing import Any

from patchwright.agent.parse import listing, mapping

PROBLEMS = 8
"""Mistakes that are named at once."""

_UNENFORCED = frozenset({"default", "title", "maxLength", "minLength", "examples"})
"""Keywords that strict modes refuse; our own check still applies them."""

_BOUNDS = frozenset(
    {"additionalProperties", "maxItems", "minItems", "maxLength", "minLength", "maximum", "minimum", "maxProperties"}
)


def mistakes(value: Any, schema: dict[str, Any]) -> str:
    """What of `value` does not fit, one line each with its path; "" if it fits."""
    from jsonschema import Draft202012Validator  # late: not needed before the first answer

    errors: Iterator[Any] = Draft202012Validator(schema).iter_errors(value)  # pyright: ignore[reportUnknownMemberType] (stubs)
    lines = [
        f"{_path(error.absolute_path)}: {error.message[:300]}"
        for error, _ in zip(errors, range(PROBLEMS), strict=False)
    ]
    return "\n".join(lines)


def _path(parts: Any) -> str:
    return ".".join(str(part) for part in parts) or "the object"


def strict_schema(schema: dict[str, Any]) -> dict[str, Any] | None:
    """The schema with all properties required and no others; None if it has an object of free keys."""
    try:
        return mapping(_strict(schema))
    except ValueError:
        return None


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in listing(node)]
    if not isinstance(node, dict):
        return node
    found = mapping(node)
    out = {key: _strict_part(key, item) for key, item in found.items() if key not in _UNENFORCED}
    if "properties" in found:
        return {**out, "required": list(mapping(found["properties"])), "additionalProperties": False}
    if found.get("type") == "object":
        raise ValueError("an object of free keys")
    return out


def _strict_part(key: str, item: Any) -> Any:
    if key in ("properties", "$defs"):
        return {name: _strict(part) for name, part in mapping(item).items()}
    return item if key in ("enum", "const", "required") else _strict(item)


def shown(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema as a model is shown it: without the bounds, which it never comes near and our own check applies."""
    return mapping(_shown(schema))


def _shown(node: Any) -> Any:
    if isinstance(node, list):
        return [_shown(item) for item in listing(node)]
    if not isinstance(node, dict):
        return node
    kept = {key: item for key, item in mapping(node).items() if key not in _BOUNDS and item != []}
    return {key: _named(item) if key == "properties" else _shown(item) for key, item in kept.items()}


def _named(properties: Any) -> dict[str, Any]:
    """Properties are names, whatever they are called."""
    return {name: _shown(part) for name, part in mapping(properties).items()}


def described(schema: dict[str, Any]) -> str:
    """The instruction for a model whose endpoint enforces nothing."""
    return (
        "Answer with exactly one JSON object and nothing else: no Markdown, no comment, no text before or"
        f" after it. It must fit this JSON schema:\n{json.dumps(schema, ensure_ascii=False)}"
    )
