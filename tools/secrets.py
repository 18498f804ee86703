"""One redactor for every text that leaves: prompts, logs, comments, answers, screens (SEC-04).

It knows our own secrets in the codings in which they come back (plain, JSON, URL, hex, base64 at
every offset) and the shapes of common tokens. Time is linear in the text; twice is the same as once.
"""

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import cast
from urllib.parse import quote, quote_plus

MARK = "[redacted]"
"""What stands where a secret stood. It has no border with itself, which idempotence relies on."""

SHORTEST = 8
"""Secrets with fewer characters are not looked for: they would hit ordinary words."""

# A shape ends by taking every token character that follows: what comes next then starts afresh, so
# a second pass sees the same pieces as the first. Each begins with a literal, which makes the search
# fast; that no letter or digit stands before it is asked behind the literal for the same reason.
_REST = r"[A-Za-z0-9_-]*+"
_TOKENS = (
    *((f"gh{kind}_", r"[A-Za-z0-9]{30}") for kind in "pousr"),
    ("github_pat_", r"[A-Za-z0-9_]{30}"),
    ("glpat-", r"[A-Za-z0-9_-]{20}"),
    ("sk-", r"[A-Za-z0-9_-]{20}"),
    ("AKIA", r"[0-9A-Z]{16}"),
    ("ASIA", r"[0-9A-Z]{16}"),
    ("xox", r"[abeoprs]-[A-Za-z0-9-]{10}"),
    ("AIza", r"[A-Za-z0-9_-]{35}"),
    ("npm_", r"[A-Za-z0-9]{36}"),
    ("pypi-", r"[A-Za-z0-9_-]{50}"),
    ("hf_", r"[A-Za-z0-9]{30}"),
    ("pwk_", r"[0-9a-f]{12}_[A-Za-z0-9]{43}"),
    ("eyJ", r"[A-Za-z0-9_-]{10,}+\.eyJ[A-Za-z0-9_-]{10,}+\."),
)
_BREAK = r"(?:\s|\\[nr])"
_PRIVATE_KEY = (
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"
    rf"(?:{_BREAK}++[A-Za-z0-9+/=]{{16,}}+)++(?:{_BREAK}++[A-Za-z0-9+/=]{{1,15}}+)?+"
    rf"(?:{_BREAK}*+-----END [A-Z ]{{0,30}}PRIVATE KEY-----)?+"
)
_SHAPES = (
    *(re.compile(f"{start}(?<![A-Za-z0-9]{start}){rest}{_REST}") for start, rest in _TOKENS),
    re.compile(_PRIVATE_KEY),
)


def tokens(text: str) -> frozenset[str]:
    """Everything in the text that has the shape of a token or private key."""
    return frozenset(found[0] for shape in _SHAPES for found in shape.finditer(text))


class Redactor:
    """Replaces secrets by `MARK`. `secrets` are ours; token shapes are always looked for."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        needles = {form for secret in secrets if len(secret) >= SHORTEST for form in _forms(secret)}
        self._needles = (MARK, *sorted(needles, key=lambda needle: (-len(needle), needle)))

    def text(self, text: str) -> str:
        """The text with every secret replaced by `MARK`."""
        pieces = self._without_ours(text)
        for shape in _SHAPES:
            pieces = [part for piece in pieces for part in shape.split(piece)]
        return MARK.join(pieces)

    def ours(self, text: str) -> str:
        """The text without our own secrets. Tokens of others stay: an edit has to name a file's text exactly."""
        return MARK.join(self._without_ours(text))

    def _without_ours(self, text: str) -> list[str]:
        pieces = [text]
        for needle in self._needles:
            if needle in text:
                pieces = [part for piece in pieces for part in piece.split(needle)]
        return pieces

    def bytes(self, data: bytes) -> bytes:
        """The same for bytes of any encoding that keeps ASCII."""
        return self.text(data.decode("latin-1")).encode("latin-1")


def every_text(value: object, change: Callable[[str], str]) -> object:
    """The same JSON value with every text in it changed; keys stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: every_text(item, change) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [every_text(item, change) for item in cast("list[object]", value)]
    return value


def _forms(secret: str) -> Iterator[str]:
    """Every coding in which a secret may come back."""
    raw = secret.encode("utf-8", "surrogateescape")
    yield secret
    yield raw.decode("latin-1")
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield from _both_cases(raw.hex())
    yield from _both_cases("".join(f"%{byte:02x}" for byte in raw))
    for coded in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield coded
        yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), coded)
    yield from _base64_forms(raw)


def _both_cases(text: str) -> tuple[str, str]:
    return text.lower(), text.upper()


def _base64_forms(raw: bytes) -> Iterator[str]:
    """The characters that the secret alone decides, wherever in a longer base64 text it begins."""
    for offset in range(3):
        bits = 8 * offset
        coded = base64.b64encode(b"\0" * offset + raw).decode()
        first, last = -(-bits // 6), (bits + 8 * len(raw)) // 6
        yield coded[first:last]
        yield coded[first:last].replace("+", "-").replace("/", "_")
