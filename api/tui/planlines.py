"""A plan as lines, each of which knows the step, the place or the answer that it stands for."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text

from patchwright.agent.plan import Evidence, Plan, Step
from patchwright.api.difftext import counted, hunks
from patchwright.api.render import candidates_words, plan_warnings, scope_words
from patchwright.api.tui.pen import Pen
from patchwright.api.wording import count

PREVIEWED = 12
"""Lines of a recipe's hunks that are shown before they are unfolded."""
COMMANDS = -1
"""Stands for the commands where steps are named that are unfolded."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What a line stands for. `step` counts from 1, 0: none; `folds` names what Enter unfolds: a step's hunks, or all
    commands.
    """

    step: int = 0
    evidence: Evidence | None = None
    question: str = ""
    answer: str = ""
    folds: int = 0


Row = tuple[Text, object]
NOWHERE = Spot()
_UNDERLINED = Style(underline=True)


@dataclass(frozen=True, slots=True)
class PlanShown:
    """What a plan is drawn with: answers that were chosen, steps whose hunks are unfolded, cells that there are."""

    answers: Mapping[str, str]
    unfolded: Collection[int]
    width: int


def plan_lines(pen: Pen, plan: Plan, shown: PlanShown) -> list[Row]:
    """All of a plan: what deceives the eye first, then what it is about, steps, scope, conditions."""
    return list(_lines(pen, plan, shown))


def _lines(pen: Pen, plan: Plan, shown: PlanShown) -> Iterator[Row]:
    draft, ink, width = plan.draft, pen.ink, shown.width
    yield from _alarms(pen, plan, width)
    yield from _plain(pen.wrapped(draft.summary, width, ink.strong))
    yield from _plain(pen.labelled("cause", [draft.root_cause] if draft.root_cause else [], width))
    yield from _evidence(pen, draft.evidence, 0, 2)
    yield from _plain(pen.labelled("asked for", plan.notes, width))
    for question in draft.questions:
        yield _BLANK
        yield from _question(pen, question.question, question.suggestions, shown)
    for number, step in enumerate(draft.steps, 1):
        yield _BLANK
        yield from _step(pen, number, step, shown)
    yield _BLANK
    conditions = {
        "may change": [scope_words(plan)],
        "assumes": list(draft.assumptions),
        "risks": list(draft.risks),
        "runs in": [plan.terms.image] if plan.terms.image else [],
        "candidates": [candidates_words(plan.terms.candidates)] if plan.terms.candidates > 1 else [],
        "left over": list(draft.leftovers),
    }
    for label, items in conditions.items():
        style = ink.notice if label in ("risks", "left over") else ink.plain
        yield from _plain(pen.labelled(label, items, width, style))
    commands = [" ".join(command) for command in plan.terms.commands]
    shortened = commands if COMMANDS in shown.unfolded else [_first_line(command) for command in commands]
    yield from _plain(pen.labelled("judged by", shortened, width), Spot(folds=COMMANDS))


_BLANK: Row = (Text(""), NOWHERE)


def _first_line(command: str) -> str:
    first, _, rest = command.partition("\n")
    return f"{first} … (Enter unfolds)" if rest else first


def _plain(lines: list[Text], spot: Spot = NOWHERE) -> Iterator[Row]:
    for line in lines:
        yield line, spot


def _alarms(pen: Pen, plan: Plan, width: int) -> Iterator[Row]:
    found = plan_warnings(plan)
    if found:
        yield pen.line(("Look twice: this text is not what it seems.", pen.ink.bad)), NOWHERE
        for words in found:
            yield from _plain(pen.wrapped(words, width, pen.ink.bad, indent=2))
        yield _BLANK


def _question(pen: Pen, question: str, suggestions: tuple[str, ...], shown: PlanShown) -> Iterator[Row]:
    ink, chosen = pen.ink, shown.answers.get(question, "")
    yield from _plain(pen.wrapped(f"? {question}", shown.width, ink.notice), Spot(question=question))
    for words in suggestions:
        mark = "(x)" if words == chosen else "( )"
        style = ink.good if words == chosen else ink.plain
        yield pen.line((f"  {mark} {words}", style)), Spot(question=question, answer=words)


def _step(pen: Pen, number: int, step: Step, shown: PlanShown) -> Iterator[Row]:
    ink, spot, width = pen.ink, Spot(step=number), shown.width
    by = f"recipe {step.recipe}" if step.recipe else "the editor model"
    author = f", as written by {step.author}" if step.author else ""
    head = pen.wrapped(step.title, width, ink.strong, indent=4)
    head[0] = Text.assemble((f"{number:>2}  ", ink.accent + ink.strong), head[0][4:], end="")
    yield from _plain(head, spot)
    for label, items, style in (
        ("done by", [f"{by}{author}"], ink.accent),
        ("what", [step.intent] if step.intent else [], ink.plain),
        ("files", [", ".join(step.files)] if step.files else [], ink.plain),
        ("must fix", list(step.must_fix[:20]), ink.plain),
        ("", [f"and {len(step.must_fix) - 20} more tests"] if len(step.must_fix) > 20 else [], ink.quiet),
        ("verified", [step.verify] if step.verify else [], ink.plain),
    ):
        yield from _plain([_in(line) for line in pen.labelled(label, items, width - 2, style)], spot)
    yield from _evidence(pen, step.evidence, number, 4)
    yield from _preview(pen, number, step.preview, shown)


def _in(line: Text) -> Text:
    return Text.assemble("  ", line, end="")


def _evidence(pen: Pen, places: tuple[Evidence, ...], step: int, indent: int) -> Iterator[Row]:
    for at, place in enumerate(places):
        where = f"{place.path}:{place.line}" if place.line else place.path
        label = f"{'seen at' if at == 0 else '':<12}"
        pieces = ((label, pen.ink.quiet), (where, pen.ink.accent + _UNDERLINED), f"  {place.note}")
        yield pen.line(*pieces, indent=indent), Spot(step=step, evidence=place)


def _preview(pen: Pen, number: int, preview: str, shown: PlanShown) -> Iterator[Row]:
    if not preview:
        return
    files, added, removed = counted(preview)
    spot = Spot(step=number, folds=number)
    head = f"preview +{added} -{removed} in {count(files, 'file')}"
    lines = hunks(preview).rstrip("\n").split("\n")
    most = len(lines) if number in shown.unfolded else PREVIEWED
    yield pen.line((f"{head:<10}", pen.ink.quiet), indent=4), spot
    for line in lines[:most]:
        yield _changed(pen, line), spot
    if len(lines) > most:
        yield pen.line((f"… {count(len(lines) - most, 'more line')}: Enter unfolds", pen.ink.quiet), indent=6), spot


def _changed(pen: Pen, line: str) -> Text:
    ink = pen.ink
    if line.startswith(("--- ", "+++ ")):
        return pen.line((line, ink.quiet), indent=6)
    style = {"+": ink.added_mark + ink.added, "-": ink.removed_mark + ink.removed, "@": ink.accent}
    return pen.line((line, style.get(line[:1], ink.plain)), indent=6)
