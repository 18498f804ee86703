"""OpenAI's own endpoint and its reasoning models: what they refuse, as they word it."""

from typing import Any

import pytest

from patchwright.agent.book import CapabilityBook
from patchwright.agent.errors import ContextExceeded, ModelUnavailable
from patchwright.agent.messages import Message, Request, ToolCall
from tests.agent.asking import PLAN, READ, SCHEMA, Waits, ask, model
from tests.agent.fake_endpoint import as_json, call, endpoint, error, events, message, respond, says, stream


def refusal(words: str, param: str, code: str = "unsupported_parameter") -> Any:
    return as_json(400, {"error": {"message": words, "type": "invalid_request_error", "param": param, "code": code}})


def test_openai_reasoning_models_name_max_completion_tokens_instead_of_max_tokens() -> None:
    words = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    with endpoint(refusal(words, "max_tokens"), says("ok"), says("ok")) as fake:
        asked = model(fake.url, max_tokens=900)
        asked.complete(ask())
        asked.complete(ask())
    assert fake.seen[1].body["max_completion_tokens"] == 900 and "max_tokens" not in fake.seen[1].body
    assert len(fake.seen) == 3, "what was learned is not asked again"


def test_openai_says_that_max_tokens_is_more_than_the_model_writes() -> None:
    words = "max_tokens is too large: 100000. This model supports at most 16384 completion tokens."
    with endpoint(refusal(words, "max_tokens"), says("ok")) as fake:
        model(fake.url, max_tokens=100_000).complete(ask())
    assert not {"max_tokens", "max_completion_tokens"} & set(fake.seen[1].body)


def test_openai_reasoning_models_take_no_temperature() -> None:
    words = "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) is supported."
    with endpoint(refusal(words, "temperature", "unsupported_value"), says("ok")) as fake:
        model(fake.url, temperature=0.2, seed=7).complete(ask())
    assert "temperature" not in fake.seen[1].body and fake.seen[1].body["seed"] == 7


def test_a_request_may_have_its_own_temperature_and_seed() -> None:
    with endpoint(says("ok")) as fake:
        model(fake.url, temperature=0.2, seed=1, reasoning_effort="low").complete(ask(temperature=0.9, seed=4))
    body = fake.seen[0].body
    assert (body["temperature"], body["seed"], body["reasoning_effort"]) == (0.9, 4, "low")


def test_openai_models_that_do_not_reason_take_no_effort() -> None:
    words = "Unrecognized request argument supplied: reasoning_effort"
    with endpoint(refusal(words, "reasoning_effort"), says("ok")) as fake:
        model(fake.url, reasoning_effort="high").complete(ask(tools=[READ]))
    assert "reasoning_effort" not in fake.seen[1].body and "tools" in fake.seen[1].body


def test_openai_refuses_effort_together_with_tools_and_the_tools_stay() -> None:
    words = "Function tools with reasoning_effort are not supported for this model in /v1/chat/completions."
    with endpoint(refusal(words, "reasoning_effort"), says("ok")) as fake:
        model(fake.url, reasoning_effort="high").complete(ask(tools=[READ]))
    assert "reasoning_effort" not in fake.seen[1].body and "tools" in fake.seen[1].body


def test_openai_o1_mini_has_no_system_role_and_what_it_says_stands_before_the_first_question() -> None:
    words = "Unsupported value: 'messages[0].role' does not support 'system' with this model."
    with endpoint(refusal(words, "messages[0].role", "unsupported_value"), says("ok")) as fake:
        model(fake.url).complete(ask())
    assert fake.seen[1].body["messages"] == [{"role": "user", "content": "You edit.\n\nFix it."}]


def test_openai_o_models_take_no_wish_for_parallel_calls() -> None:
    words = "Unsupported parameter: 'parallel_tool_calls' is not supported with this model."
    with endpoint(refusal(words, "parallel_tool_calls"), says("ok")) as fake:
        model(fake.url).complete(ask(tools=[READ]))
    assert fake.seen[0].body["parallel_tool_calls"] is True
    assert "parallel_tool_calls" not in fake.seen[1].body and "tools" in fake.seen[1].body


