"""A patch as files, hunks and lines for the page: numbered, coloured, and each hunk with who made it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from patchwright.agent.report import Origin
from patchwright.agent.reporting import shown
from patchwright.api.web.colours import Piece, coloured
from patchwright.sandbox.diffs import FileDiff, RawHunk, parse_diff

MAX_LINES = 3000
"""Lines of a patch that the page shows; the rest is named and can be downloaded."""
MAX_COLUMNS = 1000

TOLD = (b"rename ", b"old mode", b"new mode", b"new file mode", b"deleted file mode", b"GIT binary patch", b"Binary")

KINDS = {" ": "", "+": "added", "-": "removed", "\\": "note"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `kind` is "", added, removed or note; numbers are 0 on the side that has no such line."""

    kind: str
    old: int
    new: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class HunkView:
    """A hunk, and who made it if the report says so."""

    place: str
    header: str
    origin: Origin | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a patch. `said` is what git says of it beside lines; `hidden` counts lines that are not shown."""

    path: str
    old_path: str
    status: str
    added: int
    removed: int
    said: tuple[str, ...]
    hunks: tuple[HunkView, ...]
    hidden: int


def view(patch: bytes, origins: Sequence[Origin]) -> tuple[FileView, ...]:
    """All files of the patch; `origins` are those of its hunks, in its order."""
    files = list(parse_diff(patch))
    colours = _Colours(files)
    makers = _makers(files, origins)
    left = MAX_LINES
    views = list[FileView]()
    for file in files:
        one = _file(file, makers, colours, left)
        left -= sum(len(hunk.lines) for hunk in one.hunks)
        views.append(one)
    return tuple(views)


def _makers(files: Sequence[FileDiff], origins: Sequence[Origin]) -> Iterator[Origin | None]:
    """The origin of each hunk, a file without hunks counting as one; None for all if they do not fit."""
    count = sum(max(len(file.hunks), 1) for file in files)
    return iter(origins) if len(origins) == count else iter([None] * count)


def _file(file: FileDiff, makers: Iterator[Origin | None], colours: "_Colours", left: int) -> FileView:
    hunks, hidden = list[HunkView](), 0
    first = next(makers) if not file.hunks else None
    for hunk in file.hunks:
        origin = next(makers)
        if len(hunk.lines) > left:
            hidden += len(hunk.lines)
            continue
        left -= len(hunk.lines)
        hunks.append(_hunk(file, hunk, origin, colours))
    if first is not None:
        hunks.append(HunkView("", "", first, ()))
    marks = [line[:1] for hunk in file.hunks for line in hunk.lines]
    return FileView(
        path=shown(file.new_path),
        old_path=shown(file.old_path),
        status=_status(file),
        added=marks.count(b"+"),
        removed=marks.count(b"-"),
        said=_said(file),
        hunks=tuple(hunks),
        hidden=hidden,
    )


def _status(file: FileDiff) -> str:
    if file.created:
        return "added"
    if file.deleted:
        return "deleted"
    return "renamed" if file.old_path != file.new_path else "modified"


def _said(file: FileDiff) -> tuple[str, ...]:
    """What git says that lines do not: a rename, a mode, that it is binary."""
    told = (
        b"rename ",
        b"old mode",
        b"new mode",
        b"new file mode",
        b"deleted file mode",
        b"GIT binary patch",
        b"Binary",
    )
    return tuple(line.decode("utf-8", "replace").strip() for line in file.head if line.startswith(told))


def _hunk(file: FileDiff, hunk: RawHunk, origin: Origin | None, colours: "_Colours") -> HunkView:
    old, new = hunk.old_start, hunk.new_start
    lines = list[Line]()
    for line, pieces in zip(hunk.lines, colours.lines(file, hunk), strict=True):
        mark = chr(line[0])
        lines.append(Line(KINDS.get(mark, ""), old if mark in " -" else 0, new if mark in " +" else 0, tuple(pieces)))
        old += mark in " -"
        new += mark in " +"
    place = f"lines {hunk.new_start} to {hunk.new_start + max(hunk.new_lines - 1, 0)}"
    return HunkView(place, hunk.header, origin, tuple(lines))


class _Colours:
    """The pieces of every line. Each side of a hunk is coloured as a text of its own."""

    def __init__(self, files: Sequence[FileDiff]) -> None:
        places = [(file, hunk, side) for file in files for hunk in file.hunks for side in ("-", "+")]
        texts = [(shown(file.new_path), "\n".join(_side(hunk, side))) for file, hunk, side in places]
        self._found = {(id(hunk), side): lines for (_, hunk, side), lines in zip(places, coloured(texts), strict=True)}

    def lines(self, file: FileDiff, hunk: RawHunk) -> Iterator[list[Piece]]:
        """The pieces of the hunk's lines, in order."""
        sides = {side: iter(self._found[id(hunk), side] or ()) for side in ("-", "+")}
        for line in hunk.lines:
            mark = chr(line[0])
            found = {side: next(sides[side], None) for side in ("-", "+") if mark in (" ", side)}
            pieces = found.get("-" if mark == "-" else "+")
            plain = _text(line)
            yield pieces if pieces is not None and "".join(text for _, text in pieces) == plain else [("", plain)]


def _side(hunk: RawHunk, side: str) -> list[str]:
    return [_text(line) for line in hunk.lines if chr(line[0]) in (" ", side)]


def _text(line: bytes) -> str:
    text = line[1:].decode("utf-8", "replace").rstrip("\n")
    return text if len(text) <= MAX_COLUMNS else f"{text[:MAX_COLUMNS]}…"
