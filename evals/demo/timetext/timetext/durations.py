"""Parse and format durations."""

import re

UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}

_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([dhms])")


def parse_duration(text):
    """Seconds of a text such as "1h 30m". Raises ValueError."""
    seconds, end = 0.0, 0
    while end < len(text.rstrip()):
        part = _PART.match(text, end)
        if part is None:
            raise ValueError(f"not a duration: {text!r}")
        seconds += float(part[1]) * UNITS[part[2]]
        end = part.end()
    if end == 0:
        raise ValueError("an empty text is not a duration")
    return seconds


def format_duration(seconds):
    """The shortest text for a number of seconds, rounded to whole seconds."""
    if seconds < 0:
        return "-" + format_duration(-seconds)
    parts = []
    for unit, size in UNITS.items():
        if unit == "s":
            count = round(seconds)
        else:
            count = int(seconds // size)
            seconds -= count * size
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"
