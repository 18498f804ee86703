"""Which words of a changed line are other ones. Pure."""

import re
from difflib import SequenceMatcher

from patchwright.api.tui.patchview import Line

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
ALIKE = 0.4
"""Lines less alike than this are other lines, not changed ones."""
LONGEST = 400
"""Characters of a line whose words are compared."""

Part = tuple[int, int]
"""From and to, in characters."""


def partner(lines: tuple[Line, ...], at: int) -> int | None:
    """The place of the removed line that an added one stands for, or the other way round: by their order."""
    mark = lines[at].mark
    if mark not in "+-":
        return None
    first = at
    while first > 0 and lines[first - 1].mark == mark:
        first -= 1
    other = "-" if mark == "+" else "+"
    if mark == "+":
        end = first
        first_other = end
        while first_other > 0 and lines[first_other - 1].mark == other:
            first_other -= 1
    else:
        first_other = first
        while first_other < len(lines) and lines[first_other].mark == mark:
            first_other += 1
    found = first_other + (at - first)
    return found if 0 <= found < len(lines) and lines[found].mark == other else None


def changed_parts(mine: str, theirs: str) -> list[Part]:
    """The parts of `mine` that `theirs` does not have; none if the two are hardly alike."""
    if max(len(mine), len(theirs)) > LONGEST:
        return []
    here, there = _WORD.findall(mine), _WORD.findall(theirs)
    matcher = SequenceMatcher(None, here, there, autojunk=False)
    if matcher.ratio() < ALIKE:
        return []
    starts = [0]
    for word in here:
        starts.append(starts[-1] + len(word))
    return [(starts[a], starts[b]) for tag, a, b, _, _ in matcher.get_opcodes() if tag in ("replace", "delete")]
