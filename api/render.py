"""A plan as a person reads it before deciding: all of what will be executed, and what may deceive the eye."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from patchwright.agent.plan import Plan, Step
from patchwright.agent.plandiff import PlanChange, plan_diff
from patchwright.api.difftext import counted, diff_text, hunks, warnings
from patchwright.api.naming import short
from patchwright.api.screen import Screen
from patchwright.api.wording import count

if TYPE_CHECKING:
    from rich.console import RenderableType

HUNK_LINES = 12
MANY = 10
COMMAND = 160


def plan_view(screen: Screen, run_id: str, plan: Plan, *, full: bool = False) -> "Iterator[RenderableType]":
    """The parts of a plan, from its hash to what it leaves undone."""
    from rich.text import Text

    draft = plan.draft
    yield Text.assemble(
        ("Plan ", "bold"),
        (f"revision {plan.revision}", "bold cyan"),
        (f"  {plan.sha256[:12]}", "cyan"),
        (f"  by {screen.line(plan.author)}", ""),
        (f"  for run {short(run_id)}", "dim"),
    )
    yield ""
    yield _indented(screen, draft.summary, 2)
    yield from _labelled(screen, "cause", [draft.root_cause] if draft.root_cause else [], full)
    yield from _labelled(screen, "seen at", [f"{e.path}:{e.line} {e.note}" for e in draft.evidence], full)
    yield from _labelled(screen, "asked for", list(plan.notes), True)
    for number, step in enumerate(draft.steps, 1):
        yield ""
        yield from _step(screen, number, step, full)
    yield ""
    yield from _labelled(screen, "may change", [scope_words(plan)], True)
    yield from _labelled(screen, "assumes", list(draft.assumptions), full)
    yield from _labelled(screen, "risks", list(draft.risks), full)
    yield from _labelled(screen, "questions", [one.text for one in draft.questions], True, "bold yellow")
    yield from _labelled(screen, "runs in", [plan.terms.image], True)
    if plan.terms.candidates > 1:
        yield from _labelled(screen, "candidates", [candidates_words(plan.terms.candidates)], True)
    yield from _labelled(screen, "judged by", [_command(command, full) for command in plan.terms.commands], True)
    if draft.leftovers:
        yield ""
        yield _indented(screen, f"Needs a model or a person ({len(draft.leftovers)}):", 2, "yellow")
        yield from _items(screen, list(draft.leftovers), full, 4)
    yield from alarms(screen, plan_warnings(plan))


def candidates_words(number: int) -> str:
    """What several executions mean, as a sentence."""
    return f"{number} executions of this plan, at about {number} times the cost; the run's budget is for all of them"


def plan_warnings(plan: Plan) -> list[str]:
    """Everything in the plan that a reader would not see as it is (OUT-04)."""
    draft = plan.draft
    told = [
        draft.summary,
        draft.root_cause,
        *draft.risks,
        *draft.assumptions,
        *(one.text for one in draft.questions),
        *draft.leftovers,
    ]
    found = [line for text in told for line in warnings("plan", text)]
    for number, step in enumerate(draft.steps, 1):
        words = "\n".join((step.title, step.intent, step.verify, *step.files))
        found += warnings(f"step {number}", words) + warnings(f"step {number}, preview", step.preview)
    return found


def alarms(screen: Screen, found: list[str]) -> "Iterator[RenderableType]":
    """A block that is hard to overlook, if there is something to say."""
    if found:
        yield ""
        yield _indented(screen, "Look twice: this text is not what it seems.", 0, "bold red")
        yield from _items(screen, found, True, 2)


def approve_lines(run_id: str, plan: Plan) -> list[str]:
    """The commands that decide on this very plan, ready to be copied."""
    name = short(run_id)
    return [
        f"patchwright approve {name} --revision {plan.revision} --sha256 {plan.sha256[:12]}",
        f'patchwright revise {name} "what should be different"',
        f"patchwright edit {name}",
        f"patchwright reject {name}",
    ]


def changes_since(old: Plan | None, new: Plan) -> list[str]:
    """What a revision changed against the one before, one line each."""
    lines = [line for change in plan_diff(old, new) for line in _change(change)] if old else []
    return lines or ["nothing but the number"]


def _change(change: PlanChange) -> list[str]:
    """One line, or three where something stands both before and after."""
    if change.before and change.after:
        return [f"{change.mark} {change.what}", f"    - {_cut(change.before)}", f"    + {_cut(change.after)}"]
    words = change.before or change.after
    sign = {"~": "- " if change.before else "+ "}.get(change.mark, "")
    return [f"{change.mark} {change.what}{': ' if words else ''}{sign if words else ''}{_cut(words)}"]


def _step(screen: Screen, number: int, step: Step, full: bool) -> "Iterator[RenderableType]":
    from rich.padding import Padding
    from rich.table import Table

    head = Table.grid(padding=(0, 2, 0, 0))
    head.add_column(width=3, justify="right", style="bold cyan")
    head.add_column(overflow="fold", style="bold")
    head.add_row(str(number), screen.text(step.title))
    yield head
    by = f"recipe {step.recipe}" if step.recipe else "the editor model"
    by += f", as written by {step.author}" if step.author else ""
    yield from _labelled(screen, "done by", [by], full, "cyan", 5)
    if step.intent:
        yield _indented(screen, step.intent if full else _cut(step.intent), 5)
    for name, values in (("files", step.files), ("fixes", step.must_fix)):
        yield from _labelled(
            screen, name, [", ".join(values[:MANY]) + _more(len(values), MANY)] if values else [], full, "", 5
        )
    yield from _labelled(screen, "verified", [step.verify] if step.verify else [], full, "", 5)
    yield from _labelled(screen, "seen at", [f"{e.path}:{e.line} {e.note}" for e in step.evidence], full, "", 5, 3)
    if step.preview:
        files, added, removed = counted(step.preview)
        yield _indented(screen, f"preview +{added} -{removed} in {count(files, 'file')}", 5, "dim")
        text = diff_text(screen, hunks(step.preview), None if full else HUNK_LINES)
        text.no_wrap, text.overflow = not full, "fold" if full else "ellipsis"
        yield Padding(text, (0, 0, 0, 7), expand=False)


def scope_words(plan: Plan) -> str:
    """What may change beside the files of the steps, and what may not."""
    scope = plan.draft.scope
    allowed = ["the files of the steps", *scope.paths]
    allowed += [name for name in ("dependencies", "tests", "ci") if getattr(scope, name)]
    refused = [name for name in ("dependencies", "tests", "ci") if not getattr(scope, name)]
    return ", ".join(allowed) + (f"; not {', '.join(refused)}" if refused else "")


def _labelled(
    screen: Screen, label: str, items: list[str], full: bool, style: str = "", indent: int = 2, most: int = MANY
) -> "Iterator[RenderableType]":
    """A label with its items in a column beside it."""
    if not items:
        return
    from rich.table import Table

    table = Table.grid(padding=(0, 1), pad_edge=False)
    table.add_column(width=indent - 1)
    table.add_column(min_width=10, no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    shown = items if full else items[:most]
    for number, item in enumerate(shown):
        table.add_row("", label if number == 0 else "", screen.text(item if full else _cut(item), style))
    if len(items) > len(shown):
        table.add_row("", "", screen.text(f"… {len(items) - len(shown)} more (--full shows all)", "dim"))
    yield table


def _items(screen: Screen, items: list[str], full: bool, indent: int) -> "Iterator[RenderableType]":
    for item in items if full else items[:MANY]:
        yield _indented(screen, item if full else _cut(item), indent)
    if not full and len(items) > MANY:
        yield _indented(screen, f"… {len(items) - MANY} more (--full shows all)", indent, "dim")


def _indented(screen: Screen, text: str, indent: int, style: str = "") -> "RenderableType":
    from rich.padding import Padding

    return Padding(screen.text(text, style), (0, 0, 0, indent), expand=False)


def _command(command: tuple[str, ...], full: bool) -> str:
    words = " ".join(command)
    first = words.partition("\n")[0][:COMMAND]
    return words if full or first == words else f"{first}… (--full shows all)"


def _cut(text: str, limit: int = 600) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… (--full shows all)"


def _more(number: int, shown: int) -> str:
    return f" and {number - shown} more" if number > shown else ""
