"""One step of a plan as a form. A field that is left as it was keeps its very characters, seen or unseen."""

from typing import ClassVar

from pydantic import ValidationError
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from patchwright.agent.plan import Step
from patchwright.api.tui.dialogs import Fields
from patchwright.api.tui.pen import Pen
from patchwright.tools.untrusted import printable

FIELDS = (
    ("title", "title"),
    ("intent", "what"),
    ("files", "files, one glob a line"),
    ("verify", "how it is verified"),
    ("must_fix", "tests that must pass after it, one a line"),
    ("recipe", "recipe; empty: the editor model does it"),
)
LISTS = ("files", "must_fix")
LONG = ("intent", "verify", *LISTS)


class StepForm(ModalScreen[Step | None]):
    """Gives back the step as the person wants it, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", "Take"),
        Binding("escape", "leave", "Leave", priority=True),
    ]
    DEFAULT_CSS = "StepForm TextArea { height: auto; min-height: 3; max-height: 8; }"

    def __init__(self, pen: Pen, number: int, step: Step) -> None:
        super().__init__()
        self._pen, self._number, self._step = pen, number, step

    def compose(self) -> ComposeResult:
        """A field for each part."""
        with Vertical(classes="dialog form"):
            yield Static(f"Step {self._number}", classes="title", markup=False)
            with Fields(classes="fields"):
                for name, label in FIELDS:
                    yield Static(label, classes="label", markup=False)
                    shown = self._shown(name)
                    yield TextArea(shown, id=name, compact=True) if name in LONG else Input(shown, id=name)
            yield Static("Ctrl+S: take   Esc: leave   Tab: next field", classes="hint", markup=False)

    def action_take(self) -> None:
        """The step with what was changed. What no step can be is told."""
        values = {**self._step.model_dump(), **{name: self._value(name) for name, _ in FIELDS if self._is_new(name)}}
        try:
            step = Step.model_validate(values)
            kept = (step.recipe, step.files) == (self._step.recipe, self._step.files)
            self.dismiss(step if kept else step.model_copy(update={"preview": ""}))
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            words = f"{first['loc'][0]}: {first['msg']}"
            self.notify(printable(words), severity="error", markup=False)

    def action_leave(self) -> None:
        """The step stays as it was."""
        self.dismiss(None)

    def _shown(self, name: str) -> str:
        value = getattr(self._step, name)
        return self._pen.screen.clean("\n".join(value) if name in LISTS else value)

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", TextArea).text if name in LONG else self.query_one(f"#{name}", Input).value

    def _is_new(self, name: str) -> bool:
        return self._text(name) != self._shown(name)

    def _value(self, name: str) -> str | tuple[str, ...]:
        text = self._text(name).strip()
        return tuple(line.strip() for line in text.split("\n") if line.strip()) if name in LISTS else text
