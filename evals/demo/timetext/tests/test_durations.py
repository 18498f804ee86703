import pytest

from timetext import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("1h 30m", 5400), ("1.5h", 5400), ("2d", 172800), ("1d2h3m4s", 93784)],
)
def test_parse(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "  ", "5", "5 parsecs", "1h and 3m"])
def test_parse_refuses(text):
    with pytest.raises(ValueError):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59, "59s"), (60, "1m"), (3600, "1h"), (5400, "1h 30m"), (93784, "1d 2h 3m 4s"), (-90, "-1m 30s")],
)
def test_format(seconds, text):
    assert format_duration(seconds) == text
