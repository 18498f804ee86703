import pytest

from inivault import Document
from inivault.cli import main

BEFORE = """\
; production
[database]
port = 5432
password = p#ss;word
timeout = 30   ; seconds
path = "C:\\temp # files"
"""


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("x = p#ss;word", "p#ss;word"),
        ("x = 30   ; seconds", "30"),
        ("x = 30\t# seconds", "30"),
        ('x = "a # b"', "a # b"),
        ('x = "a ; b"   # not c', "a ; b"),
        ('x = ""  ; empty', ""),
        ('x = a "b # c', 'a "b'),
        ("x = # nothing", ""),
        ("x =; nothing", "; nothing"),
        ("x = a=b ; c", "a=b"),
    ],
)
def test_where_a_comment_begins(line, value):
    assert Document.parse(f"[s]\n{line}\n").get("s", "x") == value


def test_one_changed_value_leaves_all_other_lines(tmp_path):
    path = tmp_path / "server.ini"
    path.write_text(BEFORE)
    assert main(["set", str(path), "database.port", "5433"]) == 0
    assert path.read_text() == BEFORE.replace("5432", "5433")


def test_odd_layout_of_other_lines_is_kept():
    text = "[ a ]\nx=1\n  y   =  2  # two\n"
    document = Document.parse(text)
    document.set("a", "x", "7")
    assert document.text().splitlines()[0] == "[ a ]"
    assert document.text().splitlines()[2] == "  y   =  2  # two"


def test_a_changed_line_keeps_its_comment():
    document = Document.parse(BEFORE)
    document.set("database", "timeout", "60")
    assert "timeout = 60   ; seconds\n" in document.text()


def test_a_value_that_would_be_read_as_a_comment_is_quoted():
    document = Document.parse("[a]\nx = 1\n")
    document.set("a", "x", "left # right")
    assert Document.parse(document.text()).get("a", "x") == "left # right"


def test_an_unchanged_file_is_written_as_it_was():
    assert Document.parse(BEFORE).text() == BEFORE
