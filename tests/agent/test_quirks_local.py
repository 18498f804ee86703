"""vLLM, Ollama and llama.cpp's server, as they behave."""

import json
from typing import Any

import pytest

from patchwright.agent.book import CapabilityBook
from patchwright.agent.capabilities import Capabilities
from patchwright.agent.errors import ContextExceeded
from tests.agent.asking import PLAN, READ, SCHEMA, Waits, ask, model
from tests.agent.fake_endpoint import as_json, call, endpoint, error, message, respond, says, stream

A_CALL = call("read", '{"path": "x"}')
BIG = "words of no meaning " * 5000


# vLLM


def test_vllm_without_a_tool_parser_gets_the_tools_in_words() -> None:
    words = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
    refused = as_json(400, {"object": "error", "message": words, "type": "BadRequestError", "code": 400})
    book = CapabilityBook()
    with endpoint(refused, says('{"tool": "read", "arguments": {"path": "x"}}')) as fake:
        reply = model(fake.url, book=book).complete(ask(tools=[READ]))
        assert reply.tool_calls and book.get(fake.url, "m").tool_mode == "text"


def test_vllm_says_that_max_tokens_and_the_prompt_do_not_fit_together() -> None:
    words = (
        "'max_tokens' or 'max_completion_tokens' is too large: 2000. This model's maximum context length is 4096 tokens"
        " and your request has 2104 input tokens (2000 > 4096 - 2104)."
    )
    with endpoint(error(400, words), says("ok")) as fake:
        assert model(fake.url, max_tokens=2000).complete(ask()).content == "ok"
    assert "max_tokens" not in fake.seen[1].body


@pytest.mark.parametrize("words", ["System role not supported", "Conversation roles must alternate user/assistant/..."])
def test_vllm_with_a_template_that_knows_only_two_speakers_gets_two(words: str) -> None:
    with endpoint(error(400, words), says("ok")) as fake:
        model(fake.url).complete(ask())
    assert [one["role"] for one in fake.seen[1].body["messages"]] == ["user"]


def test_vllm_sends_an_error_within_a_stream_and_the_call_is_tried_again() -> None:
    broken = {"object": "error", "message": "engine is busy", "type": "InternalServerError", "code": 500}
    inside = respond(200, f"data: {json.dumps(broken)}\n\ndata: [DONE]\n\n".encode(), "text/event-stream")
    with endpoint(inside, says("ok")) as fake:
        assert model(fake.url).complete(ask()).content == "ok"


