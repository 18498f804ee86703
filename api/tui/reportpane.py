"""What a run came to: verdict, steps, checks, what got worse, findings, cost."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize

from patchwright.agent.report import Report
from patchwright.api.outcome import report_view
from patchwright.api.tui.desk import Desk, Pane, Stage
from patchwright.api.tui.exporting import ask_export
from patchwright.api.tui.lines import TextLines


class ReportPane(Pane):
    """The report, the same as on the command line."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("X", "export", "Export")]

    def __init__(self, desk: Desk, stage: Stage) -> None:
        super().__init__(desk, stage)
        self._report: Report | None = None
        self._asked_at = ""

    def compose(self) -> ComposeResult:
        """Lines."""
        yield TextLines(self.desk.ink, id="report")

    def on_resize(self, event: Resize) -> None:
        """Tables are drawn for a width."""
        self._draw()

    def heard(self) -> None:
        """The report is there once the run has ended."""
        run = self.stage.run
        if run is not None and run.status != self._asked_at:
            self._asked_at = run.status
            self.desk.work(self._fetch())

    async def _fetch(self) -> None:
        self._report = await self.desk.glance(lambda: self.desk.source.report(self.stage.run_id))
        self._draw()

    def _draw(self) -> None:
        lines, pen = self.query_one(TextLines), self.desk.pen
        if self._report is None:
            lines.put([(pen.line(("There is no report yet: it comes when the run has ended.", pen.ink.quiet)), None)])
            return
        parts = report_view(pen.screen, self._report)
        rows: list[tuple[Text, object]] = [(text, None) for text in pen.laid_out(parts, max(40, lines.size.width - 2))]
        lines.put(rows)

    def action_export(self) -> None:
        """Everything about the run into one archive."""
        ask_export(self.desk, self.stage.run_id)
