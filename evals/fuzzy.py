"""A unified diff put onto files as GNU `patch --fuzz=5 -p1` does it: moved hunks, worn context. Pure.

The program itself is not used: it belongs to no image of ours, and on the host it would write what a stranger says.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FUZZ = 5
"""Lines of context at either end of a hunk that may differ."""

_HEAD = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@")
NOWHERE = b"/dev/null"


class DoesNotFit(ValueError):
    """The diff is malformed, or a hunk has no place; says which."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """One change: where it says that it belongs (from 1), and its lines with their marks ` `, `-`, `+`."""

    start: int
    lines: tuple[bytes, ...]

    def side(self, mark: bytes) -> list[bytes]:
        """The lines before (`-`) or after (`+`) the change."""
        return [line[1:] for line in self.lines if line[:1] in (b" ", mark)]


@dataclass(frozen=True, slots=True)
class FilePatch:
    """The hunks of one file; `old` or `new` is b"" where there is none."""

    old: bytes
    new: bytes
    hunks: tuple[Hunk, ...]


def read_patch(patch: bytes) -> Iterator[FilePatch]:
    """The files of a diff. Raises `DoesNotFit` where it is malformed."""
    lines = patch.splitlines(keepends=True)
    at = 0
    while at < len(lines) - 1:
        if not (lines[at].startswith(b"--- ") and lines[at + 1].startswith(b"+++ ")):
            at += 1
            continue
        old, new = _name(lines[at]), _name(lines[at + 1])
        at += 2
        hunks: list[Hunk] = []
        while at < len(lines) and (head := _HEAD.match(lines[at])):
            hunk, at = _hunk(lines, at + 1, head)
            hunks.append(hunk)
        yield FilePatch(old, new, tuple(hunks))


def _name(line: bytes) -> bytes:
    """The path without its first folder, as with -p1."""
    name = line[4:].rstrip(b"\r\n").partition(b"\t")[0]
    return b"" if name == NOWHERE else name.partition(b"/")[2]


def _hunk(lines: Sequence[bytes], at: int, head: re.Match[bytes]) -> tuple[Hunk, int]:
    before, after = (1 if part is None else int(part) for part in head.groups()[1:3])
    body: list[bytes] = []
    while before > 0 or after > 0:
        if at >= len(lines):
            raise DoesNotFit("the diff ends within a hunk")
        line = lines[at] if lines[at].strip(b"\r\n") else b" " + lines[at]
        if line[:1] not in (b" ", b"-", b"+"):
            raise DoesNotFit(f"a hunk holds a line that begins with {line[:1]!r}")
        before, after = before - (line[:1] in b" -"), after - (line[:1] in b" +")
        body.append(line)
        at += 1
        if at < len(lines) and lines[at].startswith(b"\\"):
            body[-1] = body[-1].rstrip(b"\n")
            at += 1
    return Hunk(int(head[1]), tuple(body)), at


def patched(data: bytes, hunks: Sequence[Hunk]) -> bytes:
    """The file with all hunks applied, each behind the one before. Raises `DoesNotFit`."""
    lines, done, moved = data.splitlines(keepends=True), 0, 0
    for number, hunk in enumerate(hunks, 1):
        at, old, new = _place(lines, hunk, done, moved, number)
        guess = max(hunk.start - 1, 0)
        lines[at : at + len(old)] = new
        done = at + len(new)
        moved += at - (guess + moved) + len(new) - len(old)
    return b"".join(lines)


def _place(
    lines: Sequence[bytes], hunk: Hunk, first: int, moved: int, number: int
) -> tuple[int, list[bytes], list[bytes]]:
    """Where the hunk fits with the least fuzz, nearest to where it says; and what it replaces by what."""
    head, tail = _context(hunk.lines), _context(hunk.lines[::-1])
    for fuzz in range(min(FUZZ, max(head, tail)) + 1):
        # As GNU patch: the longer context is worn first.
        cut = (max(0, fuzz + head - max(head, tail)), max(0, fuzz + tail - max(head, tail)))
        old, new = (_worn(hunk.side(mark), *cut) for mark in (b"-", b"+"))
        found = _nearest(lines, old, max(hunk.start - 1, 0) + moved + cut[0], first)
        if found is not None:
            return found, old, new
    raise DoesNotFit(f"hunk {number} (line {hunk.start}) has no place")


def _context(lines: Sequence[bytes]) -> int:
    return next((at for at, line in enumerate(lines) if line[:1] != b" "), len(lines))


def _worn(lines: list[bytes], head: int, tail: int) -> list[bytes]:
    return lines[head : len(lines) - tail]


def _nearest(lines: Sequence[bytes], old: Sequence[bytes], guess: int, first: int) -> int | None:
    last = len(lines) - len(old)
    if not old:
        return guess if first <= guess <= last else None
    at = (place for place in range(first, last + 1) if lines[place] == old[0])
    fits = [place for place in at if list(lines[place : place + len(old)]) == list(old)]
    return min(fits, key=lambda place: abs(place - guess), default=None)
