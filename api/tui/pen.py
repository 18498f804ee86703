"""Untrusted text as lines for the screen: redacted, harmless, without markup (OUT-02, SEC-04)."""

import io
from collections.abc import Iterable, Sequence

from rich.console import Console, RenderableType
from rich.style import Style
from rich.text import Text

from patchwright.api.screen import Screen
from patchwright.api.tui.ink import NOTHING, Ink

TAB = 4
LONGEST = 2000
"""Characters of one line that are shown."""

Piece = tuple[str, Style]


class Pen:
    """Writes in one palette."""

    def __init__(self, screen: Screen, ink: Ink) -> None:
        self.screen = screen
        self.ink = ink
        self._console = Console(file=io.StringIO(), width=80, color_system=None)

    def clean(self, words: str) -> str:
        """Words that may be shown, on one line."""
        cut = words if len(words) <= LONGEST else f"{words[:LONGEST]}… {len(words) - LONGEST} more characters"
        return self.screen.clean(cut).replace("\n", "⏎").expandtabs(TAB)

    def line(self, *pieces: Piece | str, indent: int = 0) -> Text:
        """One line of pieces; a piece without a style is plain."""
        text = Text(" " * indent, no_wrap=True, end="")
        for piece in pieces:
            words, style = (piece, self.ink.plain) if isinstance(piece, str) else piece
            text.append(self.clean(words), style)
        return text

    def wrapped(self, words: str, width: int, style: Style = NOTHING, indent: int = 0) -> list[Text]:
        """Words of any length on as many lines as they take."""
        lines = list[Text]()
        room = max(10, width - indent)
        for part in self.screen.clean(words).expandtabs(TAB).split("\n"):
            text = Text(part, style=self.ink.plain + style, end="")
            lines += text.wrap(self._console, room) or [text]
        return [_indented(line, indent) for line in lines]

    def labelled(self, label: str, items: Sequence[str], width: int, style: Style = NOTHING) -> list[Text]:
        """A label with its items beside it, each wrapped."""
        lines = list[Text]()
        for item in items:
            lines += self.wrapped(item, width, style, indent=14)
        if lines:
            lines[0] = Text.assemble((f"  {label:<12}", self.ink.quiet), lines[0][14:], end="")
        return lines

    def laid_out(self, parts: Iterable[RenderableType], width: int) -> list[Text]:
        """What the command line prints, as lines of that width."""
        options = self._console.options.update_width(width)
        found = list[Text]()
        for part in parts:
            for segments in self._console.render_lines(part, options, pad=False):
                line = Text.assemble(*((one.text, one.style or "") for one in segments), end="", no_wrap=True)
                line.stylize_before(self.ink.plain)
                found.append(line)
        return found


def _indented(line: Text, indent: int) -> Text:
    line.rstrip()
    return Text.assemble(" " * indent, line, end="") if indent else line