def test_vllm_streams_pieces_of_a_call_with_nulls_where_nothing_is_new() -> None:
    pieces: list[dict[str, Any]] = [
        {"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "read", "arguments": None}}]},
        {"tool_calls": [{"index": 0, "id": None, "function": {"name": None, "arguments": '{"path": '}}]},
        {"tool_calls": [{"index": 0, "id": "", "function": {"name": "", "arguments": '"x"}'}}], "content": None},
    ]
    with endpoint(stream(*pieces, finish="stop")) as fake:
        reply = model(fake.url).complete(ask(tools=[READ]))
    assert [(one.name, one.arguments) for one in reply.tool_calls] == [("read", {"path": "x"})]


def test_vllm_with_a_reasoning_parser_takes_the_whole_object_for_reasoning() -> None:
    body = message(None)
    body["choices"][0]["message"]["reasoning_content"] = PLAN
    with endpoint(as_json(200, body)) as fake:
        assert model(fake.url).complete(ask(schema=SCHEMA)).parsed == {"summary": "fix it"}


def test_vllm_leaves_calls_in_the_text_where_its_parser_does_not_match_the_model() -> None:
    text = (
        'I look.\n<tool_call>\n{"name": "read", "arguments": {"path": "a"}}\n</tool_call>\n'
        '<tool_call>{"name": "read", "arguments": {"path": "b"}}</tool_call>'
    )
    with endpoint(says(text)) as fake:
        reply = model(fake.url).complete(ask(tools=[READ]))
    assert [one.arguments["path"] for one in reply.tool_calls] == ["a", "b"]


def test_vllm_cannot_compile_a_schema_and_gets_the_next_weaker_form() -> None:
    with endpoint(error(400, 'Grammar error: Unimplemented keys: ["uniqueItems"]'), says(PLAN)) as fake:
        assert model(fake.url).complete(ask(schema=SCHEMA)).parsed
    assert fake.seen[1].body["response_format"]["type"] == "json_object"


def test_vllm_answers_without_usage_and_the_count_is_an_estimate() -> None:
    """RES-11"""
    with endpoint(stream({"content": "ok"}, usage=False)) as fake:
        assert model(fake.url).complete(ask()).usage.estimated == 1


# Ollama


def ollama(content: str, read: int, **more: Any) -> Any:
    usage = {"prompt_tokens": read, "completion_tokens": 5, "total_tokens": read + 5}
    return as_json(200, message(content, usage=usage, system_fingerprint="fp_ollama", **more))


def test_ollama_says_that_a_model_does_not_support_tools() -> None:
    words = "registry.ollama.ai/library/gemma:2b does not support tools"
    with endpoint(error(400, words), says('{"tool": "read", "arguments": {"path": "x"}}')) as fake:
        assert model(fake.url).complete(ask(tools=[READ])).tool_calls
    assert "tools" not in fake.seen[1].body


def test_ollama_cuts_a_long_prompt_without_a_word_and_its_answer_is_not_acted_on() -> None:
    book = CapabilityBook()
    with endpoint(ollama("I deleted it.", 4096)) as fake:
        with pytest.raises(ContextExceeded, match="OLLAMA_CONTEXT_LENGTH") as caught:
            model(fake.url, book=book).complete(ask(BIG))
        assert caught.value.limit == 4096 and book.get(fake.url, "m").context == 4096


@pytest.mark.parametrize(
    "answer",
    [
        ollama("ok", 25_000),
        as_json(200, message("ok", usage={"prompt_tokens": 9, "completion_tokens": 5})),
        as_json(200, message("ok", usage=None, system_fingerprint="fp_ollama")),
    ],
)
def test_a_prompt_that_was_read_whole_or_that_nobody_counted_is_not_taken_for_cut(answer: Any) -> None:
    with endpoint(answer) as fake:
        assert model(fake.url).complete(ask(BIG)).content == "ok"


def test_ollama_gives_every_streamed_call_the_index_zero_and_ends_with_stop() -> None:
    pieces = [{"tool_calls": [call("read", f'{{"path": "{name}"}}', f"call_{name}") | {"index": 0}]} for name in "ab"]
    with endpoint(stream(*pieces, finish="stop")) as fake:
        reply = model(fake.url).complete(ask(tools=[READ]))
    assert [one.arguments["path"] for one in reply.tool_calls] == ["a", "b"]


def test_ollama_loses_calls_in_some_streams_and_is_asked_again_without_one() -> None:
    book = CapabilityBook()
    with endpoint(
        stream({"role": "assistant", "content": ""}), as_json(200, message("", [A_CALL], "tool_calls"))
    ) as fake:
        assert model(fake.url, book=book).complete(ask(tools=[READ])).tool_calls
        assert "stream" not in fake.seen[1].body and book.get(fake.url, "m").stream is False


def test_ollama_gives_arguments_as_an_object_and_calls_without_an_id() -> None:
    bare = [{"function": {"name": "read", "arguments": {"path": name}}} for name in "ab"]
    with endpoint(as_json(200, message("", bare))) as fake:
        calls = model(fake.url).complete(ask(tools=[READ])).tool_calls
    assert [one.arguments["path"] for one in calls] == ["a", "b"] and len({one.id for one in calls}) == 2


def test_ollama_answers_load_when_it_has_only_loaded_the_model() -> None:
    with endpoint(as_json(200, message("", finish="load")), says("ok")) as fake:
        assert model(fake.url).complete(ask()).content == "ok"


def test_ollama_thinks_aloud_before_its_answer() -> None:
    with endpoint(says(f"<think>\nHm, {{maybe}}.\n</think>\n\n{PLAN}")) as fake:
        assert model(fake.url).complete(ask(schema=SCHEMA)).parsed


# llama.cpp's server


def test_llama_cpp_allows_several_calls_only_when_it_is_asked_for_them() -> None:
    with endpoint(says("ok")) as fake:
        model(fake.url).complete(ask(tools=[READ]))
        model(fake.url).complete(ask())
    assert fake.seen[0].body["parallel_tool_calls"] is True and "parallel_tool_calls" not in fake.seen[1].body


def test_llama_cpp_without_jinja_answers_500_and_gets_the_tools_in_words() -> None:
    refused = as_json(
        500, {"error": {"code": 500, "message": "tools param requires --jinja flag", "type": "server_error"}}
    )
    waits = Waits()
    with endpoint(refused, says('{"tool": "read", "arguments": {"path": "x"}}')) as fake:
        assert model(fake.url, waits).complete(ask(tools=[READ])).tool_calls
    assert waits.waits == []


@pytest.mark.parametrize("status", [400, 500])
def test_llama_cpp_cannot_make_a_grammar_of_a_schema(status: int) -> None:
    with endpoint(error(status, "Failed to initialize samplers: failed to parse grammar"), says(PLAN)) as fake:
        assert model(fake.url).complete(ask(schema=SCHEMA)).parsed


def test_llama_cpp_loads_its_model_and_is_given_the_time() -> None:
    loading = as_json(503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}})
    waits = Waits()
    with endpoint(loading, says("ok")) as fake:
        model(fake.url, waits, timeout=100.0).complete(ask())
    assert waits.waits == [10.0]


def test_llama_cpp_says_how_much_it_reads_beside_the_refusal() -> None:
    body = {
        "error": {
            "code": 400,
            "message": "request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it",
            "type": "exceed_context_size_error",
            "n_prompt_tokens": 9000,
            "n_ctx": 4096,
        }
    }
    with endpoint(as_json(400, body)) as fake, pytest.raises(ContextExceeded) as caught:
        model(fake.url).complete(ask())
    assert caught.value.limit == 4096


def test_llama_cpp_knows_only_some_roles() -> None:
    with endpoint(error(500, "Only user and assistant roles are supported! got system: invalid"), says("ok")) as fake:
        model(fake.url).complete(ask())
    assert fake.seen[1].body["messages"][0]["role"] == "user"


def test_llama_cpp_python_answers_a_json_schema_with_500_and_takes_an_object_with_the_schema() -> None:
    words = "[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text'\"}]"
    book = CapabilityBook()
    with endpoint(error(500, words), says(PLAN)) as fake:
        assert model(fake.url, book=book).complete(ask(schema=SCHEMA)).parsed
        assert book.get(fake.url, "m") == Capabilities(schema_mode="json_object_schema")


def test_llama_cpp_python_ignores_tools_and_gets_them_in_words_after_two_silent_answers() -> None:
    with endpoint(
        says("I would read."), says("I would read."), says('{"tool": "read", "arguments": {"path": "x"}}')
    ) as fake:
        asked = model(fake.url)
        for _ in range(2):
            assert not asked.complete(ask(tools=[READ])).tool_calls
        assert asked.complete(ask(tools=[READ])).tool_calls
    assert "tools" not in fake.seen[2].body
