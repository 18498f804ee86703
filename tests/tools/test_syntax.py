"""Syntax is judged by parsing alone, on any bytes, in bounded time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchwright.tools.syntax import check_syntax, new_errors


@pytest.mark.parametrize(
    ("path", "data", "line"),
    [
        ("a.py", b"x = 1\ndef f(:\n", 2),
        ("a.pyi", b"class A\n", 1),
        ("a.py", b"if x:\n\ty\n        z\n", 3),
        ("a.json", b'{"a": 1,\n}', 2),
        ("a.toml", b"a = 1\nb = \n", 2),
    ],
)
def test_an_error_is_told_with_its_line(path: str, data: bytes, line: int) -> None:
    found = check_syntax(path, data)
    assert found is not None
    assert [(one.path, one.line, one.code) for one in found] == [(path, line, "syntax")]


@pytest.mark.parametrize(
    ("path", "data"), [("a.py", b"x = 1"), ("a.json", b"[1]"), ("a.toml", b"a = 1"), ("tsconfig.json", b"//")]
)
def test_a_correct_file_has_no_errors(path: str, data: bytes) -> None:
    assert check_syntax(path, data) == ()


@pytest.mark.parametrize("path", ["a.c", "Makefile", "a.yaml", "py"])
def test_other_kinds_are_left_to_the_compilers(path: str) -> None:
    assert check_syntax(path, b"{{{") is None


def test_an_error_that_was_there_before_is_not_the_edits() -> None:
    python2 = b"print 'x'\n"
    assert new_errors("a.py", python2, b"print 'y'\n") == ()
    assert [one.line for one in new_errors("a.py", b"x = 1\n", b"x =\n")] == [1]
    assert [one.line for one in new_errors("a.py", None, b"x =\n")] == [1]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.py", b"-" * 400_000 + b"1"),
        ("a.py", b"a" + b".b" * 200_000),
        ("a.py", b"(" * 100_000),
        ("a.py", b"lambda:" * 60_000 + b"1"),
        ("a.py", b"x\0"),
        ("a.py", b"\xff\xfe"),
        ("a.py", b"9" * 10_000),
        ("a.json", b"[" * 400_000),
        ("a.json", b"9" * 10_000),
        ("a.json", b"\xff"),
        ("a.toml", b"a=" + b"[" * 100_000),
        ("a.toml", b"a." * 50_000 + b"b=1"),
        ("a.toml", b"\xff"),
        ("a.py", b"x\n" * 1_000_000),
    ],
)
def test_hostile_files_end_in_an_answer_within_seconds(path: str, data: bytes) -> None:
    began = time.perf_counter()
    check_syntax(path, data)
    assert time.perf_counter() - began < 5


@given(st.sampled_from(["a.py", "a.json", "a.toml"]), st.binary(max_size=80))
def test_any_bytes_end_in_an_answer(path: str, data: bytes) -> None:
    check_syntax(path, data)
