"""The rows of a patch as they are drawn: marks, numbers, syntax colours, changed words."""

from collections.abc import Callable, Mapping, Sequence

from rich.style import Style
from rich.text import Text

from patchwright.api.tui.colours import PIECE, Span, language, spans
from patchwright.api.tui.diffrows import DiffRow
from patchwright.api.tui.lines import Lines
from patchwright.api.tui.patchview import FileView, Line
from patchwright.api.tui.pen import Pen
from patchwright.api.tui.words import changed_parts, partner

Piece = tuple[int, int, int]
"""File, hunk, and which piece of the hunk's lines."""
NUMBERS = 5
AHEAD = 8
"""Hunks that are coloured before they come into sight."""


class DiffLines(Lines):
    """A patch. `want` is told which piece of it needs colours; `coloured` takes them."""

    def __init__(self, pen: Pen, want: Callable[[Piece], None]) -> None:
        super().__init__(pen.ink, id="diff")
        self.pen = pen
        self.files: tuple[FileView, ...] = ()
        self.rows: list[DiffRow] = []
        self.left = 0
        """Characters that are scrolled out at the left."""
        self._want = want
        self._colours: dict[Piece, list[list[Span]]] = {}
        self._wanted: set[Piece] = set()

    def put(self, files: tuple[FileView, ...], rows: list[DiffRow]) -> None:
        """Other rows."""
        if files is not self.files:
            self._colours.clear()
            self._wanted.clear()
        self.files, self.rows = files, rows
        self.anew()

    def coloured(self, found: Mapping[Piece, list[list[Span]]]) -> None:
        """The colours of some pieces."""
        self._colours.update(found)
        self._wanted.update(found)
        self._strips.clear()
        self.refresh()

    def total(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def plain(self, at: int) -> str:
        """What is searched."""
        row = self.rows[at]
        match row.kind:
            case "line" | "pair":
                lines = self.files[row.file].hunks[row.hunk].lines
                return " ".join(lines[one].text for one in {row.line, row.other} - {-1})
            case "file":
                return self.files[row.file].path
            case _:
                return row.words

    def under(self, at: int) -> Style | None:
        """The ground of an added or removed line."""
        row = self.rows[at]
        if row.kind != "line":
            return None
        return self._ground(self.files[row.file].hunks[row.hunk].lines[row.line].mark)

    def _ground(self, mark: str) -> Style | None:
        return {"+": self.ink.added, "-": self.ink.removed}.get(mark)

    def action_sideways(self, by: int) -> None:
        """For long lines."""
        self.left = max(0, self.left + by)
        self._strips.clear()
        self.refresh()

    def draw(self, at: int, width: int) -> Text:
        """Row `at`."""
        row, pen, ink = self.rows[at], self.pen, self.ink
        match row.kind:
            case "alarm":
                return pen.line((row.words, ink.bad))
            case "comment":
                return pen.line(("            ┃ ", ink.notice), (row.words, ink.notice))
            case "note":
                return pen.line((f"    {row.words}", ink.quiet))
            case "file":
                return self._file(self.files[row.file])
            case "hunk":
                hunk = self.files[row.file].hunks[row.hunk]
                return pen.line((hunk.at, ink.accent), (f" {hunk.header}", ink.quiet))
            case "made":
                return pen.line((f"   {self.files[row.file].hunks[row.hunk].made}", ink.quiet + _ITALIC))
            case "judged":
                return pen.line((f"   {self.files[row.file].hunks[row.hunk].judged}", ink.quiet + _ITALIC))
            case "gap":
                return Text("")
            case "line":
                return self._line(row)
            case "pair":
                return self._pair(row, width)

    def _file(self, file: FileView) -> Text:
        ink = self.ink
        return self.pen.line(
            (file.path, ink.strong),
            (f"  {file.status}", ink.quiet),
            (f"  +{file.added}", ink.added_mark),
            (f" -{file.removed}", ink.removed_mark),
        )

    def _line(self, row: DiffRow) -> Text:
        line = self.files[row.file].hunks[row.hunk].lines[row.line]
        numbers = f"{line.old or '':>{NUMBERS}}{line.new or '':>{NUMBERS}} "
        return Text.assemble(
            (numbers, self.ink.quiet), self._mark(line), self._code(row, row.line), end="", no_wrap=True
        )

    def _mark(self, line: Line) -> tuple[str, Style]:
        style = {"+": self.ink.added_mark, "-": self.ink.removed_mark}.get(line.mark, self.ink.quiet)
        return f"{line.mark} ", style

    def _pair(self, row: DiffRow, width: int) -> Text:
        half = max(20, (width - 1) // 2)
        left = self._half(row, row.line, half, old=True)
        right = self._half(row, row.other, half, old=False)
        return Text.assemble(left, ("│", self.ink.quiet), right, end="", no_wrap=True)

    def _half(self, row: DiffRow, at: int, width: int, *, old: bool) -> Text:
        if at < 0:
            return Text(" " * width, end="")
        line = self.files[row.file].hunks[row.hunk].lines[at]
        number = line.old if old else line.new
        text = Text.assemble(
            (f"{number or '':>{NUMBERS}} ", self.ink.quiet), self._mark(line), self._code(row, at), end=""
        )
        text.truncate(width, overflow="crop", pad=True)
        ground = self._ground(line.mark)
        if ground:
            text.stylize_before(ground)
        return text

    def _code(self, row: DiffRow, at: int) -> Text:
        """The text of a line with its colours."""
        lines = self.files[row.file].hunks[row.hunk].lines
        text = Text(self.pen.clean(lines[at].text), self.ink.plain, end="", no_wrap=True)
        self._colour(text, (row.file, row.hunk, at // PIECE), at % PIECE)
        self._mark_words(text, lines, at)
        return text[self.left :] if self.left else text

    def _colour(self, text: Text, piece: Piece, at: int) -> None:
        found = self._colours.get(piece)
        if found is None:
            if piece not in self._wanted:
                self._wanted.add(piece)
                self._want(piece)
            return
        for start, end, kind in found[at]:
            text.stylize(self.ink.syntax[kind], start, end)

    def _mark_words(self, text: Text, lines: tuple[Line, ...], at: int) -> None:
        other = partner(lines, at)
        if other is not None:
            style = self.ink.added_word if lines[at].mark == "+" else self.ink.removed_word
            for start, end in changed_parts(text.plain, self.pen.clean(lines[other].text)):
                text.stylize(style, start, end)


def with_following(files: Sequence[FileView], pieces: Sequence[Piece]) -> list[Piece]:
    """These pieces, and those that come into sight next."""
    found = dict.fromkeys(pieces)
    for file, hunk, number in pieces:
        last = min(hunk + AHEAD, len(files[file].hunks) - 1)
        found |= dict.fromkeys((file, after, 0) for after in range(hunk + 1, last + 1))
        if (number + 1) * PIECE < len(files[file].hunks[hunk].lines):
            found[(file, hunk, number + 1)] = None
    return list(found)


def colours_of(pen: Pen, file: FileView, piece: Piece) -> list[list[Span]]:
    """The colours of a piece of a hunk: both sides are read as code of their own. Slow: outside the event loop."""
    _, hunk, number = piece
    lines = file.hunks[hunk].lines[number * PIECE : (number + 1) * PIECE]
    found: list[list[Span]] = [[] for _ in lines]
    for marks in (" -", " +"):
        places = [at for at, line in enumerate(lines) if line.mark in marks]
        side = spans(language(file.path), [pen.clean(lines[at].text) for at in places])
        for at, coloured in zip(places, side, strict=True):
            found[at] = coloured
    return found


_ITALIC = Style(italic=True)
