"""What of a patch is on the screen, row by row: folded parts are not there. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from patchwright.api.tui.patchview import FileView, Line

Kind = Literal["alarm", "file", "note", "hunk", "made", "judged", "line", "pair", "comment", "gap"]
Place = tuple[int, int, int]
"""File, hunk, line; -1 where it is about the whole."""


class DiffRow(NamedTuple):
    """One row. `line` is a place in the hunk; of a pair the old line's, and `other` the new one's (-1: none)."""

    kind: Kind
    file: int = -1
    hunk: int = -1
    line: int = -1
    other: int = -1
    words: str = ""


def rows(
    files: Sequence[FileView],
    alarms: Sequence[str],
    folded: Collection[tuple[int, int]],
    comments: Mapping[Place, str],
    *,
    paired: bool,
) -> list[DiffRow]:
    """All rows. `folded` are (file, hunk), hunk -1 for whole files."""
    found = [DiffRow("alarm", words=words) for words in alarms]
    found += _comment(comments, (-1, -1, -1))
    for at, file in enumerate(files):
        found += [DiffRow("gap", at)] if found else []
        found.append(DiffRow("file", at))
        found += _comment(comments, (at, -1, -1))
        if (at, -1) not in folded:
            found += [DiffRow("note", at, words=words) for words in file.notes]
            for number in range(len(file.hunks)):
                found += _hunk(file, at, number, folded, comments, paired)
    return found


def _hunk(
    file: FileView,
    at: int,
    number: int,
    folded: Collection[tuple[int, int]],
    comments: Mapping[Place, str],
    paired: bool,
) -> Iterator[DiffRow]:
    hunk = file.hunks[number]
    yield DiffRow("hunk", at, number)
    if (at, number) in folded:
        return
    if hunk.made:
        yield DiffRow("made", at, number)
    if hunk.judged:
        yield DiffRow("judged", at, number)
    for old, new in pairs(hunk.lines) if paired else ((line, -1) for line in range(len(hunk.lines))):
        yield DiffRow("pair" if paired else "line", at, number, old, new)
        if comments:
            for line in (old, new):
                yield from _comment(comments, (at, number, line)) if line >= 0 else ()


def _comment(comments: Mapping[Place, str], place: Place) -> Iterator[DiffRow]:
    for words in comments.get(place, "").split("\n") if place in comments else ():
        yield DiffRow("comment", *place, words=words)


def pairs(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """(old, new) places side by side; -1 where one side has nothing. A line on both sides is twice the same."""
    at = 0
    while at < len(lines):
        removed = _run(lines, at, "-")
        added = _run(lines, at + removed, "+")
        if not removed and not added:
            yield at, at
            at += 1
            continue
        for step in range(max(removed, added)):
            yield at + step if step < removed else -1, at + removed + step if step < added else -1
        at += removed + added


def _run(lines: Sequence[Line], at: int, mark: str) -> int:
    end = at
    while end < len(lines) and lines[end].mark == mark:
        end += 1
    return end - at
