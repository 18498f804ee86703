"""One run: its plan, what happens, its diff, its report, every call. Follows the store, whoever works on it."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Click
from textual.screen import Screen
from textual.widgets import Footer, Input, Static

from patchwright.agent.run import ENDED, GATE, PARKED, Run
from patchwright.api.naming import short
from patchwright.api.tui.desk import Desk, Pane, Stage
from patchwright.api.tui.dialogs import Ask, Sure, Words
from patchwright.api.tui.runs import thousands
from patchwright.api.tui.source import News

EVERY = 0.4
"""Seconds between two looks at the store."""
PANES = ("Plan", "Live", "Diff", "Report", "Trajectory")


def pane_maker(name: str) -> Callable[[Desk, Stage], Pane]:
    """What makes the part of that name."""
    match name:
        case "Plan":
            from patchwright.api.tui.planpane import PlanPane

            return PlanPane
        case "Live":
            from patchwright.api.tui.livepane import LivePane

            return LivePane
        case "Diff":
            from patchwright.api.tui.diffpane import DiffPane

            return DiffPane
        case "Report":
            from patchwright.api.tui.reportpane import ReportPane

            return ReportPane
        case _:
            from patchwright.api.tui.callspane import CallsPane

            return CallsPane


def first_pane(run: Run) -> str:
    """What a person most likely wants to see."""
    if run.status in GATE:
        return "Plan"
    if run.status in ENDED:
        return "Diff" if run.outcome == "patch" else "Report"
    return "Live"


class RunScreen(Screen[None]):
    """One run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"pane('{name}')", name, show=False) for number, name in enumerate(PANES, 1)),
        Binding("slash", "find", "Find", show=False),
        Binding("n", "match(1)", "Next match", show=False),
        Binding("N", "match(-1)", "Match before", show=False),
        Binding("s", "say", "Say"),
        Binding("p", "pause", "Pause/resume"),
        Binding("c", "cancel", "Cancel"),
        Binding("q,escape", "back", "Runs"),
    ]

    def __init__(self, desk: Desk, run_id: str) -> None:
        super().__init__()
        self._desk = desk
        self.stage = Stage(run_id)
        self.shown = ""
        self._panes: dict[str, Pane] = {}
        self._looking = False
        self._said = Text()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only keys that mean something now are offered."""
        ended = self.stage.run is not None and self.stage.run.status in ENDED
        return not (ended and action in ("say", "pause", "cancel"))

    def compose(self) -> ComposeResult:
        """Head, names of the parts, the part in sight, keys."""
        yield Static(id="head", markup=False)
        yield Static(id="tabs", markup=False)
        yield Container(id="body")
        yield Input(placeholder="find", id="find")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Look now, and again and again."""
        self._look()
        self.set_interval(EVERY, self._look)

    def _look(self) -> None:
        if self.is_current and not self._looking:
            self._looking = True
            self._desk.work(self._looked())

    async def _looked(self) -> None:
        """All pages that are there; the screen stays quick between two of them."""
        while True:
            news = await self._desk.glance(lambda: self._desk.source.look(self.stage.run_id, self.stage.facts.seq))
            if news is None or await self._take(news):
                break
        self._looking = False

    async def _take(self, news: News) -> bool:
        """Whether that was all there is now."""
        stage = self.stage
        expected = first_pane(stage.run) if stage.run else ""
        changed = stage.run is None or news.run.status != stage.run.status
        moved = changed or bool(news.events) or (news.at_work, news.usage) != (stage.at_work, stage.usage)
        stage.run, stage.usage, stage.limits, stage.at_work = news.run, news.usage, news.limits, news.at_work
        for event in news.events:
            stage.facts.take(event)
        wanted = first_pane(news.run)
        if not self.shown or (self.shown == expected != wanted):
            await self.action_pane(wanted)  # the run leads whoever goes with it
        elif moved and self._panes[self.shown].is_mounted:
            self._panes[self.shown].heard()
        if changed:
            self.refresh_bindings()
        self._head()
        return len(news.events) < 1000

    def _head(self) -> None:
        stage, pen, ink = self.stage, self._desk.pen, self._desk.ink
        run = stage.run
        if run is None:
            return
        status = run.status.replace("_", " ")
        mood = ink.notice if run.status in GATE | PARKED else ink.good if stage.at_work else ink.plain
        idle = run.status not in ENDED | GATE | PARKED and not stage.at_work
        head = pen.line((f"{short(run.id)}  ", ink.accent), (run.issue.title, ink.strong))
        head.append("\n")
        head.append(status, mood)
        head.append(f", {run.verdict}" if run.outcome == "patch" else "", mood)
        head.append(": nobody works on it (p goes on)" if idle else "", ink.notice)
        head.append("".join(f"   {part}" for part in spending(stage)), ink.quiet)
        said = run.reason if run.status in PARKED or run.outcome else stage.facts.doing if stage.at_work else ""
        head.append_text(pen.line((f"   {said}" if said else "", ink.quiet)))
        if head != self._said:
            self._said = head
            self.query_one("#head", Static).update(head)

    def _tabs(self) -> None:
        ink = self._desk.ink
        parts = [
            (f" {number} {name} ", ink.strong + ink.cursor if name == self.shown else ink.quiet)
            for number, name in enumerate(PANES, 1)
        ]
        self.query_one("#tabs", Static).update(Text.assemble(*parts))

    async def on_click(self, event: Click) -> None:
        """A click on the name of a part shows it."""
        if event.widget is not None and event.widget.id == "tabs":
            left = 1
            for name in PANES:
                width = len(name) + 4
                if left <= event.x < left + width:
                    await self.action_pane(name)
                left += width

    async def action_pane(self, name: str) -> None:
        """Show that part."""
        self.shown = name
        if name not in self._panes:
            self._panes[name] = pane_maker(name)(self._desk, self.stage)
            await self.query_one("#body", Container).mount(self._panes[name])
        for known, pane in self._panes.items():
            pane.display = known == self.shown
        self._tabs()
        self._panes[name].heard()
        self.call_after_refresh(self._panes[name].main().focus)

    def action_back(self) -> None:
        """To the list; a search is left first."""
        field = self.query_one("#find", Input)
        lines = self._panes[self.shown].now() if self.shown else None
        if lines is not None and (field.has_class("open") or lines.sought):
            field.remove_class("open")
            lines.seek("")
            lines.focus()
            return
        self.dismiss()

    # finding

    def action_find(self) -> None:
        """Say what to look for."""
        field = self.query_one("#find", Input)
        field.add_class("open")
        field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """To the first place behind the chosen line."""
        field = self.query_one("#find", Input)
        field.remove_class("open")
        lines = self._panes[self.shown].main()
        lines.focus()
        lines.seek(event.value)
        if event.value and not lines.next_match(1):
            self._desk.tell(f"{event.value} is nowhere here.")

    def action_match(self, by: int) -> None:
        """To the next place."""
        lines = self._panes[self.shown].now()
        if lines.sought:
            lines.next_match(by)

    # steering

    def action_say(self) -> None:
        """Say something to the model."""
        draft = self._desk.drafts.get(self.stage.run_id, "say")
        self._desk.ask(Words("Say to the model of this run", draft), self._say)

    def _say(self, answer: tuple[bool, str] | None) -> None:
        send, words = answer or (False, "")
        self._desk.drafts.put(self.stage.run_id, "say", words)
        if send and words:
            self._do(lambda: self._desk.hands.say(self.stage.run_id, words), "say")

    def action_pause(self) -> None:
        """Park it, or let it go on."""
        run = self.stage.run
        if run is None or run.status in ENDED | GATE:
            self._desk.tell("There is nothing to pause: it has ended or waits for a decision.")
        elif run.status == "paused_budget":
            hint = "limits such as tokens=200000,money=1.5,seconds=600   Enter: go on   Esc: leave"
            self._desk.ask(Ask("Add to the budget", hint=hint), self._go_on)
        elif self.stage.at_work:
            self._do(lambda: self._desk.hands.pause(self.stage.run_id))
        else:
            self._go_on("")

    def _go_on(self, limits: str | None) -> None:
        if limits is not None:
            self._do(lambda: self._desk.hands.resume(self.stage.run_id, limits))

    def action_cancel(self) -> None:
        """End it, after asking once more."""
        run = self.stage.run
        if run is None or run.status in ENDED:
            self._desk.tell("It has ended already.")
            return
        lines = [self._desk.pen.line("What it has done so far stays in the store; it cannot go on.")]
        self._desk.ask(Sure(f"Cancel run {short(run.id)}?", lines), self._cancel)

    def _cancel(self, answer: str | None) -> None:
        if answer is not None:
            self._do(lambda: self._desk.hands.cancel(self.stage.run_id))

    def _do(self, act: Callable[[], str], purpose: str = "") -> None:
        self._desk.work(self._done(act, purpose))

    async def _done(self, act: Callable[[], str], purpose: str) -> None:
        """Tell what was done; a draft that was sent is forgotten then, not before."""
        said = await self._desk.attempt(act)
        if said is not None:
            if purpose:
                self._desk.drafts.put(self.stage.run_id, purpose, "")
            self._desk.tell(said)
            self._look()


def spending(stage: Stage) -> list[str]:
    """Tokens, money and time against the budget."""
    used, limits = stage.usage, stage.limits
    parts = [f"{thousands(used.tokens_in)} in {thousands(used.tokens_out)} out"] if used.requests else []
    if used.money or "money" in limits:
        parts.append(f"{used.money:.2f}{_of(limits.get('money'), '.2f')} money")
    return [*parts, f"{clock(used.seconds)}{' of ' + clock(limits['seconds']) if 'seconds' in limits else ''}"]


def clock(seconds: float) -> str:
    """Seconds as 0:42 or 1:02:03."""
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def _of(limit: float | None, shape: str) -> str:
    return f" of {limit:{shape}}" if limit is not None else ""
