"""What counts as a command, and everything that does not (APR-07)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchwright.api.github.grammar import Command, Misread, read_command

HEX = "0123456789ab"
LINE = f"/patchwright approve {HEX}"


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/patchwright fix", Command("fix")),
        ("/patchwright plan\r\n", Command("plan")),
        ("/patchwright transform java-17", Command("transform", "java-17")),
        (f"Looks good.\n\n{LINE}\nkeep `foo`", Command("approve", HEX, "Looks good.\n\nkeep `foo`")),
        (
            "/patchwright revise leave the API alone\nand the tests",
            Command("revise", "leave the API alone", "and the tests"),
        ),
        ("- a list\n/patchwright cancel  ", Command("cancel", "", "- a list")),
        (f"```\ncode\n```\n{LINE}", Command("approve", HEX, "```\ncode\n```")),
        (f"> quoted\n\n{LINE}", Command("approve", HEX, "> quoted")),
        (f"<!-- a -->\n{LINE}", Command("approve", HEX, "<!-- a -->")),
        (f"<details>x</details>\n\n{LINE}", Command("approve", HEX, "<details>x</details>")),
    ],
)
def test_one_exact_line_of_its_own_is_a_command(text: str, command: Command) -> None:
    assert read_command(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"please {LINE}",
        f" {LINE}",
        f"\t{LINE}",
        f"> {LINE}",
        f"> he said\n{LINE}",
        f"- > he said\n{LINE}",
        f"    {LINE}",
        f"```\n{LINE}\n```",
        f"~~~ text\n{LINE}\n```\n",
        f"```\n{LINE}",
        f"<!--\n{LINE}\n-->",
        f"<!-- never closed\n{LINE}",
        f"<!--\n```\n-->\n```\n{LINE}\n```",
        f"<pre>\n{LINE}\n</pre>",
        f"<details><summary>log</summary>\n\n{LINE}\n\n</details>",
        f"<blockquote>\n\n{LINE}\n\n</blockquote>",
        f"`a\n{LINE}\nb`",
        f"<a title='\n{LINE}\n'>",
        f"/Patchwright approve {HEX}",
        f"/patchwrightapprove {HEX}",
        "\N{ZERO WIDTH SPACE}/patchwright fix",
    ],
)
def test_what_is_quoted_hidden_code_or_in_passing_is_no_command(text: str) -> None:
    assert read_command(text) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/patchwright", "The commands are"),
        ("/patchwright aprove 0123456789ab", "Did you mean `/patchwright approve`"),
        ("/patchwright approve", "12 hex digits"),
        ("/patchwright approve 0123456789a", "12 hex digits"),
        ("/patchwright approve 0123456789AB", "12 hex digits"),
        (f"/patchwright approve {HEX} please", "12 hex digits"),
        ("/patchwright fix it now", "stands alone"),
        ("/patchwright transform ../x", "names one definition"),
        ("/patchwright revise", "what should be different"),
        (f"{LINE}\n\n{LINE}", "one command"),
        ("/patchwright fix\N{CYRILLIC SMALL LETTER A}", "ASCII"),
        (f"/patchwright revise x\n{'n' * 8001}", "at most 8000"),
    ],
)
def test_a_line_that_speaks_to_us_wrongly_is_told_what_would_do(text: str, words: str) -> None:
    found = read_command(text)
    assert isinstance(found, Misread) and words in found.why


@given(st.text(alphabet=st.sampled_from("`~<>!- \n/apx"), max_size=60))
def test_nothing_above_a_command_makes_it_another_one(above: str) -> None:
    assert read_command(f"{above}\n{LINE}") in (
        None,
        Command("approve", HEX, above.strip()),
    ) or isinstance(read_command(f"{above}\n{LINE}"), Misread)


@given(st.text(max_size=200))
def test_any_comment_at_all_can_be_read(text: str) -> None:
    read_command(text)
