"""A model over a real loopback connection, with every misbehaviour that was seen or is to be expected."""

import json
import subprocess
import sys
import time
import traceback
from typing import Any

import pytest

from patchwright.agent.book import CapabilityBook
from patchwright.agent.capabilities import Capabilities
from patchwright.agent.errors import ModelGarbage, ModelRefused, ModelUnavailable
from patchwright.agent.messages import Message, Request, ToolCall
from patchwright.agent.roles import Prices, ReplyLimits
from patchwright.tools.secrets import MARK
from patchwright.tools.untrusted import frame
from tests.agent.asking import PLAN, READ, SCHEMA, Waits, ask, model
from tests.agent.fake_endpoint import (
    KEY,
    as_json,
    bomb,
    call,
    cut,
    drip,
    echo_key,
    endpoint,
    error,
    events,
    hang_up,
    hold_open,
    message,
    respond,
    says,
    stream,
)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_a_streamed_answer_is_put_together_with_its_usage_and_price() -> None:
    with endpoint(says("hello wörld")) as fake:
        reply = model(fake.url, prices=Prices(input=2.0, output=10.0)).complete(ask())
    assert reply.content == "hello wörld"
    assert (reply.usage.tokens_in, reply.usage.tokens_out, reply.usage.requests) == (40, 8, 1)
    assert reply.usage.money == pytest.approx((40 * 2 + 8 * 10) / 1e6)
    assert reply.usage.estimated == 0 and reply.usage.seconds > 0
    body = fake.seen[0].body
    assert body["stream"] is True and body["stream_options"] == {"include_usage": True}
    assert fake.seen[0].headers["authorization"] == f"Bearer {KEY}"


def test_the_key_is_nowhere_but_in_the_header_and_secrets_in_a_prompt_are_redacted() -> None:
    """SEC-02, SEC-04"""
    said = ToolCall(id="c", name="read", arguments={"path": "x\nghp_" + "a" * 36})
    messages = [
        Message(role="user", content=f"my key is {KEY}, and hunter2-secret"),
        Message(role="assistant", content="", tool_calls=(said,)),
        Message(role="tool", content="fine", tool_call_id="c"),
    ]
    with endpoint(says("ok")) as fake:
        model(fake.url).complete(Request("editor", messages, tools=[READ]))
    sent = json.dumps(fake.seen[0].body)
    assert KEY not in sent and "hunter2" not in sent and "ghp_" not in sent
    assert sent.count(MARK) == 3


def test_tool_calls_in_pieces_become_whole_checked_calls() -> None:
    pieces = [
        {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "read", "arguments": '{"pa'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": 'th": "x.py"}'}}]},
        {"tool_calls": [{"index": 1, "id": "b", "function": {"name": "read", "arguments": '{"path": 5}'}}]},
        {"tool_calls": [{"index": 2, "id": "c", "function": {"name": "rm", "arguments": "{}"}}]},
    ]
    with endpoint(stream(*pieces, finish="tool_calls")) as fake:
        reply = model(fake.url).complete(ask(tools=[READ]))
    first, second, third = reply.tool_calls
    assert first.arguments == {"path": "x.py"} and not first.problem
    assert "do not fit read" in second.problem and "There is no tool 'rm'" in third.problem
    assert second.arguments == third.arguments == {}


def test_pieces_without_an_index_and_calls_that_all_have_index_zero_are_kept_apart() -> None:
    zero = [call("read", '{"path": "a"}', "1") | {"index": 0}, call("read", '{"path": "b"}', "2") | {"index": 0}]
    none = [call("read", '{"path": "a"}', "1"), call("read", '{"path": "b"}', "2")]
    for calls in (zero, none):
        with endpoint(stream({"tool_calls": calls[:1]}, {"tool_calls": calls[1:]}, finish="tool_calls")) as fake:
            reply = model(fake.url).complete(ask(tools=[READ]))
        assert [one.arguments["path"] for one in reply.tool_calls] == ["a", "b"]


def test_arguments_that_are_an_object_instead_of_text_are_taken() -> None:
    with endpoint(as_json(200, message(None, [call("read", {"path": "x"})], "tool_calls"))) as fake:
        reply = model(fake.url).complete(ask(tools=[READ]))
    assert reply.tool_calls[0].arguments == {"path": "x"}


