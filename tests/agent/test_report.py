"""The report as Markdown: what strangers wrote is shown and never obeyed."""

import re

import pytest

from patchwright.agent.report import inline


@pytest.mark.parametrize(
    "text",
    [
        "see https://evil.example/x and HTTP://evil.example",
        "ftp://evil.example, mailto:a@evil.example",
        "www.evil.example WWW.evil.example",
        "[click](https://evil.example) ![](https://evil.example/p.png) <https://evil.example>",
    ],
)
def test_no_text_becomes_a_link(text: str) -> None:
    """OUT-05: neither by markup nor by being a bare address."""
    said = inline(text)
    assert not re.search(r"://|www\.|@\w|(?<!\\)[\[<]", said, re.IGNORECASE)
    assert said.replace("\\", "").replace("\N{ZERO WIDTH NON-JOINER}", "") == text
