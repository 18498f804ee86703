import io

import pytest

from textgrid import Column, clip, render, wrap
from textgrid.cli import main
from textgrid.table import pad

YAMADA = "山田太郎"
RENE = "Rene\u0301"


def test_wide_names_take_two_columns_each():
    text = render([[YAMADA, "Kobe"], ["Smith", "York"]], [Column("name"), Column("city")])
    assert text.splitlines() == [
        "+----------+------+",
        "| name     | city |",
        "+----------+------+",
        f"| {YAMADA} | Kobe |",
        "| Smith    | York |",
        "+----------+------+",
    ]


def test_wide_headings_count_too():
    assert render([["ab"]], [Column("都市")]).splitlines() == ["+------+", "| 都市 |", "+------+", "| ab   |", "+------+"]


@pytest.mark.parametrize(
    ("align", "text"), [("left", f"{YAMADA}  "), ("right", f"  {YAMADA}"), ("center", f" {YAMADA} ")]
)
def test_padding_counts_columns(align, text):
    assert pad(YAMADA, 10, align) == text


def test_combining_accents_take_no_column():
    assert pad(RENE, 6) == RENE + "  "
    assert clip(RENE, 4) == RENE


def test_full_width_latin_is_wide_and_half_width_kana_is_not():
    assert pad("ＡＢ", 5) == "ＡＢ "
    assert pad("ｱｲ", 3) == "ｱｲ "


def test_umlauts_and_dashes_stay_narrow():
    assert pad("Zoë–ß", 6) == "Zoë–ß "


def test_a_cut_cell_stays_within_its_columns():
    assert clip(YAMADA, 8) == YAMADA
    assert clip(YAMADA, 7) == "山田太…"
    assert clip(YAMADA, 6) == "山田…"


def test_a_cut_does_not_take_the_accent_from_its_letter():
    assert clip(RENE + " Dupont", 5) == RENE + "…"


def test_wrapped_lines_stay_within_their_columns():
    assert wrap("東京都 港区", 6) == ["東京都", "港区"]
    assert wrap("東京都港区", 5) == ["東京", "都港", "区"]
    assert wrap("Zoe\u0301 Rene\u0301", 8) == ["Zoe\u0301 Rene\u0301"]


def test_a_limit_below_one_wide_character_ends():
    assert wrap("東a", 1) == ["東", "a"]


def test_the_command_line_keeps_the_limit():
    out = io.StringIO()
    main(["--max", "6"], io.StringIO(f"name\n{YAMADA}\nAlexander\n"), out)
    assert out.getvalue().splitlines()[3:5] == ["| 山田…  |", "| Alexa… |"]
