"""What a model is shown of a schema, and what is checked all the same."""

from typing import Any

from patchwright.agent.schema import mistakes, shown
from patchwright.tools.toolbox import specs

PATTERN = {"type": "string", "maxLength": 9, "enum": ["a", "b"]}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"maxLength": PATTERN, "list": {"type": "array", "maxItems": 3, "items": PATTERN}},
    "required": [],
    "additionalProperties": False,
}


def test_bounds_are_not_shown_but_names_and_choices_are() -> None:
    short = {"type": "string", "enum": ["a", "b"]}
    assert shown(SCHEMA) == {
        "type": "object",
        "properties": {"maxLength": short, "list": {"type": "array", "items": short}},
    }


def test_what_is_not_shown_is_checked_all_the_same() -> None:
    edit = next(spec for spec in specs("executing") if spec.name == "edit")
    assert "maxLength" not in str(shown(edit.parameters))
    assert mistakes({"path": "a", "edits": [{"old": "x" * 500_000, "new": ""}]}, edit.parameters)
    assert mistakes({"path": "a", "edits": [], "more": 1}, edit.parameters)
