"""The trajectory: every request and answer, every tool call, with what it cost."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from patchwright.agent.events import Event
from patchwright.agent.messages import Message
from patchwright.agent.parse import mapping
from patchwright.agent.run import Usage
from patchwright.api.tui.desk import Desk, Pane, Stage
from patchwright.api.tui.details import small_diff
from patchwright.api.tui.dialogs import Reader
from patchwright.api.tui.exporting import ask_export
from patchwright.api.tui.lines import Lines, TextLines
from patchwright.api.tui.pen import Pen
from patchwright.api.tui.source import Call
from patchwright.api.wording import count


class CallLines(Lines):
    """One call a line."""

    def __init__(self, pen: Pen) -> None:
        super().__init__(pen.ink, id="calls")
        self.pen = pen
        self.calls: list[Event] = []
        self.spent: dict[str, Usage] = {}

    def total(self) -> int:
        """How many calls there were."""
        return len(self.calls)

    def draw(self, at: int, width: int) -> Text:
        """Call `at`: when, who, how much, about what."""
        event, ink = self.calls[at], self.ink
        data, usage = event.data, self.spent.get(str(event.data.get("key", "")), Usage())
        money = f"{usage.money:.4f}" if usage.money else ""
        if event.kind == "tool_called":
            about = " ".join(str(value) for value in mapping(data.get("arguments")).values())
            said = str(data.get("says", "")).strip().partition("\n")[0]
            pieces = (
                (f"{'':>17}", ink.quiet),
                (f"{data.get('tool', ''):<12}", ink.plain),
                (f"{about[:80]}  ", ink.plain),
                (said, ink.quiet),
            )
        else:
            tokens = f"{data.get('tokens_in', 0):>8}{data.get('tokens_out', 0):>7}  "
            what = (
                "no usable answer"
                if data.get("failed")
                else ", ".join(data.get("calls", ())) or str(data.get("says", ""))
            )
            pieces = (
                (tokens, ink.quiet),
                (f"{data.get('role', ''):<12}", ink.accent),
                (what, ink.plain),
                ("", ink.quiet),
            )
        seconds = f"{usage.seconds:>6.1f}s {money:>8} "
        return self.pen.line((f"{at + 1:>5} {event.at[11:19]} ", ink.quiet), (seconds, ink.quiet), *pieces)

    def plain(self, at: int) -> str:
        """What is searched."""
        return f"{self.calls[at].data}"


class CallsPane(Pane):
    """All calls, each of which opens."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("X", "export", "Export")]

    def compose(self) -> ComposeResult:
        """Heading and calls."""
        yield Static(classes="note", id="costs", markup=False)
        yield CallLines(self.desk.pen)

    def __init__(self, desk: Desk, stage: Stage) -> None:
        super().__init__(desk, stage)
        self._asking = False

    def heard(self) -> None:
        """More calls."""
        lines = self.query_one(CallLines)
        calls = [event for event in self.stage.facts.events if event.kind in ("model_called", "tool_called")]
        if len(calls) != len(lines.calls) and not self._asking:
            self._asking = True
            self.desk.work(self._fetch(calls))

    async def _fetch(self, calls: list[Event]) -> None:
        spent = await self.desk.glance(lambda: self.desk.source.spent(self.stage.run_id)) or {}
        self._asking = False
        lines = self.query_one(CallLines)
        lines.calls, lines.spent = calls, spent
        lines.anew()
        self.query_one("#costs", Static).update(self._costs(calls))

    def _costs(self, calls: list[Event]) -> Text:
        used, pen = self.stage.usage, self.desk.pen
        models = sum(event.kind == "model_called" for event in calls)
        money = f", {used.money:.4f} in money" if used.money else ""
        tokens = f"{used.tokens_in} tokens in, {used.tokens_out} out{money}"
        words = f"{count(models, 'request')}: {tokens}; {count(len(calls) - models, 'tool call')}"
        return pen.line((words, pen.ink.quiet))

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        """Open the call."""
        self.desk.work(self._open(self.query_one(CallLines).calls[event.at]))

    async def _open(self, event: Event) -> None:
        key, pen = str(event.data.get("key", "")), self.desk.pen
        call = await self.desk.glance(lambda: self.desk.source.call(self.stage.run_id, key))
        if call is None:
            self.desk.tell("Nothing is kept of this call.", bad=True)
            return
        width = max(40, int(self.desk.size.width * 0.9) - 8)
        rows = call_rows(pen, call, width)
        begin = next((at for at, (_, tag) in enumerate(rows) if tag == "new"), 0)
        title = pen.line(
            (str(event.data.get("role") or event.data.get("tool")), pen.ink.strong), (f"  {key}", pen.ink.quiet)
        )
        self.desk.ask(Reader(self.desk, title, TextLines(pen.ink, rows), begin), lambda _: None)

    def action_export(self) -> None:
        """Everything about the run into one archive."""
        ask_export(self.desk, self.stage.run_id)


def call_rows(pen: Pen, call: Call, width: int) -> list[tuple[Text, object]]:
    """A request with its answer, or the outcome of a tool, to be read."""
    ink, rows = pen.ink, list[tuple[Text, object]]()
    old = len(call.messages) - call.new
    for at, message in enumerate(call.messages):
        rows.append(
            (
                pen.line((f"── {message.role}{'' if at >= old else ' (sent before)'}", ink.accent)),
                "new" if at == old else None,
            )
        )
        rows += [(text, None) for text in _message(pen, message, width, faint=at < old)]
    if call.reply is not None:
        rows.append((pen.line(("── answer", ink.good)), None))
        said = Message(role="assistant", content=call.reply.content, tool_calls=call.reply.tool_calls)
        rows += [(text, None) for text in _message(pen, said, width, faint=False)]
        if call.reply.parsed is not None:
            rows += [(text, None) for text in pen.wrapped(str(call.reply.parsed), width)]
    if call.outcome:
        rows += [(text, None) for text in pen.wrapped(call.outcome, width)]
    return rows


def _message(pen: Pen, message: Message, width: int, *, faint: bool) -> list[Text]:
    lines = pen.wrapped(message.content, width, pen.ink.quiet if faint else pen.ink.plain) if message.content else []
    for made in message.tool_calls:
        lines.append(pen.line((f"calls {made.name}", pen.ink.accent)))
        small = small_diff(pen, made.name, made.arguments)
        for name, value in made.arguments.items():
            if not small or name not in ("edits", "text"):
                lines += pen.labelled(name[:9], [str(value)], width)
        lines += small
    return lines
