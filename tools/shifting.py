"""Where a text stands that differs from a file's lines by one shift of its indentation, or by blanks at line ends.

Nothing else is forgiven, and whoever uses it says so: an edit is never guessed silently (FS-05).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TAB_WIDTHS = (4, 2, 8)
"""Blanks that a model may have written for one tab."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Lines `line`.. (from 0) of a file are the given text, moved: `gain` before each line, or `loss` less.

    `tabs` blanks were written for each tab of the file; 0 if none were.
    """

    line: int
    gain: str = ""
    loss: str = ""
    tabs: int = 0

    def applied(self, text: str) -> str | None:
        """The text moved in the same way; None if a line of it has not the indentation to lose."""
        moved = [self._moved(line) for line in text.split("\n")]
        return None if None in moved else "\n".join(line for line in moved if line is not None)

    def _moved(self, line: str) -> str | None:
        if not line.strip():
            return line
        line = tabbed(line, self.tabs)
        return self.gain + line.removeprefix(self.loss) if line.startswith(self.loss) else None

    @property
    def said(self) -> str:
        """What was forgiven, in words for the model."""
        moved = self.gain or self.loss
        unit = "tab" if moved.startswith("\t") else "blank"
        many = f"{len(moved)} {unit}{'s' if len(moved) != 1 else ''}"
        words = [f"{self.tabs} blanks made one tab"] if self.tabs else []
        words += [f"{many} {'added' if self.gain else 'taken away'} in front of each line"] if moved else []
        return ", ".join(words) or "blanks at line ends apart"


def shifts(lines: Sequence[str], wanted: Sequence[str]) -> list[Shift]:
    """Every place where the lines are the wanted ones but for one shift; those of the least forgiving kind."""
    if not any(line.strip() for line in wanted):
        return []
    for tabs in (0, *(TAB_WIDTHS if any(line.startswith("\t") for line in lines) else ())):
        found = list(_places(lines, [tabbed(line, tabs) for line in wanted], tabs))
        if found:
            return found
    return []


def tabbed(line: str, width: int) -> str:
    """The line with its leading blanks as tabs, `width` for each; as it is if `width` is 0."""
    if not width:
        return line
    text = line.lstrip(" ")
    tabs, rest = divmod(len(line) - len(text), width)
    return "\t" * tabs + " " * rest + text


def _places(lines: Sequence[str], wanted: Sequence[str], tabs: int) -> Iterator[Shift]:
    have, want = [line.strip() for line in lines], [line.strip() for line in wanted]
    size = len(want)
    for at in range(len(have) - size + 1):
        if have[at] == want[0] and have[at : at + size] == want:
            shift = _shift(at, lines[at : at + size], wanted, tabs)
            if shift is not None:
                yield shift


def _shift(at: int, lines: Sequence[str], wanted: Sequence[str], tabs: int) -> Shift | None:
    """The one move that makes the wanted lines these lines; None if they would need several."""
    pairs = [(_indent(have), _indent(want)) for have, want in zip(lines, wanted, strict=True) if want.strip()]
    have, want = pairs[0]
    if have.endswith(want):
        gain = have.removesuffix(want)
        return Shift(at, gain=gain, tabs=tabs) if all(one == gain + other for one, other in pairs) else None
    loss = want.removesuffix(have)
    return Shift(at, loss=loss, tabs=tabs) if all(loss + one == other for one, other in pairs) else None


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
