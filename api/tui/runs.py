"""The list of runs: where each stands, what it does, what it cost, how old it is."""

from datetime import UTC, datetime
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer, Input, Static

from patchwright.agent.run import ENDED, GATE, PARKED, Run
from patchwright.api.naming import short
from patchwright.api.tui.desk import Desk
from patchwright.api.tui.lines import Lines
from patchwright.api.tui.pen import Pen
from patchwright.api.tui.source import Row

EVERY = 1.0
"""Seconds between two looks."""
SORTS = ("newest", "waiting for me first", "status", "cost")
WIDE = 120
"""Columns from which on the step has room of its own."""
STEP = 34


def stands(row: Row) -> str:
    """The status in words, and whether anybody works on it."""
    if row.run.issue.origin == "replay":
        return "replay"
    status = row.run.status.replace("_", " ")
    return status if row.at_work or row.run.status in ENDED | GATE | PARKED else f"{status}, parked"


def came_to(run: Run) -> str:
    """The verdict, or another outcome."""
    return run.verdict if run.outcome == "patch" else (run.outcome or "").replace("_", " ")


def age(moment: str, now: datetime) -> str:
    """How long ago, in the largest unit."""
    seconds = max(0, int((now - datetime.fromisoformat(moment)).total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def thousands(number: int) -> str:
    """Tokens, short: 950, 12k, 3.4M."""
    if number < 1000:
        return str(number)
    return f"{number / 1000:.0f}k" if number < 1_000_000 else f"{number / 1_000_000:.1f}M"


def cost(row: Row) -> str:
    """Money if there are prices, else tokens; nothing if no model was asked."""
    usage = row.usage
    if usage.money:
        return f"{usage.money:.2f}"
    return f"{thousands(usage.tokens_in + usage.tokens_out)} tok" if usage.requests else ""


def arranged(rows: list[Row], sort: str, words: str) -> list[Row]:
    """Those that have all the words somewhere, in the order that was asked for."""
    wanted = words.casefold().split()
    kept = [row for row in rows if all(word in _text(row) for word in wanted)]
    match sort:
        case "waiting for me first":
            return sorted(kept, key=lambda row: row.run.status not in GATE | PARKED | {"awaiting_review"})
        case "status":
            return sorted(kept, key=lambda row: row.run.status)
        case "cost":
            return sorted(kept, key=lambda row: (-row.usage.money, -row.usage.tokens_in))
        case _:
            return kept


def _text(row: Row) -> str:
    run = row.run
    return f"{run.id} {stands(row)} {came_to(run)} {run.issue.repository} {run.issue.title}".casefold()


def columns(width: int) -> str:
    """The names of the columns, above them."""
    step = f"{'step':<{STEP}}  " if width >= WIDE else ""
    return f"{'run':<8}  {'status':<18} {'verdict':<11} {'cost':>9} {'age':>4}  {step}issue"


class RunLines(Lines):
    """One run a line."""

    def __init__(self, pen: Pen) -> None:
        super().__init__(pen.ink, id="runs")
        self.pen = pen
        self.rows: list[Row] = []

    def total(self) -> int:
        """How many runs are shown."""
        return len(self.rows)

    def draw(self, at: int, width: int) -> Text:
        """Run `at`."""
        row, pen, ink = self.rows[at], self.pen, self.ink
        run = row.run
        status = stands(row)
        verdict = came_to(run)
        pieces = [
            (f"{short(run.id)}  ", ink.accent),
            (f"{status:<18.18} ", ink.notice if run.status in GATE | PARKED else ink.plain),
            (f"{verdict:<11.11} ", {"verified": ink.good, "unverified": ink.notice}.get(verdict, ink.quiet)),
            (f"{cost(row):>9.9} ", ink.quiet),
            (f"{age(run.created_at, datetime.now(UTC)):>4}  ", ink.quiet),
        ]
        step = (f"{row.step[:STEP]:<{STEP}}  ", ink.good if row.at_work else ink.quiet)
        return pen.line(*pieces, *([step] if width >= WIDE else []), run.issue.title)

    def put(self, rows: list[Row]) -> None:
        """Other rows; the chosen run stays chosen."""
        chosen = self.rows[self.cursor].run.id if self.cursor < len(self.rows) else ""
        self.rows = rows
        at = next((at for at, row in enumerate(rows) if row.run.id == chosen), None)
        self.cursor = at if at is not None else min(self.cursor, max(0, len(rows) - 1))
        self.anew()


class RunsScreen(Screen[None]):
    """All runs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New run"),
        Binding("enter", "open", "Open", show=True),
        Binding("slash", "filter", "Filter"),
        Binding("o", "order", "Order"),
        Binding("escape", "everything", "All", show=False),
        Binding("q", "app.quit", "Quit"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._all: list[Row] = []
        self._sort = SORTS[0]
        self._words = ""
        self._looking = False
        self._minute = -1
        self._said: dict[str, Text] = {}

    def compose(self) -> ComposeResult:
        """Heading, list, filter, keys."""
        yield Static(id="head", markup=False)
        yield Static(classes="note", id="columns", markup=False)
        yield RunLines(self._desk.pen)
        yield Input(placeholder="words of title, repository, status or id", id="find")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Look now, and again and again."""
        self._look()
        self.set_interval(EVERY, self._look)
        self.query_one(RunLines).focus()

    def on_screen_resume(self) -> None:
        """What changed while another screen was on top."""
        self._look()

    def _look(self) -> None:
        if self.is_current and not self._looking:
            self._looking = True
            self._desk.work(self._looked())

    async def _looked(self) -> None:
        rows = await self._desk.glance(self._desk.source.rows)
        self._looking = False
        if rows is not None:
            self._all = rows
            self._show()

    def _show(self) -> None:
        rows = arranged(self._all, self._sort, self._words)
        lines = self.query_one(RunLines)
        if rows != lines.rows or self._minute != datetime.now(UTC).minute:
            self._minute = datetime.now(UTC).minute  # ages are shown
            lines.put(rows)
        pen, ink = self._desk.pen, self._desk.ink
        names = columns(self.size.width - 2) if self._all else ""
        self._say("#columns", Text(names, ink.quiet))
        where = self._desk.source.name or "this machine"
        waiting = sum(row.run.status in GATE for row in self._all)
        head = pen.line(("patchwright", ink.strong), (f"  runs of {where}", ink.quiet))
        head.append(f"   {len(rows)} of {len(self._all)}" if self._words else f"   {len(self._all)}", ink.quiet)
        if waiting:
            head.append(f"   {waiting} wait for a decision", ink.notice)
        head.append(f"   {self._sort}" + (f"   with {pen.clean(self._words)}" if self._words else ""), ink.quiet)
        if not self._all:
            head.append("\nThere is no run yet: n begins one.", ink.plain)
        self._say("#head", head)

    def _say(self, where: str, words: Text) -> None:
        """Drawn again only if it is something else."""
        if self._said.get(where) != words:
            self._said[where] = words
            self.query_one(where, Static).update(words)

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        """Open the run."""
        rows = self.query_one(RunLines).rows
        if event.at < len(rows):
            self._desk.open_run(rows[event.at].run.id)

    def action_open(self) -> None:
        """Open the chosen run."""
        self.query_one(RunLines).action_choose()

    def action_order(self) -> None:
        """The next order."""
        self._sort = SORTS[(SORTS.index(self._sort) + 1) % len(SORTS)]
        self._show()

    def action_filter(self) -> None:
        """Say which runs to show."""
        field = self.query_one("#find", Input)
        field.add_class("open")
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """As one types."""
        self._words = event.value
        self._show()

    def on_input_submitted(self) -> None:
        """Back to the list."""
        self.query_one("#find", Input).set_class(bool(self._words), "open")
        self.query_one(RunLines).focus()

    def action_everything(self) -> None:
        """No filter."""
        field = self.query_one("#find", Input)
        field.value = ""
        field.remove_class("open")
        self.query_one(RunLines).focus()

    def action_new(self) -> None:
        """Begin a run."""
        from patchwright.api.tui.beginning import NewRun

        self._desk.ask(NewRun(self._desk), self._begun)

    def _begun(self, run_id: str | None) -> None:
        if run_id:
            self._desk.open_run(run_id)
