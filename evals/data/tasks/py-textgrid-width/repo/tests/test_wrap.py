from textgrid import clip, wrap


def test_short_text_is_left_alone():
    assert clip("abc", 3) == "abc"
    assert wrap("a b", 3) == ["a b"]


def test_the_cut_is_marked_within_the_limit():
    assert clip("abcdef", 4) == "abc…"


def test_lines_break_at_blanks():
    assert wrap("the quick brown fox", 10) == ["the quick", "brown fox"]


def test_long_words_are_broken():
    assert wrap("a abcdefgh", 3) == ["a", "abc", "def", "gh"]


def test_empty_text_is_one_empty_line():
    assert wrap("", 5) == [""]
