"""Questions on top of a screen. None of them does anything: each gives back what the person said."""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from patchwright.api.tui.desk import Desk
from patchwright.api.tui.ink import Ink
from patchwright.api.tui.lines import TextLines

C = TypeVar("C")


class Fields(VerticalScroll, can_focus=False):
    """Fields of a form, as many as there are; the keys go to one of them."""


class Sure(ModalScreen[str | None]):
    """Asks once more; only `y` is yes. Gives back the note that may be added (""), or None for no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes"),
        Binding("n,escape,q", "no", "No"),
    ]
    AUTO_FOCUS = ""
    """The keys go to the question, not to the note."""

    def __init__(self, title: str, lines: Sequence[Text], *, note: str = "", hint: str = "y yes   n no") -> None:
        super().__init__()
        self._title, self._lines, self._note, self._hint = title, lines, note, hint

    def compose(self) -> ComposeResult:
        """Title, what it is about, the note if there can be one, the keys."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield Static(Text("\n").join(self._lines), classes="text", markup=False)
            if self._note:
                yield Static(self._note, classes="label", markup=False)
                yield Input(id="note")
            yield Static(self._hint, classes="hint", markup=False)

    def on_input_submitted(self) -> None:
        """A note is finished by Enter; that is no yes yet."""
        self.set_focus(None)

    def action_yes(self) -> None:
        """Yes, with the note."""
        self.dismiss(self.query_one("#note", Input).value.strip() if self._note else "")

    def action_no(self) -> None:
        """Nothing is done."""
        self.dismiss(None)


class Ask(ModalScreen[str | None]):
    """One line of text; None if the person left."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave")]

    def __init__(self, title: str, value: str = "", hint: str = "Enter: go on   Esc: leave") -> None:
        super().__init__()
        self._title, self._value, self._hint = title, value, hint

    def compose(self) -> ComposeResult:
        """Title and one field."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield Input(self._value)
            yield Static(self._hint, classes="hint", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter says that it is done."""
        self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        """Nothing is done."""
        self.dismiss(None)


class Words(ModalScreen[tuple[bool, str]]):
    """Several lines of text: whether to send them, and the words; what is left unsent is kept by whoever asked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "Send"),
        Binding("escape", "keep", "Keep for later", priority=True),
    ]

    def __init__(self, title: str, text: str = "", hint: str = "Ctrl+S: send   Esc: keep for later") -> None:
        super().__init__()
        self._title, self._text, self._hint = title, text, hint

    def compose(self) -> ComposeResult:
        """Title and a field of several lines."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield TextArea(self._text, id="words", compact=True)
            yield Static(self._hint, classes="hint", markup=False)

    def on_mount(self) -> None:
        """Go on where the text ends."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)

    def action_send(self) -> None:
        """Send what stands there."""
        self.dismiss((True, self.query_one(TextArea).text.strip()))

    def action_keep(self) -> None:
        """Keep it for later."""
        self.dismiss((False, self.query_one(TextArea).text.strip()))


class Pick(ModalScreen[C | None], Generic[C]):
    """One of several: each has a key of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "leave", "Leave")]

    def __init__(self, ink: Ink, title: str, choices: Sequence[tuple[str, C, str]]) -> None:
        """`choices` are (key, name, words)."""
        super().__init__()
        self._ink, self._title, self._choices = ink, title, choices

    def compose(self) -> ComposeResult:
        """Title and the choices."""
        rows: list[tuple[Text, object]] = [
            (Text.assemble((f" {key}  ", self._ink.accent), (words, self._ink.plain)), name)
            for key, name, words in self._choices
        ]
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            lines = TextLines(self._ink, rows)
            lines.styles.height = len(rows)
            yield lines
            yield Static("Enter or its key: choose   Esc: leave", classes="hint", markup=False)

    def on_key(self, event: Key) -> None:
        """A choice by its key."""
        for key, name, _ in self._choices:
            if event.key == key:
                event.stop()
                self.dismiss(name)

    def on_lines_chosen(self, event: TextLines.Chosen) -> None:
        """A choice by Enter or mouse."""
        self.dismiss(self._choices[event.at][1])

    def action_leave(self) -> None:
        """Nothing is chosen."""
        self.dismiss(None)


class Reader(ModalScreen[None]):
    """Something to read: a file, a request, the help."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "leave", "Close"),
        Binding("slash", "find", "Find"),
        Binding("n", "match(1)", "Next match", show=False),
        Binding("N", "match(-1)", "Match before", show=False),
    ]

    def __init__(self, desk: Desk, title: Text, lines: TextLines, at: int = 0) -> None:
        super().__init__()
        self._desk = desk
        self._title, self._lines, self._at = title, lines, at

    def compose(self) -> ComposeResult:
        """Title and the lines."""
        with Vertical(classes="dialog tall"):
            yield Static(self._title, classes="title", markup=False)
            yield self._lines
            yield Static("Esc: close   /: find   n: next match", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Begin at the line that it is about, some lines below the edge."""
        self._lines.focus()
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        self._lines.go(max(0, self._at - 5), top=True)
        self._lines.go(self._at)

    def action_find(self) -> None:
        """Look for words."""
        self._desk.ask(Ask("Find", self._lines.sought), self._found)

    def _found(self, words: str | None) -> None:
        if words:
            self._lines.seek(words)
            self._lines.next_match(1)

    def action_match(self, by: int) -> None:
        """To the next match."""
        if self._lines.sought:
            self._lines.next_match(by)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)
