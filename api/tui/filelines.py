"""A file of the base commit, with numbers and syntax colours."""

from rich.text import Text

from patchwright.api.tui.colours import Span, language, spans
from patchwright.api.tui.pen import Pen
from patchwright.api.tui.source import Source

MOST = 50_000
"""Lines of a file that are shown."""


def file_lines(pen: Pen, source: Source, run_id: str, path: str) -> list[tuple[Text, object]]:
    """The lines, none if there is no such file. May block."""
    text = source.file(run_id, path)
    if text is None:
        return []
    lines = [pen.clean(line) for line in text.split("\n")[:MOST]]
    coloured = spans(language(path), lines)
    return [
        (numbered(pen, at, line, found), at) for at, (line, found) in enumerate(zip(lines, coloured, strict=True), 1)
    ]


def numbered(pen: Pen, at: int, line: str, found: list[Span]) -> Text:
    """One line with its number before it. It is clean already."""
    text = Text.assemble((f"{at:>5}  ", pen.ink.quiet), (line, pen.ink.plain), end="", no_wrap=True)
    for start, end, kind in found:
        text.stylize(pen.ink.syntax[kind], start + 7, end + 7)
    return text