def test_a_second_use_of_a_call_id_is_not_run() -> None:
    """LLM-02"""
    calls = [call("read", '{"path": "a"}'), call("read", '{"path": "b"}')]
    with endpoint(as_json(200, message(None, calls, "tool_calls"))) as fake:
        reply = model(fake.url).complete(ask(tools=[READ]))
    assert not reply.tool_calls[0].problem and "twice" in reply.tool_calls[1].problem
    assert reply.tool_calls[0].id != reply.tool_calls[1].id


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_names_the_setting_and_never_the_key(status: int) -> None:
    """SEC-06"""
    with endpoint(echo_key(status)) as fake, pytest.raises(ModelRefused) as caught:
        model(fake.url).complete(ask())
    text = "".join(traceback.format_exception(caught.value, limit=None))
    assert "MY_KEY" in str(caught.value) and KEY not in text and KEY not in repr(caught.value.__dict__)
    assert "\x1b" not in text and len(fake.seen) == 1


def test_a_404_names_model_and_address() -> None:
    with endpoint(error(404, "The model `m` does not exist")) as fake, pytest.raises(ModelRefused) as caught:
        model(fake.url).complete(ask())
    assert "roles.editor.model" in str(caught.value) and "does not exist" in str(caught.value)


def test_429_waits_as_long_as_asked_and_then_goes_on() -> None:
    """LLM-06"""
    waits = Waits()
    with endpoint(error(429, "slow down", {"Retry-After": "7"}), says("ok")) as fake:
        reply = model(fake.url, waits).complete(ask())
    assert waits.waits == [7.0] and reply.content == "ok" and reply.usage.requests == 2


def test_a_wait_beyond_the_limit_or_the_deadline_is_unavailable_at_once() -> None:
    """LLM-06"""
    for header, timeout in (("3600", 7200.0), ("30", 20.0)):
        waits = Waits()
        with endpoint(error(429, "x", {"Retry-After": header})) as fake, pytest.raises(ModelUnavailable) as caught:
            model(fake.url, waits, timeout=timeout).complete(ask())
        assert waits.waits == [] and "Resume" in str(caught.value) and caught.value.usage.requests == 1


@pytest.mark.parametrize("bad", [error(500, "oops"), error(503, "x"), error(408, "x"), error(409, "x"), hang_up])
def test_faults_that_pass_are_tried_again(bad: Any) -> None:
    waits = Waits()
    with endpoint(bad, bad, says("ok")) as fake:
        assert model(fake.url, waits).complete(ask()).content == "ok"
    assert len(fake.seen) == 3 and len(waits.waits) == 2 and waits.waits[0] < waits.waits[1]


def test_tries_are_bounded() -> None:
    with endpoint(error(500, "oops")) as fake, pytest.raises(ModelUnavailable) as caught:
        model(fake.url, retries=2).complete(ask())
    assert len(fake.seen) == 3 and caught.value.usage.requests == 3 and "oops" in str(caught.value)


@pytest.mark.parametrize("status", [400, 402, 413, 418, 451])
def test_other_refusals_are_not_tried_again(status: int) -> None:
    words = "no, because of your account and its settings, as explained elsewhere"
    with endpoint(error(status, words)) as fake, pytest.raises(ModelRefused):
        model(fake.url).complete(ask())
    assert len(fake.seen) == 1


def test_a_used_up_quota_is_not_a_reason_to_wait() -> None:
    body = {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}
    with endpoint(as_json(429, body)) as fake, pytest.raises(ModelRefused):
        model(fake.url).complete(ask())


def test_an_endpoint_that_is_not_there_is_unavailable() -> None:
    with endpoint() as fake:
        url = fake.url
    with pytest.raises(ModelUnavailable, match="not available"):
        model(url, retries=1).complete(ask())


@pytest.mark.parametrize(
    "cut_answer",
    [
        cut(events({"content": "hel"}, finish=None, done=False, usage=False)),
        stream({"content": "hel"}, finish=None, done=False, usage=False),
        stream({"tool_calls": [call("read", '{"path": "x"}') | {"index": 0}]}, finish=None, done=False),
        stream({"content": "hel"}, finish=None, done=True),
        cut(b'{"choices": [{"message": {"content": "hel', content_type="application/json"),
        respond(200, b'{"choices": [{"message": {"content": "hel'),
        as_json(200, message("hel", finish=None)),
    ],
)
def test_a_reply_cut_short_is_asked_again_and_never_acted_on(cut_answer: Any) -> None:
    """LLM-06"""
    with endpoint(cut_answer, says("whole")) as fake:
        reply = model(fake.url).complete(ask(tools=[READ]))
    assert reply.content == "whole" and reply.tool_calls == () and len(fake.seen) == 2


