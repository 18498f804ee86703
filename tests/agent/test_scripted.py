"""Recordings: played in order, found again after a resume, and made without secrets."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from patchwright.agent.errors import ModelRefused, UsageError
from patchwright.agent.messages import Message, ModelRole, Reply, Request, ToolCall, ToolSpec
from patchwright.agent.run import Usage
from patchwright.agent.scripted import LABEL, Record, RecordingModel, ScriptedModel, read_recording
from patchwright.tools.secrets import MARK, Redactor

READ = ToolSpec(
    name="read", description="Read.", parameters={"type": "object", "properties": {"path": {"type": "string"}}}
)
READ_X = Reply(tool_calls=(ToolCall(id="a", name="read", arguments={"path": "x"}),))


def ask(text: str, role: ModelRole = "editor", **more: Any) -> Request:
    return Request(role, [Message(role="user", content=text)], **more)


def test_each_role_plays_its_own_answers_in_order() -> None:
    model = ScriptedModel(
        [
            Record(role="planner", reply=Reply(content="p1")),
            Record(role="editor", match="two", reply=Reply(content="e1")),
            Record(role="planner", reply=Reply(content="p2")),
        ]
    )
    asked = [ask("a", "planner"), ask("one two", "editor"), ask("b", "planner")]
    said = [model.complete(request) for request in asked]
    assert [reply.content for reply in said] == ["p1", "e1", "p2"]
    assert said[0].model == LABEL and said[0].usage.requests == 1


def test_where_a_request_is_not_the_recorded_one_is_said() -> None:
    model = ScriptedModel([Record(role="editor", match="tests fail", reply=Reply(content="x"))])
    with pytest.raises(ModelRefused, match=r"answer 1 of the editor.*'tests fail', but it is 'all \\\\x1b green'"):
        model.complete(ask("all \x1b green"))


def test_the_end_of_a_recording_is_said() -> None:
    model = ScriptedModel([Record(role="editor", reply=Reply(content="x"))])
    model.complete(ask("a"))
    with pytest.raises(ModelRefused, match="holds 1 answers of the editor"):
        model.complete(ask("b"))
    with pytest.raises(ModelRefused, match="holds 0 answers of the planner"):
        model.complete(ask("b", "planner"))


def test_calls_and_objects_are_checked_like_those_of_an_endpoint() -> None:
    model = ScriptedModel([Record(role="editor", reply=READ_X), Record(role="editor", reply=READ_X)])
    assert not model.complete(ask("a", tools=[READ])).tool_calls[0].problem
    assert "no tool 'read'" in model.complete(ask("a")).tool_calls[0].problem
    schema = {"type": "object", "required": ["a"]}
    fits = ScriptedModel([Record(role="editor", reply=Reply(parsed={"a": 1}))])
    assert fits.complete(ask("x", schema=schema)).parsed == {"a": 1}
    with pytest.raises(ModelRefused, match="unusable"):
        ScriptedModel([Record(role="editor", reply=Reply(parsed={"b": 1}))]).complete(ask("x", schema=schema))


class Inner:
    """A model that answers with a secret."""

    def complete(self, request: Request) -> Reply:
        text = f"re: {request.messages[-1].content}, hunter2-secret"
        return Reply(content=text, tool_calls=READ_X.tool_calls, usage=Usage(requests=1, tokens_in=5))


def test_a_recording_that_was_made_plays_back_also_from_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "made.jsonl"
    recording = RecordingModel(Inner(), path, Redactor(["hunter2-secret"]))
    for text in ("one", "two", "three"):
        recording.complete(ask(text, tools=[READ]))
    assert "hunter2" not in path.read_text() and path.read_text().count(MARK) == 3
    model = ScriptedModel(path)
    played = [model.complete(ask(text, tools=[READ])) for text in ("one", "two", "three")]
    assert [reply.content for reply in played] == [f"re: {text}, {MARK}" for text in ("one", "two", "three")]
    assert played[0].tool_calls == READ_X.tool_calls and played[0].usage.tokens_in == 5 and model.differences == []
    resumed = ScriptedModel(path)
    assert resumed.complete(ask("three", tools=[READ])).content == f"re: three, {MARK}"
    counted = ScriptedModel(path, played={"editor": 1})
    assert counted.complete(ask("two, in 0.3 s", tools=[READ])).content == f"re: two, {MARK}"
    assert len(counted.differences) == 1


def test_a_strict_player_ends_at_a_difference_and_a_listener_is_told(tmp_path: Path) -> None:
    path, told = tmp_path / "made.jsonl", list[str]()
    RecordingModel(Inner(), path, Redactor()).complete(ask("one"))
    with pytest.raises(ModelRefused, match="another last message"):
        ScriptedModel(path, strict=True, on_difference=told.append).complete(ask("other"))
    assert len(told) == 1


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"role": "painter", "reply": {}}', '{"role": "editor"}', "[" * 50_000, "\ud800"]
)
def test_a_damaged_recording_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "bad.jsonl"
    good = json.dumps({"role": "editor", "reply": {"content": "x"}})
    path.write_bytes(f"{good}\n\n{line}\n".encode("utf-8", "surrogatepass"))
    with pytest.raises(UsageError, match=r"bad\.jsonl"):
        read_recording(path)


def test_turn_thousand_takes_as_long_as_turn_one() -> None:
    model = ScriptedModel([Record(role="editor", reply=READ_X)] * 2000)
    messages = [Message(role="user", content="x" * 1000)]

    def turns(count: int) -> float:
        started = time.process_time()
        for _ in range(count):
            messages.append(Message(role="tool", content="result", tool_call_id="a"))
            model.complete(Request("editor", messages, tools=[READ]))
        return time.process_time() - started

    turns(50)
    early = turns(300)
    turns(1200)
    assert turns(300) < early * 3
