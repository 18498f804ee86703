"""What happens: steps with their tries, every event as it comes, the verification as it fills in."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widgets import Static

from patchwright.api.tui.desk import Desk, Pane, Stage
from patchwright.api.tui.details import details
from patchwright.api.tui.facts import Facts, StepFacts, Told
from patchwright.api.tui.lines import Lines, TextLines
from patchwright.api.tui.pen import Pen

NARROW = 100
"""Columns below which the steps lie above the events, not beside them."""
MARKS = {"waiting": "·", "working": "▸", "green": "✓", "unchanged": "=", "applied": "✓"}


class LogLines(Lines):
    """Events, of which some are unfolded."""

    def __init__(self, pen: Pen, facts: Facts) -> None:
        super().__init__(pen.ink, id="log")
        self.pen = pen
        self.facts = facts
        self._open: dict[int, list[Text]] = {}
        self._rows: list[tuple[int, int]] = []
        """(place in what was told, place in its details or -1)."""
        self._taken = 0

    def total(self) -> int:
        """How many lines there are."""
        return len(self._rows)

    def draw(self, at: int, width: int) -> Text:
        """An event, or a line of its details."""
        told, detail = self._rows[at]
        one = self.facts.told[told]
        if detail >= 0:
            return Text.assemble("           ", self._open[one.event.seq][detail])
        fold = "▾ " if one.event.seq in self._open else "  "
        return self.pen.line(
            (f"{one.event.at[11:19]} ", self.ink.quiet), (fold, self.ink.quiet), (one.words, self.ink.mood(one.mood))
        )

    def grow(self) -> None:
        """Take what has been told since; at the end one stays at the end."""
        if self._taken == len(self.facts.told):
            return
        follows = self.cursor >= self.total() - 1
        self._rows += [(at, -1) for at in range(self._taken, len(self.facts.told))]
        self._taken = len(self.facts.told)
        self.virtual_size = self.virtual_size.with_height(self.total())
        if follows:
            self.go(self.total() - 1)
        self.refresh()

    def told(self, at: int) -> Told:
        """The event of line `at`."""
        return self.facts.told[self._rows[at][0]]

    def chosen(self) -> Told | None:
        """The event that is chosen."""
        return self.told(self.cursor) if self._rows else None

    def is_open(self, seq: int) -> bool:
        """Whether the event's details are shown."""
        return seq in self._open

    def fold(self, seq: int) -> None:
        """Hide the details."""
        del self._open[seq]
        self._again(seq)

    def unfold(self, seq: int, lines: list[Text]) -> None:
        """Show these details."""
        self._open[seq] = lines
        self._again(seq)

    def _again(self, seq: int) -> None:
        told = self.facts.told
        at_end = self.cursor >= self.total() - 1
        rows = list[tuple[int, int]]()
        for at in range(self._taken):
            rows.append((at, -1))
            rows += [(at, line) for line in range(len(self._open.get(told[at].event.seq, ())))]
        self._rows = rows
        at = next((at for at, (one, _) in enumerate(rows) if told[one].event.seq == seq), 0)
        self.anew()
        self.go(self.total() - 1 if at_end else at)


