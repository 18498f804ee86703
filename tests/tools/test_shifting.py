"""FS-05: old text that differs by one shift of its indentation is taken where it stands once, and that is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchwright.tools.edits import Refusal, Replaced, Swap, replaced

CODE = b"class A:\n    def f(self):\n        if self.x:\n            return 1\n        return 2\n"


def shifted(data: bytes, old: str, new: str) -> tuple[bytes, str]:
    result = replaced("m.py", data, [Swap(old, new)])
    assert isinstance(result, Replaced), result
    return result.data, " ".join(result.notes)


def reason(data: bytes, old: str, new: str) -> str:
    result = replaced("m.py", data, [Swap(old, new)])
    assert isinstance(result, Refusal), result
    return result.reason


def test_text_written_without_its_indentation_is_moved_and_the_new_text_with_it() -> None:
    data, said = shifted(CODE, "if self.x:\n    return 1\nreturn 2", "if self.x:\n    return 3\n\nreturn 2")
    assert data == CODE.replace(b"return 1\n", b"return 3\n\n")
    assert said == (
        "Edit matched lines 3-5, not exactly (8 blanks added in front of each line); the new text was moved alike."
    )


def test_text_written_too_deep_is_moved_back_unless_the_new_text_cannot_be() -> None:
    old = "          if self.x:\n              return 1\n"
    data, said = shifted(CODE, old, "          if not self.x:\n              return 1\n")
    assert data == CODE.replace(b"if self.x", b"if not self.x")
    assert "2 blanks taken away" in said
    assert "white space only" in reason(CODE, old, " pass\n")


def test_blanks_at_line_ends_and_a_missing_last_line_end_are_forgiven() -> None:
    data, said = shifted(b"a = 1  \nb = 2\t\nc = 3", "a = 1\nb = 2\nc = 3\n", "a = 1\nb = 3\n")
    assert data == b"a = 1\nb = 3"
    assert "blanks at line ends apart" in said


@pytest.mark.parametrize("width", [2, 4, 8])
def test_blanks_written_for_tabs_become_tabs(width: int) -> None:
    blanks = " " * width
    data, said = shifted(
        b"func f() {\n\tif x {\n\t\treturn\n\t}\n}\n",
        f"func f() {{\n{blanks}if x {{\n{blanks * 2}return\n",
        f"func f() {{\n{blanks}if y {{\n{blanks * 2}g()\n{blanks * 2}return\n",
    )
    assert data == b"func f() {\n\tif y {\n\t\tg()\n\t\treturn\n\t}\n}\n"
    assert f"{width} blanks made one tab" in said


def test_line_ends_of_the_file_stay() -> None:
    assert shifted(b"if x:\r\n    a()\r\n    b()\r\n", "a()\nb()", "a()\nc()\nb()")[0] == (
        b"if x:\r\n    a()\r\n    c()\r\n    b()\r\n"
    )


def test_a_shift_that_fits_several_places_is_refused_with_them() -> None:
    twice = b"if a:\n    x()\n    y()\nif b:\n        x()\n        y()\n"
    assert "2 times but for indentation, at lines 2, 5" in reason(twice, "x()\ny()", "z()")


@pytest.mark.parametrize("old", ["if self.x:\n        return 1", "if  self.x:\n    return 1", "\n\n  \n"])
def test_what_needs_more_than_one_shift_is_never_made(old: str) -> None:
    assert "refused" in reason(CODE, old, "pass")


LINES = st.lists(st.sampled_from(["a", "  b", "    c", "", "\td"]), min_size=1, max_size=6)


@given(before=LINES, old=LINES, after=LINES, by=st.sampled_from(["  ", "\t", "        "]))
def test_a_shifted_edit_changes_the_lines_it_names_and_no_other(
    before: list[str], old: list[str], after: list[str], by: str
) -> None:
    there = [by + line if line else line for line in old]
    data = "\n".join([*before, *there, *after]).encode()
    result = replaced("f.txt", data, [Swap("\n".join(old), "NEW\n  TWO")])
    if isinstance(result, Replaced) and result.notes:
        lines = result.data.decode().split("\n")
        at = next(number for number, line in enumerate(lines) if line.endswith("NEW"))
        assert [*lines[:at], *lines[at + 2 :]] == [
            line for number, line in enumerate(data.decode().split("\n")) if not at <= number < at + len(old)
        ]
        assert lines[at + 1] == lines[at].removesuffix("NEW") + "  TWO"
