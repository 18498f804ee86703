"""The plan: read, asked about, changed, compared, decided on."""

import os
import subprocess
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.widgets import Static

from patchwright.agent.errors import UsageError
from patchwright.agent.plan import Draft, Evidence, Plan, Step
from patchwright.agent.run import GATE
from patchwright.api.drafttext import from_text, to_text
from patchwright.api.editor import edit_until, editor_command
from patchwright.api.render import changes_since
from patchwright.api.tui.desk import Desk, Pane, Stage
from patchwright.api.tui.dialogs import Reader, Sure, Words
from patchwright.api.tui.filelines import file_lines
from patchwright.api.tui.lines import Lines, TextLines
from patchwright.api.tui.planedit import answered, dropped, moved, replaced
from patchwright.api.tui.planlines import PlanShown, Spot, plan_lines
from patchwright.api.tui.stepform import StepForm
from patchwright.tools.paths import BadPath, file_path

DECIDING = ("approve", "revise", "edit", "editor", "reject", "move_step", "drop_step")
"""What can be done only while the run waits for a decision."""


class PlanPane(Pane):
    """One revision of the plan, the newest unless another is asked for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "approve", "Approve"),
        Binding("r", "revise", "Revise"),
        Binding("e", "edit", "Edit step"),
        Binding("E", "editor", "Edit in $EDITOR"),
        Binding("x", "reject", "Reject"),
        Binding("K", "move_step(-1)", "Step up", show=False),
        Binding("J", "move_step(1)", "Step down", show=False),
        Binding("D", "drop_step", "Drop step", show=False),
        Binding("ctrl+s", "save", "Save edits"),
        Binding("u", "undo", "Undo edits"),
        Binding("v", "compare", "Compare"),
        Binding("left_square_bracket", "revision(-1)", "Older", show=False),
        Binding("right_square_bracket", "revision(1)", "Newer", show=False),
        Binding("o", "open_place", "Open in $EDITOR", show=False),
    ]

    def __init__(self, desk: Desk, stage: Stage) -> None:
        super().__init__(desk, stage)
        self._plans: list[Plan] = []
        self._at = -1
        self._edited: Draft | None = None
        self._answers: dict[str, str] = {}
        self._unfolded: set[int] = set()
        self._comparing = False
        self._asking = False

    def compose(self) -> ComposeResult:
        """What is shown, then the plan."""
        yield Static(classes="note", id="revision", markup=False)
        yield TextLines(self.desk.ink, id="plan")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only keys that mean something now are offered."""
        run = self.stage.run
        if action in ("save", "undo"):
            return self._edited is not None
        if action == "compare":
            return len(self._plans) > 1
        return action not in DECIDING or (run is not None and run.status in GATE)

    def on_resize(self, event: Resize) -> None:
        """Text is wrapped for a width."""
        self._draw()

    def heard(self) -> None:
        """Perhaps there is another revision."""
        if not self._asking:
            self._asking = True
            self.desk.work(self._fetch())

    async def _fetch(self) -> None:
        plans = await self.desk.glance(lambda: self.desk.source.plans(self.stage.run_id))
        self._asking = False
        if plans is not None and len(plans) != len(self._plans):
            if self._edited is not None:
                self.desk.tell("Another revision came meanwhile: your edits were not saved, and are gone.", bad=True)
            self._plans, self._at, self._edited = plans, len(plans) - 1, None
        self._draw()

    # drawing

    @property
    def _plan(self) -> Plan | None:
        return self._plans[self._at] if self._plans else None

    def _draft(self, plan: Plan) -> Draft:
        return self._edited or plan.draft

    def _draw(self) -> None:
        lines, plan = self.query_one(TextLines), self._plan
        self.query_one("#revision", Static).update(self._revision(plan))
        if plan is None:
            self.desk.pen.line("")
            lines.put([(self.desk.pen.line(("There is no plan yet.", self.desk.ink.quiet)), Spot())])
            return
        width = max(40, lines.size.width - 3)
        if self._comparing:
            old = self._plans[self._at - 1] if self._at > 0 else None
            rows: list[tuple[Text, object]] = [
                (text, Spot()) for words in changes_since(old, plan) for text in self._difference(words, width)
            ]
        else:
            shown = PlanShown(self._answers, self._unfolded, width)
            rows = plan_lines(self.desk.pen, plan.model_copy(update={"draft": self._draft(plan)}), shown)
        lines.put(rows)
        self.refresh_bindings()

    def _difference(self, words: str, width: int) -> list[Text]:
        ink = self.desk.ink
        style = {"+": ink.added_mark, "-": ink.removed_mark, "~": ink.notice}.get(words.strip()[:1], ink.plain)
        return self.desk.pen.wrapped(words, width, style)

    def _revision(self, plan: Plan | None) -> Text:
        ink, pen = self.desk.ink, self.desk.pen
        if plan is None:
            return Text("")
        pieces = [
            (f"revision {plan.revision}", ink.strong),
            (f"  {plan.sha256[:12]}", ink.accent),
            (f"  by {plan.author}", ink.quiet),
        ]
        if plan is not self._plans[-1]:
            pieces.append((f"  (an older one; the newest is {len(self._plans)}: ] shows it)", ink.notice))
        if self._comparing:
            pieces.append((f"  against revision {plan.revision - 1} (v: back)", ink.notice))
        if self._edited is not None:
            pieces.append(("  edited: Ctrl+S saves a revision of yours, u takes it back", ink.notice))
        if self._answers:
            pieces.append((f"  {len(self._answers)} answered: r sends", ink.notice))
        return pen.line(*pieces)

    def _spot(self) -> Spot:
        tag = self.query_one(TextLines).tag()
        return tag if isinstance(tag, Spot) else Spot()

    def action_revision(self, by: int) -> None:
        """An older revision, or a newer one."""
        if self._plans and self._edited is None:
            self._at = max(0, min(len(self._plans) - 1, self._at + by))
            self._draw()

    def action_compare(self) -> None:
        """What this revision changed against the one before."""
        if self._at < 1:
            self.desk.tell("This is the first revision: there is nothing to compare it with.")
            return
        self._comparing = not self._comparing
        self._draw()

    # opening

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        """Enter: open a place, choose an answer, unfold hunks."""
        spot = self._spot()
        if spot.evidence:
            self.desk.work(self._open(spot.evidence))
        elif spot.answer:
            chosen = self._answers.get(spot.question) == spot.answer
            self._answers = {**self._answers, spot.question: "" if chosen else spot.answer}
            self._answers = {question: answer for question, answer in self._answers.items() if answer}
            self._draw()
        elif spot.folds:
            self._unfolded ^= {spot.folds}
            self._draw()

    async def _open(self, place: Evidence) -> None:
        source, run_id, pen = self.desk.source, self.stage.run_id, self.desk.pen
        rows = await self.desk.glance(lambda: file_lines(pen, source, run_id, place.path))
        if not rows:
            self.desk.tell(f"{place.path} is not a file of the base commit.", bad=True)
            return
        title = pen.line((place.path, pen.ink.strong), (f"  {place.note}", pen.ink.quiet))
        self.desk.ask(Reader(self.desk, title, TextLines(pen.ink, rows), max(0, place.line - 1)), lambda _: None)

    def action_open_place(self) -> None:
        """The file of the chosen line, in the person's own editor."""
        spot, run = self._spot(), self.stage.run
        if run is None or spot.evidence is None:
            return
        try:
            path = Path(run.issue.repository) / file_path(spot.evidence.path)
        except BadPath as error:
            self.desk.tell(str(error), bad=True)
            return
        if not path.resolve().is_relative_to(Path(run.issue.repository).resolve()) or not path.is_file():
            self.desk.tell(f"{spot.evidence.path} is no file of {run.issue.repository}.", bad=True)
            return
        self._in_editor([*editor_command(os.environ), f"+{spot.evidence.line}", str(path)])

    def _in_editor(self, command: list[str]) -> None:
        with self.desk.suspended():
            subprocess.run(command, check=False)

    # deciding

    def _open_plan(self) -> Plan | None:
        """The newest plan, if the run waits for a decision on it; else the person is told why not."""
        run = self.stage.run
        if run is None or run.status not in GATE or not self._plans:
            self.desk.tell("This run does not wait for a decision on a plan.")
            return None
        return self._plans[-1]

    def action_approve(self) -> None:
        """Ask once more, with revision and hash."""
        plan = self._open_plan()
        if plan is None:
            return
        if self._edited is not None or self._answers:
            self.desk.tell("There are edits or answers that the plan does not hold yet: Ctrl+S saves, r sends.")
            return
        if plan is not self._plan:
            self.desk.tell("This is an older revision: ] shows the newest, which is what can be approved.")
            return
        pen, ink = self.desk.pen, self.desk.ink
        steps = [
            pen.line((f"{number:>3}  ", ink.accent), step.title) for number, step in enumerate(plan.draft.steps, 1)
        ]
        lines = [
            pen.line("revision ", (str(plan.revision), ink.strong), f", by {plan.author}"),
            pen.line("sha256   ", (plan.sha256, ink.accent)),
            *steps[:12],
            *([pen.line((f"     and {len(steps) - 12} more steps", ink.quiet))] if len(steps) > 12 else []),
        ]
        note = "A note, if it needs one (Tab); it is checked at the end:"
        self.desk.ask(
            Sure("Approve this plan? What is executed is this revision and nothing else.", lines, note=note),
            lambda said: self._decide("approve", plan, said),
        )

    def action_reject(self) -> None:
        """Ask once more, then end the run."""
        plan = self._open_plan()
        if plan is not None:
            lines = [self.desk.pen.line("The run ends. Nothing was changed.")]
            self.desk.ask(
                Sure(f"Reject revision {plan.revision}?", lines, note="Why (Tab), if you want to say it:"),
                lambda said: self._decide("reject", plan, said),
            )

    def action_revise(self) -> None:
        """Words on the plan, or on the chosen step; what was begun before goes on."""
        plan = self._open_plan()
        if plan is None:
            return
        draft = self.desk.drafts.get(self.stage.run_id, "revise")
        about = self._about(plan)
        parts = [
            part for part in (draft, answered(self._answers), about) if (part and part not in draft) or part == draft
        ]
        self.desk.ask(
            Words(f"What should be different in revision {plan.revision}?", "\n".join(filter(None, parts))),
            lambda said: self._revise(plan, said, about),
        )

    def _about(self, plan: Plan) -> str:
        step = self._spot().step
        return f"Step {step} ({self.desk.pen.clean(plan.draft.steps[step - 1].title)}): " if step else ""

    def _revise(self, plan: Plan, said: tuple[bool, str] | None, about: str) -> None:
        send, words = said or (False, "")
        untouched = words.strip() == about.strip()
        self.desk.drafts.put(self.stage.run_id, "revise", "" if untouched else words)
        if send and (not words or untouched):
            self.desk.tell("Say in a few words what should be different.")
        elif send:
            self._answers = {}
            self.desk.work(self._decided("revise", plan, words))

    def _decide(self, decision: str, plan: Plan, said: str | None) -> None:
        if said is not None:
            self.desk.work(self._decided(decision, plan, said))

    async def _decided(self, decision: str, plan: Plan, notes: str) -> None:
        hands, run_id = self.desk.hands, self.stage.run_id
        done = await self.desk.attempt(lambda: hands.decide(run_id, decision, plan, notes))  # type: ignore[arg-type]
        if done is not None:
            self.desk.drafts.put(run_id, "revise", "")
            self.desk.tell(done)

    # editing

    def _change(self, draft: Draft, step: int) -> None:
        plan = self._open_plan()
        if plan is None or draft == self._draft(plan):
            return
        self._edited = draft if draft != plan.draft else None
        self._at, self._comparing = len(self._plans) - 1, False
        self._draw()
        self._to_step(step)

    def _to_step(self, step: int) -> None:
        lines = self.query_one(TextLines)
        for at, (_, tag) in enumerate(lines.rows):
            if isinstance(tag, Spot) and tag.step == step:
                lines.go(at)
                return

    def action_move_step(self, by: int) -> None:
        """Another order."""
        plan, step = self._open_plan(), self._spot().step
        if plan is not None and step:
            self._change(moved(self._draft(plan), step - 1, by), step + by)

    def action_drop_step(self) -> None:
        """Without the chosen step."""
        plan, step = self._open_plan(), self._spot().step
        if plan is not None and step:
            self._change(dropped(self._draft(plan), step - 1), step)

    def action_edit(self) -> None:
        """The chosen step in a form."""
        plan, number = self._open_plan(), self._spot().step
        if plan is None:
            return
        if not number:
            self.desk.tell("Choose a step first (j, k), then edit it.")
            return
        step = self._draft(plan).steps[number - 1]
        self.desk.ask(StepForm(self.desk.pen, number, step), lambda new: self._edit(plan, number, new))

    def _edit(self, plan: Plan, number: int, step: Step | None) -> None:
        if step is not None:
            self._change(replaced(self._draft(plan), number - 1, step), number)

    def action_editor(self) -> None:
        """The whole plan in the person's own editor."""
        plan = self._open_plan()
        if plan is None:
            return
        draft = self._draft(plan)
        try:
            with self.desk.suspended():
                edited = edit_until(to_text(draft), lambda text: from_text(text, draft), _again)
        except UsageError as error:
            self.desk.tell(str(error), bad=True)
            return
        if edited is not None:
            self._change(edited, 1)

    def action_undo(self) -> None:
        """The plan as it is stored."""
        self._edited = None
        self._draw()

    def action_save(self) -> None:
        """A revision of one's own."""
        plan = self._open_plan()
        if plan is not None and self._edited is not None:
            self.desk.work(self._saved(plan, self._edited))

    async def _saved(self, plan: Plan, draft: Draft) -> None:
        new = await self.desk.attempt(lambda: self.desk.hands.edit(self.stage.run_id, plan, draft))
        if new is not None:
            self._edited = None
            self.desk.tell(f"Saved as revision {new.revision}, by {new.author}: it needs an approval.")
            self.heard()


def _again(error: UsageError) -> bool:
    """In the terminal, between two rounds of the editor."""
    print(f"\n{error}")
    return not input("Enter goes on editing; q throws the edit away: ").strip().lower().startswith("q")
