import pytest

from inivault import Document, ParseError

TEXT = """\
# main

[server]
host = example.org
port = 80

[client]
name = "  two blanks"
"""


def test_values_are_read():
    document = Document.parse(TEXT)
    assert document.sections() == ["server", "client"]
    assert document.get("server", "port") == "80"
    assert document.get("client", "name") == "  two blanks"
    assert document.get("client", "port", "none") == "none"


def test_a_comment_in_a_line_is_no_part_of_the_value():
    assert Document.parse("[a]\nx = 1 ; one\ny = 2 # two\n").get("a", "x") == "1"


def test_an_unchanged_file_is_written_as_it_was():
    assert Document.parse(TEXT).text() == TEXT


def test_a_value_is_changed():
    document = Document.parse(TEXT)
    document.set("server", "port", "8080")
    assert document.text() == TEXT.replace("port = 80", "port = 8080")


def test_keys_and_sections_are_added():
    document = Document.parse("[a]\nx = 1\n")
    document.set("a", "y", "2")
    document.set("b", "z", "3")
    assert document.text() == "[a]\nx = 1\ny = 2\n\n[b]\nz = 3\n"


def test_the_last_of_two_equal_keys_counts():
    assert Document.parse("[a]\nx = 1\nx = 2\n").get("a", "x") == "2"


def test_other_lines_are_refused_by_number():
    with pytest.raises(ParseError, match="line 2"):
        Document.parse("[a]\nnonsense\n")