@pytest.mark.parametrize("in_headers", [False, True])
def test_a_slow_drip_ends_at_the_deadline(in_headers: bool) -> None:
    """LLM-06: one deadline for the whole call."""
    started = time.monotonic()
    with endpoint(drip(0.05, headers=in_headers)) as fake, pytest.raises(ModelUnavailable, match="in time"):
        model(fake.url, timeout=0.6).complete(ask())
    assert time.monotonic() - started < 2.0


def test_a_stream_is_over_at_done_though_the_connection_stays_open() -> None:
    started = time.monotonic()
    with endpoint(hold_open(events({"content": "ok"}))) as fake:
        assert model(fake.url).complete(ask()).content == "ok"
    assert time.monotonic() - started < 2.0


def test_a_bomb_is_stopped_at_the_limit_after_decompression() -> None:
    """LLM-05"""
    with endpoint(bomb(200)) as fake, pytest.raises(ModelGarbage, match="more than 1048576 bytes"):
        model(fake.url, limits=ReplyLimits(wire_bytes=1 << 20)).complete(ask())


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """NET-02"""
    with endpoint(says("stolen")) as canary:
        away = respond(status, b"", headers={"Location": f"{canary.url}/chat/completions"})
        with endpoint(away) as fake, pytest.raises(ModelRefused, match="redirect"):
            model(fake.url).complete(ask())
    assert canary.seen == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>502</html>", "usually ends in /v1"),
        (b"\xff\xfe\x00garbage\x80", "usually ends in /v1"),
        (b"", "usually ends in /v1"),
        (b"[1, 2]", "usually ends in /v1"),
        (b'{"choices": null}', "no choices"),
        (b'{"choices": []}', "no choices"),
        (b'{"object": "list", "data": []}', "no choices"),
        (b'{"choices": [' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"]}", "deep"),
        (b'{"choices": [' + b"[" * 300 + b"]" * 300 + b"]}", "deep"),
        (b'{"choices": [{"n": ' + b"9" * 5000 + b"}]}", "impossible number"),
        (b'{"choices": [{"n": NaN}]}', "impossible number"),
        (b'{"error": {"message": "weights are missing"}}', "weights are missing"),
        (b'{"error": "weights are missing"}', "weights are missing"),
    ],
)
def test_a_200_that_is_no_completion_is_garbage_with_its_reason(body: bytes, words: str) -> None:
    """LLM-02"""
    with endpoint(respond(200, body)) as fake, pytest.raises(ModelGarbage, match=words):
        model(fake.url).complete(ask())


def test_an_error_in_a_200_counts_as_the_status_it_names() -> None:
    overloaded = {"error": {"message": "busy", "code": 502}}
    limited = {"error": {"message": "busy", "type": "rate_limit_error"}}
    inside = respond(200, b'data: {"error": {"message": "busy", "code": "503"}}\n\n', "text/event-stream")
    with endpoint(as_json(200, overloaded), as_json(200, limited), inside, says("ok")) as fake:
        assert model(fake.url).complete(ask()).content == "ok"


def test_wrong_types_everywhere_are_a_model_error_and_no_crash() -> None:
    """LLM-02"""
    odd: list[Any] = [None, 5, "x", [], {}, [None], {"index": "x", "function": 3}, [{"function": {"arguments": [1]}}]]
    for value in odd:
        for key in ("content", "tool_calls", "refusal"):
            body = message("x")
            body["choices"][0]["message"][key] = value
            body["usage"] = value
            body["model"] = value
            with endpoint(as_json(200, body)) as fake:
                reply = model(fake.url).complete(ask(tools=[READ]))
            assert all(one.problem for one in reply.tool_calls)


def test_nul_and_lone_surrogates_become_replacement_characters() -> None:
    """LLM-03"""
    with endpoint(as_json(200, message("a\0b\ud800c"))) as fake:
        reply = model(fake.url).complete(ask())
    assert reply.content == "a\ufffdb\ufffdc"
    reply.content.encode()


def test_calls_and_content_beyond_the_limits_get_one_more_turn_and_then_are_garbage() -> None:
    """LLM-05"""
    many = as_json(200, message(None, [call("read", "{}", str(n)) for n in range(40)], "tool_calls"))
    with endpoint(many) as fake, pytest.raises(ModelGarbage, match="40 tool calls") as caught:
        model(fake.url).complete(ask(tools=[READ]))
    assert len(fake.seen) == 2 and caught.value.usage.requests == 2
    big = as_json(200, message(None, [call("read", json.dumps({"path": "x" * 5000}))], "tool_calls"))
    with endpoint(big) as fake:
        reply = model(fake.url, limits=ReplyLimits(argument_bytes=4000)).complete(ask(tools=[READ]))
    assert "larger than 4000" in reply.tool_calls[0].problem


