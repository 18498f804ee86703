"""FS-05: an edit keeps what it does not name, and is refused with the nearest lines when it does not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchwright.tools.edits import Refusal, Replaced, Swap, created, replaced

CODE = b"def add(a, b):\n    return a - b\n\n\ndef sub(a, b):\n    return a - b\n"


def reason(result: Replaced | bytes | Refusal) -> str:
    assert isinstance(result, Refusal)
    return result.reason


def data_of(result: Replaced | Refusal) -> bytes:
    assert isinstance(result, Replaced)
    return result.data


def test_swaps_are_made_in_order_and_all_of_them() -> None:
    swaps = [Swap("def add(a, b):\n    return a - b", "def add(a, b):\n    return a + b"), Swap("a + b", "b + a")]
    assert data_of(replaced("m.py", CODE, swaps)) == CODE.replace(b"a - b", b"b + a", 1)


def test_old_text_found_twice_is_refused_with_its_places() -> None:
    said = reason(replaced("m.py", CODE, [Swap("    return a - b", "    return 0")]))
    assert "2 times, at lines 2, 6" in said
    assert "earlier calls still stand" in said


def test_overlapping_places_are_more_than_one() -> None:
    assert "2 times, at lines 1, 2" in reason(replaced("m.txt", b"a\na\na\n", [Swap("a\na", "b")]))


def test_one_swap_that_does_not_fit_undoes_the_whole_call() -> None:
    said = reason(replaced("m.py", CODE, [Swap("def add", "def plus"), Swap("nowhere()", "x")]))
    assert said.startswith("Edit 2 of 2 refused: the old text is not in m.py.")
    assert "None of the 2 edits of this call was made" in said


def test_a_near_miss_shows_the_lines_it_may_have_meant() -> None:
    said = reason(replaced("m.py", CODE, [Swap("def sub(a, b, c):\n    return a - b", "x")]))
    assert "Did you mean these lines?\n5\tdef sub(a, b):\n6\t    return a - b" in said


def test_a_match_but_for_white_space_is_suggested_and_never_made() -> None:
    said = reason(replaced("m.c", b"int f() {\n\treturn  1;\n}\n", [Swap("int f() {\n    return 1;\n}", "x")]))
    assert "white space only; copy them exactly:\n1\tint f() {\n2\t\treturn  1;\n3\t}" in said
    assert "The indentation is tabs" in said


def test_copied_line_numbers_are_named_as_the_cause() -> None:
    said = reason(replaced("m.py", CODE, [Swap("5\tdef sub(a, b):\n6\t    return a - b", "x")]))
    assert "holds line numbers" in said


@pytest.mark.parametrize(("old", "new"), [("a", "a"), ("", "x"), ("def sub\r\n", "def sub\n")])
def test_an_edit_that_says_nothing_is_refused(old: str, new: str) -> None:
    assert isinstance(replaced("m.py", CODE, [Swap(old, new)]), Refusal)


def test_swaps_that_cancel_out_are_refused() -> None:
    assert "cancel" in reason(replaced("m.py", b"one\n", [Swap("one", "two"), Swap("two", "one")]))


def test_an_empty_file_can_be_filled() -> None:
    assert data_of(replaced("m.py", b"", [Swap("", "x = 1\n")])) == b"x = 1\n"


def test_crlf_stays_crlf_while_the_model_writes_lf() -> None:
    data = b"one\r\ntwo\r\nthree"
    assert data_of(replaced("a.txt", data, [Swap("one\ntwo", "one\nnew\ntwo")])) == b"one\r\nnew\r\ntwo\r\nthree"
    assert data_of(replaced("a.txt", data, [Swap("two", "a\r\nb")])) == b"one\r\na\r\nb\r\nthree"


def test_in_a_file_of_mixed_line_ends_each_kept_line_keeps_its_own() -> None:
    data = b"one\r\ntwo\nthree\r\nfour\n"
    assert (
        data_of(replaced("a.txt", data, [Swap("one\ntwo\nthree\n", "one\n2\n3\nthree\n")]))
        == b"one\r\n2\n3\nthree\r\nfour\n"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfname = '\xc3\xa4'\n",
        b"# -*- coding: latin-1 -*-\nname = '\xe4'\n",
        b"\xff\xfe" + "name = 'ä'\n".encode("utf-16-le"),
        b"\xfe\xff" + "name = 'ä'\r\n".encode("utf-16-be"),
        b"# vim: set fileencoding=euc_jp :\nname = '" + "日本".encode("euc-jp") + b"'",
    ],
)
def test_byte_order_mark_and_encoding_stay(data: bytes) -> None:
    there = data_of(replaced("m.py", data, [Swap("name", "title")]))
    assert there != data
    assert data_of(replaced("m.py", there, [Swap("title", "name")])) == data


@pytest.mark.parametrize(
    "data",
    [b"caf\xe9\n", b"\x89PNG\r\n\0", b"# coding: unicode_escape\nx", b"# coding: nonsense\nx", b"\xff\xfea", b"a\0b"],
)
def test_a_file_that_is_not_text_is_refused_and_not_damaged(data: bytes) -> None:
    assert "cannot be edited" in reason(replaced("m.py", data, [Swap("x", "y")]))


def test_a_character_that_the_encoding_lacks_is_refused() -> None:
    assert "no character '\\u20ac'" in reason(replaced("m.py", b"# coding: latin-1\nx\n", [Swap("x\n", "€\n")]))
    assert isinstance(replaced("m.py", b"x\n", [Swap("x", "\ud800")]), Refusal)
    assert isinstance(created("m.py", "\ud800"), Refusal)


def test_a_lone_carriage_return_is_never_joined_to_a_line_end() -> None:
    assert isinstance(replaced("m.txt", b"a\rb\n", [Swap("b", "\nc")]), Refusal)


TEXT = st.text(st.sampled_from("ab \t\r\nä"), max_size=40)


@given(before=TEXT, old=TEXT.filter(bool), after=TEXT, new=TEXT, bom=st.sampled_from([b"", b"\xef\xbb\xbf"]))
def test_bytes_outside_the_edit_never_change(before: str, old: str, after: str, new: str, bom: bytes) -> None:
    data = bom + (before + old + after).encode()
    result = replaced("f.txt", data, [Swap(old, new)])
    if isinstance(result, Replaced) and not result.notes:
        plain = data.replace(b"\r\n", b"\n")[len(bom) :].decode()
        wanted = plain.replace(old.replace("\r\n", "\n"), new.replace("\r\n", "\n"), 1)
        assert result.data.replace(b"\r\n", b"\n")[len(bom) :].decode() == wanted
        assert result.data.startswith(data[: len(bom) + max(0, len(before.encode()) - 1)])


@given(
    lines=st.lists(st.sampled_from(["x", "", "  y"]), max_size=8),
    ends=st.lists(st.sampled_from(["\n", "\r\n"]), min_size=9),
)
def test_line_ends_of_untouched_lines_never_change(lines: list[str], ends: list[str]) -> None:
    kept = "".join(line + end for line, end in zip(lines, ends, strict=False))
    for data, wanted in [(f"{kept}old", f"{kept}new"), (f"old{kept}", f"new{kept}")]:
        assert data_of(replaced("f.txt", data.encode(), [Swap("old", "new")])) == wanted.encode()


@given(st.binary(max_size=60), TEXT, TEXT)
def test_any_bytes_and_any_edit_end_in_bytes_or_a_refusal(data: bytes, old: str, new: str) -> None:
    assert isinstance(replaced("f", data, [Swap(old, new)]), Replaced | Refusal)
