"""A new run: which repository, what should change, by a model or by a definition."""

from pathlib import Path
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Select, Static, TextArea

from patchwright.api.tui.desk import Desk
from patchwright.api.tui.dialogs import Fields
from patchwright.api.tui.source import Order

BY_MODEL, BY_RECIPES = "model", "recipes"


class NewRun(ModalScreen[str | None]):
    """Gives back the id of the run that was begun, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "begin", "Begin"),
        Binding("escape", "leave", "Leave", priority=True),
    ]
    DEFAULT_CSS = "NewRun TextArea { height: 6; }"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._begun = False

    def compose(self) -> ComposeResult:
        """A field for each part of an order."""
        with Vertical(classes="dialog form"):
            yield Static("New run", classes="title", markup=False)
            with Fields(classes="fields"):
                yield Static("repository: a folder, or a git URL", classes="label", markup=False)
                yield Input(str(Path.cwd()), id="repository")
                yield Static("what should change: words, or @FILE", classes="label", markup=False)
                yield TextArea(self._desk.drafts.get("new", "issue"), id="issue", compact=True)
                yield Static("done by", classes="label", markup=False)
                yield Select(self._ways(), value=BY_MODEL, allow_blank=False, id="way", compact=True)
                yield Static("commit to start from", classes="label", markup=False)
                yield Input("HEAD", id="revision")
                yield Static("sandbox", classes="label", markup=False)
                boxes = [
                    ("docker", "docker"),
                    ("local: this machine, without isolation, for trusted code only", "local"),
                ]
                yield Select(boxes, value="docker", allow_blank=False, id="sandbox", compact=True)
                yield Static("a recorded model instead of a live one (a file), if any", classes="label", markup=False)
                yield Input(id="recording")
            yield Static("Ctrl+S: begin   Esc: leave   Tab: next field", classes="hint", markup=False)

    def _ways(self) -> list[tuple[str, str]]:
        from patchwright.tools.transformations.definition import shipped

        ways = [("the configured model, and recipes", BY_MODEL), ("recipes only, no model", BY_RECIPES)]
        return ways + [(f"transformation {name}", name) for name in sorted(shipped())]

    def _chosen(self, name: str) -> str:
        field = cast("Select[str]", self.query_one(f"#{name}", Select))
        return str(field.value)

    def _order(self) -> Order:
        way = self._chosen("way")
        definition = "" if way in (BY_MODEL, BY_RECIPES) else way
        recording = self.query_one("#recording", Input).value.strip()
        return Order(
            repository=self.query_one("#repository", Input).value.strip(),
            issue=self.query_one("#issue", TextArea).text.strip(),
            transformation=definition,
            revision=self.query_one("#revision", Input).value.strip() or "HEAD",
            sandbox="local" if self._chosen("sandbox") == "local" else "docker",
            model=way != BY_RECIPES,
            recording=str(Path(recording).absolute()) if recording else "",
        )

    def action_begin(self) -> None:
        """Begin it once."""
        if not self._begun:
            self._begun = True
            self.query_one(".hint", Static).update("Fetching the repository and storing the run …")
            self._desk.work(self._begin(self._order()))

    async def _begin(self, order: Order) -> None:
        run_id = await self._desk.attempt(lambda: self._desk.hands.start(order))
        self._begun = False
        if run_id is None:
            self.query_one(".hint", Static).update("Ctrl+S: begin   Esc: leave   Tab: next field")
            return
        self._desk.drafts.put("new", "issue", "")
        self.dismiss(run_id)

    def action_leave(self) -> None:
        """The words are kept."""
        self._desk.drafts.put("new", "issue", self.query_one("#issue", TextArea).text)
        self.dismiss(None)
