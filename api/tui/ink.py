"""What each kind of text looks like: one dark palette, one light, and one in the terminal's own sixteen colours."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style
from textual.theme import Theme

from patchwright.api.wording import Mood

NOTHING = Style()


@dataclass(frozen=True, slots=True)
class Ink:
    """The styles of one palette. `added` and `removed` lie under whole lines, `*_word` under what changed in them."""

    theme: str
    plain: Style
    quiet: Style
    strong: Style
    accent: Style
    good: Style
    bad: Style
    notice: Style
    added: Style
    removed: Style
    added_word: Style
    removed_word: Style
    added_mark: Style
    removed_mark: Style
    cursor: Style
    found: Style
    syntax: Mapping[str, Style]

    def mood(self, mood: Mood) -> Style:
        """The style of what is told in this mood."""
        moods = {"plain": self.plain, "quiet": self.quiet, "good": self.good, "bad": self.bad, "notice": self.notice}
        return moods[mood]


def _ink(theme: str, colours: Mapping[str, str], syntax: Mapping[str, str]) -> Ink:
    named = {name: Style.parse(style) for name, style in colours.items()}
    return Ink(theme=theme, syntax={name: Style.parse(style) for name, style in syntax.items()}, **named)


DARK = _ink(
    "patchwright-dark",
    {
        "plain": "#d5d9e2",
        "quiet": "#8b93a1",
        "strong": "bold #f2f4f8",
        "accent": "#7cb7ff",
        "good": "#7fd18b",
        "bad": "#ff8f88",
        "notice": "#e9c46a",
        "added": "on #14291c",
        "removed": "on #331a1d",
        "added_word": "on #1f5c36",
        "removed_word": "on #77292f",
        "added_mark": "#7fd18b",
        "removed_mark": "#ff8f88",
        "cursor": "on #2b3240",
        "found": "black on #e9c46a",
    },
    {
        "keyword": "#c792ea",
        "string": "#c3d98a",
        "comment": "italic #8b93a1",
        "number": "#f0a36b",
        "name": "#82b7ff",
        "type": "#ffcb6b",
        "operator": "#9fb0c9",
    },
)

LIGHT = _ink(
    "patchwright-light",
    {
        "plain": "#24292f",
        "quiet": "#5f6772",
        "strong": "bold #0d1117",
        "accent": "#0a58ca",
        "good": "#146c2e",
        "bad": "#b3261e",
        "notice": "#7a4d00",
        "added": "on #e2f6e6",
        "removed": "on #fde7e5",
        "added_word": "on #a9e5b8",
        "removed_word": "on #f8b9b4",
        "added_mark": "#146c2e",
        "removed_mark": "#b3261e",
        "cursor": "on #dde5f2",
        "found": "black on #ffd866",
    },
    {
        "keyword": "#8250a0",
        "string": "#0a5c36",
        "comment": "italic #5f6772",
        "number": "#a04100",
        "name": "#0a58ca",
        "type": "#7a4d00",
        "operator": "#3d4a5c",
    },
)

TERMINAL = _ink(
    "ansi-dark",
    {
        "plain": "default",
        "quiet": "dim",
        "strong": "bold",
        "accent": "cyan",
        "good": "green",
        "bad": "red",
        "notice": "yellow",
        "added": "none",
        "removed": "none",
        "added_word": "bold underline",
        "removed_word": "bold underline",
        "added_mark": "bold green",
        "removed_mark": "bold red",
        "cursor": "reverse",
        "found": "reverse bold",
    },
    {
        "keyword": "magenta",
        "string": "yellow",
        "comment": "dim",
        "number": "cyan",
        "name": "default",
        "type": "blue",
        "operator": "default",
    },
)

INKS: Mapping[str, Ink] = {"dark": DARK, "light": LIGHT, "terminal": TERMINAL}

THEMES = (
    Theme(
        name="patchwright-dark",
        primary="#3d6fb5",
        secondary="#4b5a70",
        accent="#7cb7ff",
        warning="#e9c46a",
        error="#ff8f88",
        success="#7fd18b",
        foreground="#d5d9e2",
        background="#15171c",
        surface="#1b1e25",
        panel="#22262f",
        dark=True,
        variables={"scrollbar": "#3a4150", "scrollbar-background": "#15171c", "scrollbar-corner-color": "#15171c"},
    ),
    Theme(
        name="patchwright-light",
        primary="#7aa5e6",
        secondary="#b9c4d6",
        accent="#0a58ca",
        warning="#7a4d00",
        error="#b3261e",
        success="#146c2e",
        foreground="#24292f",
        background="#fcfcfb",
        surface="#f3f4f6",
        panel="#e9ebef",
        dark=False,
        variables={"scrollbar": "#c3cad6", "scrollbar-background": "#fcfcfb", "scrollbar-corner-color": "#fcfcfb"},
    ),
)
