"""Reading what an endpoint sent: any bytes are data or `Malformed`, never a crash (LLM-02, LLM-03)."""

import json
import re
from collections.abc import Sequence
from typing import Any, cast

from patchwright.tools.untrusted import valid

DEPTH = 64
"""Levels of nesting that are accepted."""

STARTS = 16
"""Places in a text at which a JSON object is looked for."""


class Malformed(Exception):
    """What the endpoint or the model sent cannot be used; says why, in words for a model or a person."""


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def listing(value: Any) -> Sequence[Any]:
    """The value if it is a JSON array, else an empty one."""
    return cast("Sequence[Any]", value) if isinstance(value, list) else []


def words(value: Any) -> str:
    """The value if it is a string, else ""."""
    return value if isinstance(value, str) else ""


def load_json(text: str | bytes) -> Any:
    """One JSON value with valid text and finite numbers. Raises `Malformed`."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Malformed(_why(error)) from None
    return checked(value)


def _why(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
    return (
        f"nested more than {DEPTH} levels deep"
        if isinstance(error, RecursionError)
        else "it holds an impossible number"
    )


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return value


def checked(value: Any) -> Any:
    """The value with all its text made valid. Raises `Malformed` if it is nested too deep."""
    return _checked(value, DEPTH)


def _checked(value: Any, levels: int) -> Any:
    if isinstance(value, str):
        return valid(value)
    if not isinstance(value, (dict, list)):
        return value
    if levels == 0:
        raise Malformed(f"nested more than {DEPTH} levels deep")
    if isinstance(value, dict):
        return {valid(key): _checked(item, levels - 1) for key, item in mapping(value).items()}
    return [_checked(item, levels - 1) for item in listing(cast("Any", value))]


def load_object(text: str | bytes) -> dict[str, Any]:
    """One JSON object. Raises `Malformed`."""
    value = load_json(text)
    if not isinstance(value, dict):
        raise Malformed("it is JSON, but not an object")
    return mapping(cast("Any", value))


def without_thinking(content: str) -> str:
    """The answer without the block of thoughts that some models put before it."""
    start = content.lstrip()
    opened = _THOUGHTS.match(start)
    if opened is None:
        return content
    _, closed, rest = start.partition(f"</{opened[1]}>")
    return rest.lstrip("\n") if closed else ""


_THOUGHTS = re.compile(r"<(think|thinking|thought|reasoning)>")
_THOUGHT_ENDS = re.compile(r"</(?:think|thinking|thought|reasoning)>")
_FENCE = re.compile(r"```[A-Za-z0-9]*[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)
_LINE_START = re.compile(r"^[ \t]*\{", re.MULTILINE)


def extract_object(content: str) -> dict[str, Any]:
    """The JSON object in a model's text: bare, fenced, after thinking or between words. Raises `Malformed`."""
    text = _THOUGHT_ENDS.split(content)[-1].strip()
    if not text:
        raise Malformed("it is empty")
    first: Malformed | None = None
    for candidate in _candidates(text):
        try:
            return load_object(candidate)
        except Malformed as error:
            first = first or error
    raise first or Malformed("it holds no JSON object")


def _candidates(text: str) -> list[str]:
    """Texts that may be the object, likeliest first; few, so that the time stays linear."""
    fenced = _FENCE.search(text)
    places = [found.end() - 1 for found, _ in zip(_LINE_START.finditer(text), range(STARTS), strict=False)]
    first = text.find("{")
    starts = [first, *(place for place in places if place != first)] if first >= 0 else []
    whole = [text] if text[0] in "{[" else []
    return whole + ([fenced[1]] if fenced else []) + [_prefix(text, start) for start in starts]


def _prefix(text: str, start: int) -> str:
    """The JSON value that begins at `start`, or the rest of the text if there is none."""
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return text[start:]
    return text[start:end]
