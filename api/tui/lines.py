"""A list of any length of which only the lines in sight are drawn: every part of the screen is one."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

if TYPE_CHECKING:
    from patchwright.api.tui.ink import Ink

CACHED = 1000
"""Lines that are kept as drawn."""
SEARCHED_AT_ONCE = 200_000
"""Lines that a search looks through before it gives up."""


class Lines(ScrollView, can_focus=True):
    """Lines with one of them chosen. A subclass says how many there are and what each looks like.

    The chosen line has a mark at its left, so that it is seen without colours as well.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("home,g", "edge(0)", "Top", show=False),
        Binding("end,G", "edge(1)", "End", show=False),
        Binding("left,h", "sideways(-8)", "Left", show=False),
        Binding("right,l", "sideways(8)", "Right", show=False),
        Binding("enter", "choose", "Open", show=False),
    ]
    DEFAULT_CSS = "Lines { height: 1fr; scrollbar-size: 1 1; overflow-x: hidden; overflow-y: auto; }"

    class AtLine(Message):
        """Something happened at a line."""

        def __init__(self, lines: "Lines", at: int) -> None:
            super().__init__()
            self.lines = lines
            self.at = at

        @property
        def control(self) -> "Lines":
            """Where it happened."""
            return self.lines

    class Chosen(AtLine):
        """Enter or a click on the chosen line."""

    class Moved(AtLine):
        """Another line is the chosen one."""

    def __init__(self, ink: "Ink", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.ink = ink
        self.cursor = 0
        self.sought = ""
        self._known_lowest: Style | None = None
        self._writer = Console(file=io.StringIO())
        self._strips: LRUCache[tuple[int, int], Strip] = LRUCache(CACHED)

    # what a subclass says

    def total(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def draw(self, at: int, width: int) -> Text:
        """Line `at`, for a place of `width` cells. Its text is harmless already."""
        raise NotImplementedError

    def under(self, at: int) -> Style | None:
        """What lies under the whole of line `at`."""
        return None

    # drawing

    def on_mount(self) -> None:
        """Take the size of what is there."""
        self.anew()

    def anew(self) -> None:
        """Something is different: forget what was drawn."""
        self._strips.clear()
        self._known_lowest = None
        self.virtual_size = Size(0, self.total())
        self.cursor = max(0, min(self.cursor, self.total() - 1))
        self.refresh()

    def again(self, at: int) -> None:
        """Line `at` looks otherwise now."""
        self._strips.discard((at, self.size.width))
        self.refresh_line(at)

    def on_resize(self, event: Resize) -> None:
        """Lines are drawn for a width."""
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """The line in sight at `y`."""
        at, width = self.scroll_offset.y + y, self.size.width
        if at >= self.total():
            return Strip.blank(width, self._lowest)
        strip = self._strip(at, width)
        if at == self.cursor and self.shows_cursor:
            return _marked(strip, self.ink.cursor, self.ink.accent)
        return strip

    @property
    def shows_cursor(self) -> bool:
        """Whether the chosen line is marked."""
        return self.has_focus

    @property
    def _lowest(self) -> Style:
        """What lies under everything; to ask for it costs as much as to draw a line."""
        if self._known_lowest is None:
            self._known_lowest = self.rich_style
        return self._known_lowest

    def _strip(self, at: int, width: int) -> Strip:
        found = self._strips.get((at, width))
        if found is None:
            under = self.under(at)
            ground = self._lowest + under if under else self._lowest
            text = self.draw(at, width - 1)
            if self.sought:
                text.highlight_words([self.sought], self.ink.found, case_sensitive=False)
            segments = Segment.apply_style([Segment(" "), *text.render(self._writer)], ground)
            found = Strip(Segment.adjust_line_length(list(segments), width, ground), width)
            self._strips[(at, width)] = found
        return found

    # moving

    def go(self, at: int, *, top: bool = False) -> None:
        """Choose line `at` and bring it into sight; with `top` to the upper edge."""
        at = max(0, min(at, self.total() - 1))
        before, self.cursor = self.cursor, at
        self.refresh_line(before)
        self.refresh_line(at)
        height = max(1, self.size.height)
        first = self.scroll_offset.y
        if top or at < first:
            self.scroll_to(y=at, animate=False)
        elif at >= first + height:
            self.scroll_to(y=at - height + 1, animate=False)
        if before != at:
            self.post_message(self.Moved(self, at))

    def action_move(self, by: int) -> None:
        """To the next line, or the one before."""
        self.go(self.cursor + by)

    def action_page(self, by: int) -> None:
        """As far as is in sight."""
        self.go(self.cursor + by * max(1, self.size.height - 2))

    def action_edge(self, end: int) -> None:
        """To the first line or the last."""
        self.go(self.total() - 1 if end else 0)

    def action_sideways(self, by: int) -> None:
        """For what is wider than the screen; most lists have nothing there."""

    def action_choose(self) -> None:
        """Open what is chosen."""
        if self.total():
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: Click) -> None:
        """A click chooses a line; a second one opens it."""
        at = self.scroll_offset.y + event.y
        if at < self.total():
            if event.chain > 1:
                self.action_choose()
            self.go(at)

    def on_focus(self) -> None:
        """The mark is shown where the keys go."""
        self.refresh_line(self.cursor)

    def on_blur(self) -> None:
        """And only there."""
        self.refresh_line(self.cursor)

    # searching

    def plain(self, at: int) -> str:
        """The text of line `at` as it is searched."""
        return self.draw(at, 10_000).plain

    def seek(self, words: str) -> None:
        """Remember what is looked for, and mark it wherever it is."""
        self.sought = words
        self._strips.clear()
        self.refresh()

    def next_match(self, by: int) -> bool:
        """Go to the next line (`by` 1) or the one before (-1) that has the sought words; around the end."""
        return self.next_line(by, lambda at: self.sought.casefold() in self.plain(at).casefold())

    def next_line(self, by: int, wanted: Callable[[int], bool]) -> bool:
        """Go to the next line that is wanted; False if there is none."""
        total = self.total()
        for step in range(1, min(total, SEARCHED_AT_ONCE) + 1):
            at = (self.cursor + by * step) % total
            if wanted(at):
                self.go(at)
                return True
        return False


def _marked(strip: Strip, cursor: Style, mark: Style) -> Strip:
    """The chosen line."""
    first, *rest = strip
    parts = (Segment("▌", (first.style or Style()) + mark), Segment(first.text[1:], first.style), *rest)
    return Strip(Segment.apply_style(parts, post_style=cursor), strip.cell_length)


class TextLines(Lines):
    """Lines that are there already, each with what it stands for."""

    def __init__(self, ink: "Ink", rows: "list[tuple[Text, object]] | None" = None, *, id: str | None = None) -> None:
        super().__init__(ink, id=id)
        self.rows: list[tuple[Text, object]] = rows or []

    def total(self) -> int:
        """How many lines there are."""
        return len(self.rows)

    def draw(self, at: int, width: int) -> Text:
        """Line `at`."""
        return self.rows[at][0].copy()

    def put(self, rows: "list[tuple[Text, object]]") -> None:
        """Other lines instead."""
        self.rows = rows
        self.anew()

    def tag(self, at: int | None = None) -> object:
        """What the chosen line, or line `at`, stands for."""
        at = self.cursor if at is None else at
        return self.rows[at][1] if at < len(self.rows) else None
