"""Bedrock's OpenAI-compatible endpoint, as it behaves."""

from typing import Any

import pytest

from patchwright.agent.errors import ContextExceeded, ModelRefused
from patchwright.agent.messages import Message, Request, ToolCall
from tests.agent.asking import PLAN, READ, SCHEMA, Waits, ask, model
from tests.agent.fake_endpoint import as_json, call, endpoint, error, message, says


def test_bedrock_puts_the_reasoning_into_the_content_in_tags_of_its_own() -> None:
    with endpoint(
        says(f"<reasoning>A plan {{}} is due.</reasoning>{PLAN}"), says("<reasoning>Hm.</reasoning>Yes.")
    ) as fake:
        assert model(fake.url).complete(ask(schema=SCHEMA)).parsed
        assert model(fake.url).complete(ask()).content == "Yes."


def test_bedrock_calls_tools_only_unstreamed_with_some_models() -> None:
    words = "ValidationException: This model doesn't support tool use in streaming mode."
    made = as_json(200, message(None, [call("read", '{"path": "x"}')], "tool_calls"))
    with endpoint(error(400, words), made) as fake:
        assert model(fake.url).complete(ask(tools=[READ])).tool_calls
    assert "tools" in fake.seen[1].body and "stream" not in fake.seen[1].body


def test_bedrock_takes_no_blank_text_beside_a_call() -> None:
    words = "The text field in the ContentBlock object at messages.1.content.0 is blank. Add text to the text field."
    read = ToolCall(id="c", name="read", arguments={"path": "x"})
    messages = [
        *ask().messages,
        Message(role="assistant", content="", tool_calls=(read,)),
        Message(role="tool", content="", tool_call_id="c"),
    ]
    with endpoint(error(400, words), says("ok")) as fake:
        model(fake.url).complete(Request("editor", messages, tools=[READ]))
    said, result = fake.seen[1].body["messages"][2:]
    assert said["content"] is None and said["tool_calls"] and result["content"] == "(nothing)"


@pytest.mark.parametrize(
    "body", [{"message": "Input is too long for requested model."}, {"Message": "Input is too long."}]
)
def test_bedrock_says_in_the_shape_of_aws_that_the_prompt_is_too_long(body: dict[str, Any]) -> None:
    with endpoint(as_json(400, body)) as fake, pytest.raises(ContextExceeded) as caught:
        model(fake.url).complete(ask())
    assert caught.value.limit is None


def test_bedrock_throttles_in_words_that_sound_like_a_context_and_is_waited_for() -> None:
    waits = Waits()
    with endpoint(error(429, "Too many tokens, please wait before trying again."), says("ok")) as fake:
        assert model(fake.url, waits).complete(ask()).content == "ok"
    assert len(waits.waits) == 1


def test_bedrock_warms_a_model_up_and_is_given_the_time() -> None:
    waits = Waits()
    with endpoint(error(429, "ModelNotReadyException: the model is not ready to serve"), says("ok")) as fake:
        model(fake.url, waits, timeout=100.0).complete(ask())
    assert waits.waits == [10.0]


def test_bedrock_refuses_a_model_that_the_account_has_no_access_to_and_the_key_is_named() -> None:
    words = "You don't have access to the model with the specified model ID."
    with endpoint(as_json(403, {"message": words})) as fake, pytest.raises(ModelRefused, match="MY_KEY"):
        model(fake.url).complete(ask())


def test_bedrock_knows_no_response_format_with_some_models() -> None:
    with endpoint(error(400, "response_format: Extra inputs are not permitted"), *[says(PLAN)] * 3) as fake:
        assert model(fake.url).complete(ask(schema=SCHEMA)).parsed