class LivePane(Pane):
    """The run while it works, and afterwards how it was."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "unfold", "Unfold")]
    DEFAULT_CSS = """
    LivePane #steps { height: 1fr; }
    LivePane.narrow #parts { layout: vertical; }
    LivePane.narrow #left { width: 100%; height: auto; max-height: 35%; border: none; border-bottom: hkey $panel; }
    LivePane.narrow #steps { height: auto; max-height: 8; }
    """

    def __init__(self, desk: Desk, stage: Stage) -> None:
        super().__init__(desk, stage)
        self._shown_edits = 0

    def compose(self) -> ComposeResult:
        """Steps and checks at the left, events at the right."""
        with Horizontal(id="parts"):
            with Vertical(id="left", classes="side"):
                yield TextLines(self.desk.ink, id="steps")
                yield Static(id="checks", markup=False, classes="note")
            yield LogLines(self.desk.pen, self.stage.facts)

    def main(self) -> Lines:
        """The events."""
        return self.query_one(LogLines)

    def on_mount(self) -> None:
        """Show what is known."""
        self.heard()

    def on_resize(self, event: Resize) -> None:
        """Beside or below."""
        self.set_class(event.size.width < NARROW, "narrow")

    def heard(self) -> None:
        """Steps, checks and events anew."""
        facts = self.stage.facts
        log = self.query_one(LogLines)
        log.grow()
        self.query_one("#steps", TextLines).put([row for step in sorted(facts.steps) for row in self._step(step)])
        self.query_one("#steps").display = bool(facts.steps)
        self.query_one("#checks", Static).update(self._checks())
        self._show_edits()

    def _step(self, number: int) -> list[tuple[Text, object]]:
        step, pen, ink = self.stage.facts.steps[number], self.desk.pen, self.desk.ink
        style = {"green": ink.good, "working": ink.accent, "failed": ink.bad, "reverted": ink.bad}
        mark = MARKS.get(step.state, "✗")
        rows = [
            pen.line((f"{mark} {number} ", style.get(step.state, ink.quiet)), step.title),
            *(self._try(at, one.green, one.said) for at, one in enumerate(step.tries, 1)),
        ]
        if step.reason:
            rows.append(pen.line((f"    {step.state}: {step.reason}", ink.quiet)))
        return [(row, step) for row in rows]

    def _try(self, at: int, green: bool, said: str) -> Text:
        ink = self.desk.ink
        return self.desk.pen.line(
            (f"    {'✓' if green else '✗'} try {at} ", ink.good if green else ink.bad), (said, ink.quiet)
        )

    def _checks(self) -> Text:
        ink, pen = self.desk.ink, self.desk.pen
        lines = [pen.line((f"{'check':<12.12} {'base':<12} now", ink.quiet))]
        for name, check in self.stage.facts.checks.items():
            style = ink.plain if check.good is None else ink.good if check.good else ink.bad
            lines.append(
                pen.line(f"{name:<12.12} ", (f"{check.before or '…':<12} ", ink.quiet), (check.after or "", style))
            )
        if self.stage.facts.verdict:
            good = self.stage.facts.verdict == "verified"
            lines.append(pen.line((f"verdict: {self.stage.facts.verdict}", ink.good if good else ink.bad)))
        return Text("\n").join(lines) if len(lines) > 1 else Text("")

    # details

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        """Enter on an event shows more of it; on a step goes to where it began."""
        if event.lines.id == "log":
            self.action_unfold()
            return
        step = self.query_one("#steps", TextLines).tag()
        log = self.query_one(LogLines)
        if isinstance(step, StepFacts):
            log.focus()
            log.next_line(-1, lambda at: _begins(log, at, step.number))

    def action_unfold(self) -> None:
        """More of the chosen event, or less."""
        log = self.query_one(LogLines)
        told = log.chosen()
        if told is None:
            return
        if log.is_open(told.event.seq):
            log.fold(told.event.seq)
        else:
            self.desk.work(self._unfold(told))

    async def _unfold(self, told: Told) -> None:
        log = self.query_one(LogLines)
        source, run_id, width = self.desk.source, self.stage.run_id, max(20, log.size.width - 14)
        lines = await self.desk.glance(lambda: details(self.desk.pen, source, run_id, told.event, width))
        if lines:
            log.unfold(told.event.seq, lines)

    def _show_edits(self) -> None:
        """What a model edits just now is shown as a small diff."""
        told = self.stage.facts.told
        if self.stage.at_work:
            for one in told[self._shown_edits :]:
                if one.event.kind == "tool_called" and one.event.data.get("edits"):
                    self.desk.work(self._unfold(one))
        self._shown_edits = len(told)


def _begins(log: LogLines, at: int, step: int) -> bool:
    told = log.told(at)
    return told.event.kind == "step_started" and told.event.data.get("step") == step