def test_openai_wants_the_word_json_in_a_prompt_for_a_json_object_and_finds_it() -> None:
    schema = refusal("Invalid schema for response_format 'answer'", "response_format", "invalid_value")
    unknown = refusal("Unknown parameter: 'response_format.schema'.", "response_format.schema", "unknown_parameter")
    with endpoint(schema, unknown, says(PLAN)) as fake:
        assert model(fake.url).complete(ask(schema=SCHEMA)).parsed
    body = fake.seen[2].body
    assert body["response_format"] == {"type": "json_object"} and "JSON" in body["messages"][0]["content"]


def test_openai_streams_a_first_piece_without_choices_and_a_last_one_with_only_usage() -> None:
    first = b'data: {"choices": [], "prompt_filter_results": [{"prompt_index": 0}]}\n\n'
    with endpoint(respond(200, first + events({"content": "ok"}), "text/event-stream")) as fake:
        reply = model(fake.url).complete(ask())
    assert reply.content == "ok" and reply.usage.tokens_in == 40


@pytest.mark.parametrize("finish", ["stop", "tool_calls", "function_call"])
def test_openai_ends_calls_with_any_reason(finish: str) -> None:
    with endpoint(as_json(200, message(None, [call("read", '{"path": "x"}')], finish))) as fake:
        assert model(fake.url).complete(ask(tools=[READ])).tool_calls


def test_openai_content_of_null_beside_an_empty_list_of_calls_is_an_empty_answer() -> None:
    with endpoint(as_json(200, message(None, [], "stop"))) as fake:
        reply = model(fake.url).complete(ask())
    assert reply.content == "" and reply.tool_calls == ()


def test_openai_names_the_context_that_was_exceeded() -> None:
    words = (
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 130112 tokens."
        " Please reduce the length of the messages."
    )
    book = CapabilityBook()
    with endpoint(refusal(words, "messages", "context_length_exceeded")) as fake:
        with pytest.raises(ContextExceeded) as caught:
            model(fake.url, book=book).complete(ask(tools=[READ]))
        assert caught.value.limit == 128_000 and caught.value.usage.requests == 1
        assert book.get(fake.url, "m").context == 128_000 and book.get(fake.url, "m").tool_mode == "native"


def test_a_limit_of_tokens_a_minute_is_no_context_and_is_waited_for() -> None:
    words = (
        "Rate limit reached on tokens per min (TPM): Limit 30000, Used 29000, Requested 4000. Input is too long for it."
    )
    waits = Waits()
    with endpoint(error(429, words), error(429, words)) as fake, pytest.raises(ModelUnavailable):
        model(fake.url, waits, retries=1).complete(ask())
    assert len(waits.waits) == 1


def test_deepseek_wants_its_reasoning_back_with_the_calls_that_it_made() -> None:
    words = "Missing `reasoning_content` field in the assistant message at message index 2."
    said = Message(
        role="assistant",
        content="",
        reasoning="I should look.",
        tool_calls=(ToolCall(id="c", name="read", arguments={"path": "x"}),),
    )
    messages = [*ask().messages, said, Message(role="tool", content="text", tool_call_id="c")]
    with endpoint(error(400, words), says("ok")) as fake:
        model(fake.url).complete(Request("editor", messages, tools=[READ]))
    assert fake.seen[0].body["messages"][2].get("reasoning_content") is None
    assert fake.seen[1].body["messages"][2]["reasoning_content"] == "I should look."


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_reasoning_beside_the_answer_is_kept_apart(name: str) -> None:
    with endpoint(stream({name: "I think"}, {name: " so."}, {"content": "Yes."})) as fake:
        reply = model(fake.url).complete(ask())
    assert (reply.content, reply.reasoning) == ("Yes.", "I think so.")


@pytest.mark.parametrize("finish", ["insufficient_system_resource", "error", "abort"])
def test_an_answer_that_the_server_gave_up_is_asked_again(finish: str) -> None:
    """LLM-06"""
    with endpoint(stream({"content": "hal"}, finish=finish), says("whole")) as fake:
        assert model(fake.url).complete(ask()).content == "whole"


def test_a_gateway_puts_the_error_into_the_choice() -> None:
    broken = {"choices": [{"finish_reason": "error", "error": {"code": 502, "message": "upstream"}, "message": {}}]}
    with endpoint(as_json(200, broken), says("whole")) as fake:
        assert model(fake.url).complete(ask()).content == "whole"
