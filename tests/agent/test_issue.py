"""What becomes of the text that a person asked with."""

import pytest

from patchwright.agent.issue import MAX_TITLE, titled


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("# mean([]) crashes\n\nIt should return 0.0.", "mean([]) crashes", "\nIt should return 0.0."),
        ("\n### Split ignores quotes ###2", "Split ignores quotes ###2", ""),
        ("#12 is back\n# Not the title", "#12 is back", "# Not the title"),
        ("C# breaks", "C# breaks", ""),
        ("#include is lost", "#include is lost", ""),
    ],
)
def test_the_title_is_the_first_line_without_the_mark_of_a_heading(text: str, title: str, body: str) -> None:
    assert titled(text) == (title, body)


def test_what_a_long_first_line_holds_beyond_the_title_stays_in_the_body() -> None:
    assert titled(f"{'x' * MAX_TITLE}yz\nmore") == ("x" * MAX_TITLE, "yz\nmore")
