"""When a prompt is larger than what the model reads: how endpoints say so, and how one of them does not say it."""

import re
from typing import Any

from patchwright.agent.parse import mapping

_SAYS = re.compile(
    r"context[_ ](length|window|size|limit)[_ ]?(exceeded|exceeds)?"
    r"|maximum (context|prompt|input|model|allowed input) length|maximum model length"
    r"|exceeds?_(the_)?(available_)?context"
    r"|(prompt|input|request|conversation|messages?) (is|are|was) too (long|large)( for|:|\.|$)"
    r"|too large for model|length of all messages is too long"
    r"|(input|prompt) (token count|tokens).{0,40}exceed|too many (input|prompt) tokens|input tokens exceeded"
    r"|inputs\W+tokens.{0,40}must be <=|reduce the length of the (messages|prompt|input)"
    r"|context the overflows|exceeds the model'?s? (maximum )?context|kv cache (is )?full"
)
_NOT = re.compile(r"rate limit|throttl|per (minute|day)|please wait|tpm\b|max_(completion_)?tokens.{0,12}is too large")
_STATUSES = frozenset({400, 413, 422, 500})
_GAP, _NUMBER = r"(?: of| is)?(?: only)? ?[(:]? ?", r"(\d[\d,]{2,})"
_LIMITS = tuple(
    re.compile(before + _NUMBER)
    for before in (
        "[><]=? ?",
        f"maximum (?:context|model|allowed input) length{_GAP}",
        f"number of tokens allowed{_GAP}",
        f"context (?:length|size|window|limit){_GAP}",
        "model with ",
    )
)

LEAST_CONTEXT = 512
"""A smaller number is not the context of a model."""
LEAST_BYTES = 16_000
"""Prompts below this are not judged by their token count."""
MOST_BYTES_PER_TOKEN = 8
"""No text of code or language has so few tokens for its bytes."""
OLLAMA = "fp_ollama"
"""The fingerprint that Ollama's answers carry."""


def is_overflow(status: int, said: str) -> bool:
    """Whether a refusal says that the prompt is too long; a rate limit in tokens is none."""
    words = said.lower()
    return status in _STATUSES and bool(_SAYS.search(words)) and not _NOT.search(words)


def limit_in(said: str) -> int | None:
    """The model's context in tokens, as far as the words name it."""
    words = said.lower()
    for pattern in _LIMITS:
        found = pattern.search(words)
        if found and (limit := int(found[1].replace(",", ""))) >= LEAST_CONTEXT:
            return limit
    return None


def cut_silently(fingerprint: str, usage: Any, bytes_sent: int) -> int | None:
    """How many tokens Ollama has read of a prompt that it cut without a word; None if it did not.

    Its default context is 4,096 tokens, of a longer prompt it drops the oldest messages, and only the
    count of prompt tokens shows it.
    """
    read = mapping(usage).get("prompt_tokens")
    if fingerprint != OLLAMA or not isinstance(read, int) or read <= 0 or bytes_sent < LEAST_BYTES:
        return None
    return read if read * MOST_BYTES_PER_TOKEN < bytes_sent else None
