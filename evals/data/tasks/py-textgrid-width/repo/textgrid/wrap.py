"""Cutting and breaking text."""

ELLIPSIS = "…"


def clip(text, limit):
    """The text cut to `limit` columns; what was cut is marked."""
    if len(text) <= limit:
        return text
    return text[: limit - 1] + ELLIPSIS


def wrap(text, limit):
    """The text in lines of at most `limit` columns, broken at blanks; longer words are broken anywhere."""
    lines, line = [], ""
    for word in text.split():
        while len(word) > limit:
            if line:
                lines.append(line)
                line = ""
            lines.append(word[:limit])
            word = word[limit:]
        if line and len(line) + 1 + len(word) > limit:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    lines.append(line)
    return lines