def test_usage_that_makes_no_sense_is_estimated_and_marked() -> None:
    """RES-11"""
    odd: list[Any] = [None, {"prompt_tokens": -5, "completion_tokens": 10**12}, {"prompt_tokens": "many"}, [], True]
    for usage in odd:
        with endpoint(as_json(200, message("x" * 400, usage=usage))) as fake:
            reply = model(fake.url).complete(ask())
        assert reply.usage.estimated == 1 and reply.usage.tokens_out == 100 and 10 < reply.usage.tokens_in < 1000


# Answers of a given shape


@pytest.mark.parametrize(
    "text",
    [
        PLAN,
        f"```json\n{PLAN}\n```",
        f"<think>{{hm, {{}} maybe</think>\n{PLAN}",
        f"Here it is:\n\n{PLAN}\n\nDone.",
        f"hm</think>\n```\n{PLAN}\n```\n",
    ],
)
def test_an_object_is_found_in_what_models_write_around_it(text: str) -> None:
    with endpoint(says(text)) as fake:
        reply = model(fake.url).complete(ask(schema=SCHEMA))
    assert reply.parsed == {"summary": "fix it"} and len(fake.seen) == 1


def test_the_schema_is_sent_in_the_strict_form() -> None:
    with endpoint(says(PLAN)) as fake:
        model(fake.url).complete(ask(schema=SCHEMA, schema_name="plan"))
    sent = fake.seen[0].body["response_format"]["json_schema"]
    assert sent["name"] == "plan" and sent["strict"] is True
    assert sent["schema"]["properties"]["summary"] == {"type": "string"}


def test_an_endpoint_that_ignores_the_schema_gets_it_in_words_and_one_repair_turn() -> None:
    book = CapabilityBook()
    with endpoint(says("I would fix it."), says(PLAN)) as fake:
        reply = model(fake.url, book=book).complete(ask(schema=SCHEMA))
        assert reply.parsed == {"summary": "fix it"} and reply.usage.requests == 2
        second = fake.seen[1].body
        assert second["response_format"] == {"type": "json_object"}
        assert "JSON schema" in second["messages"][0]["content"]
        assert "cannot be used" in second["messages"][-1]["content"]
        assert book.get(fake.url, "m").schema_mode == "json_object"


def test_after_the_repair_turn_it_is_garbage() -> None:
    with endpoint(says('{"summary": 5, "x": 1}')) as fake, pytest.raises(ModelGarbage, match="summary: 5 is not"):
        model(fake.url).complete(ask(schema=SCHEMA))
    assert len(fake.seen) == 2


def test_an_answer_cut_at_the_token_limit_is_asked_again_shorter() -> None:
    with endpoint(stream({"content": '{"summ'}, finish="length"), says(PLAN)) as fake:
        assert model(fake.url).complete(ask(schema=SCHEMA)).parsed == {"summary": "fix it"}
    assert "shorter" in fake.seen[1].body["messages"][-1]["content"]


LLAMA = (
    "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'),"
    " 'msg': \"Input should be 'text' or 'json_object'\"}]"
)


def test_a_500_that_is_a_validation_error_steps_down_the_ladder_and_is_remembered() -> None:
    book, waits = CapabilityBook(), Waits()
    with endpoint(error(500, LLAMA), says(PLAN), says(PLAN)) as fake:
        first = model(fake.url, waits, book)
        assert first.complete(ask(schema=SCHEMA)).parsed
        assert fake.seen[1].body["response_format"] == {"type": "json_object", "schema": SCHEMA}
        first.complete(ask(schema=SCHEMA))
        assert len(fake.seen) == 3 and waits.waits == []
        assert book.get(fake.url, "m").schema_mode == "json_object_schema"


