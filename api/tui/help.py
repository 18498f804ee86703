"""All keys that mean something now, as a thing to read."""

from collections.abc import Callable
from typing import Any

from rich.text import Text
from textual.binding import Binding
from textual.screen import Screen

from patchwright.api.tui.desk import Desk
from patchwright.api.tui.dialogs import Reader
from patchwright.api.tui.lines import TextLines
from patchwright.api.tui.pen import Pen

MOVING = (
    ("j k ↓ ↑", "next line, line before"),
    ("PgDn PgUp", "a page"),
    ("g G", "top, end"),
    ("/ n N", "find, next match, match before"),
    ("Tab", "the next part of the screen"),
    ("Enter", "open, unfold"),
)


def key_reader(desk: Desk, screen: Screen[Any], named: Callable[[Binding], str]) -> Reader:
    """The keys of that screen, those of moving about at the end."""
    pen, seen = desk.pen, dict[str, str]()
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.description and binding.show:
            seen.setdefault(binding.description, named(binding))
    rows = [(keys, words) for words, keys in seen.items()]
    lines: list[tuple[Text, object]] = [(_row(pen, keys, words), None) for keys, words in (*rows, ("", ""), *MOVING)]
    return Reader(desk, Text("Keys"), TextLines(pen.ink, lines))


def _row(pen: Pen, keys: str, words: str) -> Text:
    return pen.line((f"{keys:<12}", pen.ink.accent), words)
