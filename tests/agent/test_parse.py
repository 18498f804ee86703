"""Any bytes are data or `Malformed` (LLM-02, LLM-03)."""

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchwright.agent.answers import CutShort, EndpointError, read_answer
from patchwright.agent.parse import DEPTH, Malformed, checked, extract_object, load_json, load_object, without_thinking
from patchwright.agent.plan import Draft
from patchwright.agent.schema import mistakes, strict_schema

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_valid_comes_back_equal_and_can_be_stored(value: Any) -> None:
    once = load_json(json.dumps(value))
    assert checked(once) == once
    assert json.loads(json.dumps(once, ensure_ascii=False).encode()) == once


@given(st.binary(max_size=200), st.sampled_from(["application/json", "text/event-stream", ""]))
def test_any_bytes_are_an_answer_or_a_named_error(body: bytes, kind: str) -> None:
    for data in (body, b'{"choices":[' + body, b"data: " + body + b"\n\n", b'data: {"choices":' + body + b"}\n\n"):
        with contextlib.suppress(Malformed, CutShort, EndpointError):
            read_answer(data, kind)


@given(VALUES)
def test_any_json_is_an_answer_or_a_named_error(value: Any) -> None:
    wrapped: list[Any] = [value, [value], {"message": value}, {"delta": {"tool_calls": value, "content": value}}]
    for inner in wrapped:
        for body in ({"choices": inner}, {"choices": [inner]}, {"error": inner, "choices": [inner]}):
            for data in (json.dumps(body), f"data: {json.dumps(body)}\n\n"):
                with contextlib.suppress(Malformed, CutShort, EndpointError):
                    read_answer(data.encode(), "")


@pytest.mark.parametrize("text", ["[" * 50_000, '{"a":' * 50_000, "[" * 50_000 + "]" * 50_000, "[" * 100 + "]" * 100])
def test_deep_nesting_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        load_json(text)
    with pytest.raises(Malformed):
        extract_object(f"Here: {text}")


def test_the_depth_that_is_accepted_is_as_said() -> None:
    load_json("[" * DEPTH + "]" * DEPTH)
    with pytest.raises(Malformed, match="levels deep"):
        load_json("[" * (DEPTH + 1) + "]" * (DEPTH + 1))


@pytest.mark.parametrize("text", ["1e999", "NaN", "-Infinity", "9" * 5000, "", "nul", '"\\x"', "{'a': 1}", '{"a": 1,}'])
def test_what_is_not_json_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        load_json(text)


def test_keys_and_text_are_made_valid() -> None:
    assert load_object('{"a\\u0000": ["\\ud800x"]}') == {"a\ufffd": ["\ufffdx"]}
    assert load_object('{"a": "\\ud83d\\ude00"}') == {"a": "😀"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', {"a": 1}),
        ('Sure:\n```json\n{"a": {"b": "```"}}\n```\nbye', {"a": {"b": "```"}}),
        ("<think>{</think>{}", {}),
        ('text {"a": 1} text {"b": 2}', {"a": 1}),
        ('not {this}\n{"a": 1}', {"a": 1}),
    ],
)
def test_the_object_is_found(text: str, found: dict[str, Any]) -> None:
    assert extract_object(text) == found


def test_thinking_is_cut_off_and_thinking_without_an_end_is_no_answer() -> None:
    assert without_thinking("<think>hm</think>\n\nYes") == "Yes"
    assert without_thinking("<think>hm") == ""
    assert without_thinking("a <think> b") == "a <think> b"


@pytest.mark.parametrize("unit", ["{", '{"a":', "```\n", "\n{", "<think>", '{"', "</think>"])
def test_looking_for_an_object_takes_linear_time(unit: str) -> None:
    text = unit * (2_000_000 // len(unit))
    started = time.process_time()
    with pytest.raises(Malformed):
        extract_object(text)
    assert time.process_time() - started < 4.0


def test_the_schema_of_a_plan_has_a_strict_form_that_our_own_check_goes_beyond() -> None:
    schema = Draft.model_json_schema()
    strict = strict_schema(schema)
    assert strict and set(strict["required"]) == set(strict["properties"]) and "default" not in json.dumps(strict)
    step = strict["$defs"]["Step"]
    assert step["additionalProperties"] is False and "files" in step["required"]
    assert "summary" in mistakes({"steps": []}, schema)
    assert mistakes({"summary": "s", "steps": [{"title": "t"}]}, schema) == ""


def test_an_object_of_free_keys_has_no_strict_form() -> None:
    assert strict_schema({"type": "object", "properties": {"env": {"type": "object"}}}) is None
