"""What a revision of a plan changes against the one before, for whoever decides on it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from pydantic import BaseModel

from patchwright.agent.plan import Draft, Plan, Step

_UNTOLD = ("preview", "author")
"""Fields of a step that follow from others."""
ALIKE = 0.6
"""How alike two titles are that name the same step reworded."""


@dataclass(frozen=True, slots=True)
class PlanChange:
    """One thing that came (+), went (-) or is otherwise now (~): what, and its words before and after."""

    mark: Literal["+", "-", "~"]
    what: str
    before: str = ""
    after: str = ""


def plan_diff(old: Plan, new: Plan) -> tuple[PlanChange, ...]:
    """All that is different but revision, author and hash: steps first, then the rest in the order of the record."""
    notes = [note for note in new.notes if note not in old.notes]
    return (
        *_steps(old.draft, new.draft),
        *_fields("", _without(old.draft, "steps"), _without(new.draft, "steps")),
        *_fields("", _without(old.terms, "run_id"), _without(new.terms, "run_id")),
        *(PlanChange("+", "note", after=note) for note in notes),
    )


def paired(old: Sequence[Step], new: Sequence[Step]) -> dict[int, int]:
    """Which new step (by index) is which old one: by title, else by the most alike title that is left."""
    found = dict[int, int]()
    for least in (1.0, ALIKE):
        for at in (at for at in range(len(new)) if at not in found):
            left = [other for other in range(len(old)) if other not in found.values()]
            rated = [(_alike(old[other].title, new[at].title), -other) for other in left]
            likeness, other = max(rated, default=(0.0, 0))
            if likeness >= least:
                found[at] = -other
    return found


def _steps(old: Draft, new: Draft) -> Iterator[PlanChange]:
    pairs = paired(old.steps, new.steps)
    for at, step in enumerate(old.steps):
        if at not in pairs.values():
            yield PlanChange("-", f"step {at + 1}", before=step.title)
    for at, step in enumerate(new.steps):
        if at not in pairs:
            yield PlanChange("+", f"step {at + 1}", after=step.title)
        else:
            before = old.steps[pairs[at]]
            yield from _fields(f"step {at + 1} {step.title}: ", _without(before, *_UNTOLD), _without(step, *_UNTOLD))
    kept = [pairs[at] for at in sorted(pairs)]
    if kept != sorted(kept):
        yield PlanChange("~", "the order of the steps")


def _fields(place: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[PlanChange]:
    for name, after in new.items():
        before = old.get(name)
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _fields(f"{place}{_word(name)} ", before, after)  # pyright: ignore[reportUnknownArgumentType]
        elif isinstance(before, list) and isinstance(after, list):
            gone, came = _only(before, after), _only(after, before)  # pyright: ignore[reportUnknownArgumentType]
            order = "" if gone or came else "in another order"
            yield PlanChange("~", place + _word(name), before=gone, after=came or order)
        else:
            yield PlanChange("~", place + _word(name), before=_text(before), after=_text(after))


def _without(record: BaseModel, *names: str) -> dict[str, Any]:
    return record.model_dump(mode="json", exclude=set(names))


def _only(items: list[Any], others: list[Any]) -> str:
    return ", ".join(_text(item) for item in items if item not in others)


def _text(value: Any) -> str:
    """A value in words: a place as path:line, a question with its suggestions, a flag as yes or no."""
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return " ".join(_text(item) for item in value.values() if item)  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
        case list():
            return " / ".join(_text(item) for item in value)  # pyright: ignore[reportUnknownVariableType]
        case None:
            return ""
        case _:
            return str(value)


def _word(name: str) -> str:
    return name.replace("_", " ")


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
