"""How endpoints say that a prompt is too long: a table of their words."""

import pytest

from patchwright.agent.overflow import cut_silently, is_overflow, limit_in

SAID = [
    (
        "openai",
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
        8192,
    ),
    ("openai", "This model's maximum context length is 100 times that of a page.", None),
    ("openai", "Your input exceeds the context window of this model. Please adjust your input and try again.", None),
    ("azure", "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000.", None),
    ("vllm", "The decoder prompt (length 5000) is longer than the maximum model length of 4096.", 4096),
    ("vllm", "You passed 5000 input tokens, but the model's context length is only 4096 tokens.", 4096),
    ("sglang", "The input (5000 tokens) is longer than the model's context length (4096 tokens).", 4096),
    ("sglang", "Requested token count exceeds the model's maximum context length of 4096 tokens.", 4096),
    ("sglang", "Input length (265330) exceeds model's maximum context length (262144).", 262144),
    ("tgi", "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000", 4096),
    ("llama.cpp", "request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it", 4096),
    ("llama.cpp", "the request exceeds the available context size. try increasing the context size", None),
    ("llama-cpp-python", "Requested tokens (3000) exceed context window of 2048", 2048),
    ("ollama", "the input length exceeds the context length", None),
    ("ollama", "prompt too long; exceeded max context length by 1200 tokens", None),
    ("lm studio", "the model is loaded with context length of only 4096 tokens, which is not enough", 4096),
    ("anthropic", "prompt is too long: 200251 tokens > 200000 maximum", 200000),
    ("anthropic", "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000", 200000),
    ("bedrock", "Input is too long for requested model.", None),
    ("gemini", "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).", 1048576),
    ("mistral", "Prompt contains 40000 tokens, too large for model with 32768 maximum context length", 32768),
    ("glm", "Input length 877338 exceeds the maximum allowed input length of 639968 tokens", 639968),
    ("groq", "Please reduce the length of the messages or completion.", None),
    ("perplexity", "The total length of all messages is too long.", None),
]


@pytest.mark.parametrize(("server", "said", "limit"), SAID)
def test_a_prompt_that_is_too_long_is_known_by_the_words_of_each_server(
    server: str, said: str, limit: int | None
) -> None:
    assert is_overflow(400, said), server
    assert limit_in(said) == limit, server


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (429, "This model's maximum context length is 8192 tokens"),
        (400, "Too many tokens, please wait before trying again."),
        (
            413,
            "Request too large: tokens per minute (TPM): Limit 6000, Requested 9000; reduce the length of the messages",
        ),
        (400, "max_tokens is too large: 5. This model's maximum context length is 4"),
        (400, "response_format is not supported"),
        (400, "the context of this conversation is unknown"),
        (401, "maximum context length"),
    ],
)
def test_other_refusals_are_not_taken_for_a_prompt_that_is_too_long(status: int, said: str) -> None:
    assert not is_overflow(status, said)


def test_only_ollama_is_believed_to_cut_and_only_where_no_text_has_so_few_tokens() -> None:
    assert cut_silently("fp_ollama", {"prompt_tokens": 2048}, 40_000) == 2048
    assert cut_silently("fp_other", {"prompt_tokens": 2048}, 40_000) is None
    assert cut_silently("fp_ollama", {"prompt_tokens": 6000}, 40_000) is None
    assert cut_silently("fp_ollama", {"prompt_tokens": 0}, 40_000) is None
    assert cut_silently("fp_ollama", {"prompt_tokens": 100}, 9_000) is None
