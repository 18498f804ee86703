"""The redactor (SEC-04)."""

import base64
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patchwright.tools.secrets import MARK, Redactor

SECRET = 'p@ss/wörd+ 12"34\\56'
SHAPES = [
    "ghp_" + "aB3" * 12,
    "github_pat_" + "A1_" * 20,
    "glpat-" + "x" * 20,
    "sk-" + "aB3-" * 8,
    "sk-ant-api03-" + "x" * 40,
    "AKIA" + "A1B2" * 4,
    "xoxb-" + "1234567890-abc",
    "AIza" + "a" * 35,
    "npm_" + "a1" * 18,
    "pypi-" + "Ag" * 30,
    "hf_" + "a" * 34,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    "-----BEGIN RSA PRIVATE KEY-----\n" + ("A" * 64 + "\n") * 4 + "QUJD\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\\n" + ("A" * 64 + "\\n") * 4 + "QUJD\\n-----END PRIVATE KEY-----",
]


def forms(secret: str) -> list[str]:
    raw = secret.encode()
    coded = [base64.b64encode(b"\x01\x02\x03"[:n] + raw + b"\xfe\xff"[:m]).decode() for n in range(3) for m in range(3)]
    safe = [text.replace("+", "-").replace("/", "_") for text in coded]
    return [secret, quote(secret, safe=""), quote_plus(secret), raw.hex(), raw.hex().upper(), *coded, *safe]


@pytest.mark.parametrize("form", forms(SECRET))
def test_our_secret_is_found_in_every_coding(form: str) -> None:
    text = Redactor([SECRET]).text(f"before {form} after")
    assert MARK in text and text.startswith("before ") and text.endswith(" after")
    assert form not in text


@given(st.text(min_size=8, max_size=40), st.binary(max_size=7), st.binary(max_size=7))
def test_no_base64_text_around_a_secret_gives_it_away(secret: str, before: bytes, after: bytes) -> None:
    raw = secret.encode("utf-8", "surrogateescape") if secret.isascii() else secret.encode("utf-8", "replace")
    coded = base64.b64encode(before + raw + after).decode()
    shown = Redactor([secret]).text(coded) if raw.decode("utf-8", "replace") == secret else MARK
    assert MARK in shown


@pytest.mark.parametrize("token", SHAPES)
def test_shapes_of_common_tokens_are_redacted(token: str) -> None:
    assert Redactor().text(f"a = '{token}' # b") == f"a = '{MARK}' # b"
    assert token not in Redactor().text(f"x={token},{token}\n{token}")


@pytest.mark.parametrize(
    "text",
    [
        "the task-force-of-many-words-in-a-row and disk-usage-monitoring-service-name",
        "risk-" + "a" * 30,
        "-----BEGIN PRIVATE KEY----- is how such a file begins, and this is prose about it",
        "commit 0123456789abcdef0123456789abcdef01234567",
        "sha256:" + "0" * 64,
        "import asyncio  # eyJ is base64 of {",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert Redactor(["abc"]).text(text) == text


PIECES = st.sampled_from(
    [*SHAPES, *forms(SECRET), MARK, MARK[:5], MARK[5:], "sk-", "ghp_", "AKIA", "redacted", "-", "x", " ", "é"]
)


@given(st.lists(PIECES, max_size=12).map("".join))
@settings(max_examples=300)
def test_twice_is_the_same_as_once(text: str) -> None:
    redactor = Redactor([SECRET, "redacted", "cted]["])
    once = redactor.text(text)
    assert redactor.text(once) == once


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_kept_but_for_the_secret(data: bytes) -> None:
    redactor = Redactor([SECRET])
    assert redactor.bytes(data + SECRET.encode() + data) == redactor.bytes(data) + MARK.encode() + redactor.bytes(data)


@pytest.mark.parametrize(
    "unit", ["AKIA", "sk-", "eyJaaaaaaaaaaaa.", "-----BEGIN PRIVATE KEY-----", "\n" + "A" * 16, "xox", "a"]
)
def test_time_is_linear_for_hostile_text(unit: str) -> None:
    text = unit * (2_000_000 // len(unit))
    started = time.process_time()
    Redactor([SECRET]).text(text)
    assert time.process_time() - started < 3.0
