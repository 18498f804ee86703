"""Which lines of a file a model may have meant by text that is not in it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

MAX_LINES = 20_000
"""Longer files are compared up to here."""
MAX_OLD_LINES = 60
MIN_LIKENESS = 0.5

_NUMBERED = re.compile(r"\s*\d+\t")
_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Nearest:
    """Lines `start`.. (from 1) of the file, and how the given text differs from them.

    `numbers`: only by the line numbers copied along; `space`: only in white space; `similar`: otherwise.
    """

    start: int
    lines: tuple[str, ...]
    kind: Literal["numbers", "space", "similar"]


def nearest(text: str, old: str) -> Nearest | None:
    """The lines most like `old`, or None if nothing is like it. Time is linear in the size of the file."""
    lines = text.split("\n")[:MAX_LINES]
    wanted = old.strip("\n").split("\n")
    if not any(line.strip() for line in wanted):
        return None
    return (
        _unnumbered(lines, wanted)
        or _same(lines, wanted, "space", _folded)
        or _most_similar(lines, wanted[:MAX_OLD_LINES])
    )


def _unnumbered(lines: Sequence[str], wanted: Sequence[str]) -> Nearest | None:
    if not all(_NUMBERED.match(line) for line in wanted):
        return None
    return _same(lines, [_NUMBERED.sub("", line, count=1) for line in wanted], "numbers", str)


def _same(
    lines: Sequence[str], wanted: Sequence[str], kind: Literal["numbers", "space"], form: Callable[[str], str]
) -> Nearest | None:
    """The first place where all lines are equal in this form."""
    have, want = [form(line) for line in lines], [form(line) for line in wanted]
    size = len(want)
    for at in range(len(have) - size + 1):
        if have[at] == want[0] and have[at : at + size] == want:
            return Nearest(at + 1, tuple(lines[at : at + size]), kind)
    return None


def _most_similar(lines: Sequence[str], wanted: Sequence[str]) -> Nearest | None:
    """The best of the few places that share most words line by line, by the likeness of their text."""
    size = min(len(wanted), len(lines))
    have, want = [_words(line) for line in lines], [_words(line) for line in wanted]
    shared = [sum(_overlap(have[at + row], want[row]) for row in range(size)) for at in range(len(lines) - size + 1)]
    best = sorted(range(len(shared)), key=shared.__getitem__, reverse=True)[:5]
    rated = [(_likeness(lines[at : at + size], wanted), at) for at in best if shared[at]]
    likeness, at = max(rated, default=(0.0, 0))
    return Nearest(at + 1, tuple(lines[at : at + size]), "similar") if likeness >= MIN_LIKENESS else None


def _folded(line: str) -> str:
    return "".join(line.split())


def _words(line: str) -> frozenset[str]:
    return frozenset(_WORD.findall(line[:500]))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    union = len(one | other)
    return len(one & other) / union if union else 0.1


def _likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """0 to 1, on at most 4,000 characters each: the matcher's time is quadratic."""
    return SequenceMatcher(None, "\n".join(one)[:4000], "\n".join(other)[:4000], autojunk=False).ratio()
