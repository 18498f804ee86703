"""What an edit breaks comes back with it: the checks that took no time on the base run after every edit."""

from collections.abc import Sequence

from patchwright.tools.calls import ToolOutcome
from patchwright.tools.checks import CheckKind, Results, Verification
from patchwright.tools.desk import Desk
from patchwright.tools.telling import diagnostics_text

QUICK_SECONDS = 2.0
"""What the checks of an edit may take together, as measured by the baseline."""
KINDS: tuple[CheckKind, ...] = ("lint", "types", "build")


def quick_kinds(baseline: Results) -> tuple[CheckKind, ...]:
    """The kinds of checks that together took at most `QUICK_SECONDS` on the base, the most telling of few first."""
    found, spent = list[CheckKind](), 0.0
    for kind in KINDS:
        results = [result for result in baseline.checks if result.check.kind == kind]
        spent += sum(result.seconds for result in results)
        if spent > QUICK_SECONDS:
            break
        if results and not any(result.problem for result in results):
            found.append(kind)
    return tuple(found)


def with_diagnostics(desk: Desk, kinds: Sequence[CheckKind], outcome: ToolOutcome) -> ToolOutcome:
    """The outcome of an edit with what these checks say that they did not say about the base."""
    if not kinds or not outcome.edits:
        return outcome
    told = _told(desk.judge(kinds), outcome.edits)
    return outcome.model_copy(update={"text": "\n".join([outcome.text, *told]), "red": True}) if told else outcome


def _told(found: Verification, paths: Sequence[str]) -> list[str]:
    """In full what is new in these files; in a count what is new in others."""
    here = [one for one in found.new_diagnostics if one.path in paths]
    others = len(found.new_diagnostics) - len(here)
    return [
        *([f"New diagnostics ({len(here)}):", diagnostics_text(here)] if here else []),
        *([f"New diagnostics in other files: {others}; see `diagnostics`."] if others else []),
        *(f"The check {name} ends worse than on the base; see `diagnostics`." for name in found.worse_checks),
    ]