def test_refusals_are_met_one_feature_at_a_time() -> None:
    """The whole ladder, down to text."""
    script = [
        error(400, "Unknown parameter: 'stream_options'"),
        error(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        error(400, "'temperature' does not support 0.2 with this model"),
        error(400, "response_format json_schema is not supported"),
        error(422, "response_format.schema: extra_forbidden"),
        error(400, "response_format is not supported"),
        error(400, "streaming is not supported"),
        as_json(200, message(PLAN)),
    ]
    book = CapabilityBook()
    with endpoint(*script) as fake:
        reply = model(fake.url, book=book, max_tokens=100, temperature=0.2).complete(ask(schema=SCHEMA))
        assert reply.parsed == {"summary": "fix it"} and reply.usage.requests == 8
        last = fake.seen[-1].body
        assert set(last) == {"model", "messages", "max_completion_tokens"}
        assert book.get(fake.url, "m") == Capabilities(
            schema_mode="text",
            stream=False,
            stream_usage=False,
            max_tokens_key="max_completion_tokens",
            temperature=False,
        )


def test_a_wordless_400_gives_up_one_feature_after_the_other() -> None:
    with endpoint(respond(400, b""), respond(400, b""), says(PLAN)) as fake:
        assert model(fake.url).complete(ask(schema=SCHEMA)).parsed
    assert fake.seen[2].body["response_format"]["type"] == "json_object"


def test_a_context_that_is_too_long_is_not_taken_for_a_missing_feature() -> None:
    words = "This model's maximum context length is 8192 tokens; max_tokens and tools do not fit."
    with endpoint(error(400, words)) as fake, pytest.raises(ModelRefused, match=r"roles\.editor\.context"):
        model(fake.url, max_tokens=5).complete(ask(tools=[READ]))


# Tools in words


ACTION = '{"tool": "read", "arguments": {"path": "x.py"}}'


def test_an_endpoint_without_tools_gets_them_in_words() -> None:
    history = [
        Message(role="user", content="Fix it."),
        Message(
            role="assistant", content="I look.", tool_calls=(ToolCall(id="a", name="read", arguments={"path": "y"}),)
        ),
        Message(role="tool", content="y = 1", tool_call_id="a"),
        Message(role="user", content="Go on."),
    ]
    with endpoint(error(400, "tools is not supported by this model"), says(f"I read.\n{ACTION}")) as fake:
        reply = model(fake.url).complete(Request("editor", history, tools=[READ]))
    assert reply.tool_calls[0].arguments == {"path": "x.py"}
    system, user, assistant, result = fake.seen[1].body["messages"]
    assert '"tool": "NAME"' in system["content"] and user["content"] == "Fix it."
    assert '{"tool": "read", "arguments": {"path": "y"}}' in assistant["content"]
    assert result == {"role": "user", "content": f"{frame('result of read', 'y = 1')}\n\nGo on."}
    assert "tools" not in fake.seen[1].body


def test_a_call_written_as_text_is_taken_from_an_endpoint_that_ignores_tools() -> None:
    book = CapabilityBook()
    with endpoint(says(ACTION)) as fake:
        asked = model(fake.url, book=book)
        assert asked.complete(ask(tools=[READ])).tool_calls[0].name == "read"
        asked.complete(ask(tools=[READ]))
        assert book.get(fake.url, "m").tool_mode == "native", "a guess is not remembered"
        asked.complete(ask(tools=[READ]))
        assert book.get(fake.url, "m").tool_mode == "text", "a call in words is proof"
    assert "tools" in fake.seen[0].body and "tools" not in fake.seen[2].body


def test_a_model_that_only_talks_is_not_remembered_as_one_without_tools() -> None:
    book = CapabilityBook()
    with endpoint(says("All is well.")) as fake:
        asked = model(fake.url, book=book)
        for _ in range(4):
            asked.complete(ask(tools=[READ]))
        assert book.get(fake.url, "m").tool_mode == "native"


def test_text_that_only_mentions_braces_is_no_call() -> None:
    for text in ("Use a dict: {} or {'a': 1}", '{"answer": 1}', '{"name": "x"}'):
        with endpoint(says(text)) as fake:
            reply = model(fake.url).complete(ask(tools=[READ]))
        assert reply.tool_calls == () and reply.content == text


def test_the_protocol_text_never_sends_tools_or_formats() -> None:
    with endpoint(says(PLAN)) as fake:
        model(fake.url, protocol="text").complete(ask(schema=SCHEMA))
        model(fake.url, protocol="text").complete(ask(tools=[READ]))
    assert all("tools" not in seen.body and "response_format" not in seen.body for seen in fake.seen)


def test_importing_the_client_loads_neither_httpx2_nor_jsonschema() -> None:
    code = "import sys, patchwright.agent.llm; print([m for m in ('httpx2', 'jsonschema', 'platformdirs') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
