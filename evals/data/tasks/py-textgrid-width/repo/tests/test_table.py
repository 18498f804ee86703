import io

import pytest

from textgrid import Column, render
from textgrid.cli import main
from textgrid.table import pad


def test_a_table_has_borders_and_a_heading():
    text = render([["Smith", 3], ["Jones", 12]], [Column("name"), Column("orders", align="right")])
    assert text.splitlines() == [
        "+-------+--------+",
        "| name  | orders |",
        "+-------+--------+",
        "| Smith |      3 |",
        "| Jones |     12 |",
        "+-------+--------+",
    ]


def test_cells_of_several_lines_make_a_row_higher():
    text = render([["a\nb", "c"]], [Column("x"), Column("y")])
    assert text.splitlines()[3:5] == ["| a | c |", "| b |   |"]


def test_short_rows_are_filled_and_long_ones_refused():
    assert "| a |   |" in render([["a"]], [Column("x"), Column("y")])
    with pytest.raises(ValueError, match="3 cells"):
        render([["a", "b", "c"]], [Column("x"), Column("y")])


@pytest.mark.parametrize(("align", "text"), [("left", "ab  "), ("right", "  ab"), ("center", " ab ")])
def test_pad(align, text):
    assert pad("ab", 4, align) == text


def test_umlauts_take_one_column():
    assert pad("Zoë", 5) == "Zoë  "


def test_the_command_line_cuts_cells():
    out = io.StringIO()
    assert main(["--max", "6"], io.StringIO("name\nAlexander\n"), out) == 0
    assert "| Alexa… |" in out.getvalue()


def test_an_unknown_alignment_is_refused():
    with pytest.raises(ValueError, match="align"):
        Column("x", align="middle")
