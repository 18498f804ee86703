"""Lines of a command's output that carry nothing are left out, each time with the words for what they were."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

TRIM_ABOVE = 4_000
"""Shorter output is shown as it is."""
FEW = 4
"""So many lines of one kind are left standing."""
BLOCK = 5
"""A repeat has at least so many lines, and characters:"""
BLOCK_CHARACTERS = 200
MAX_WORDS = 100
MAX_LINE = 300
"""Longer lines are of no kind: a pattern's time grows with the square of a line (RES-10)."""

_KINDS = {
    "passing tests": re.compile(
        r"\S+::.* PASSED(?:\s+\[ *\d+%\])?|(?:\S+\.py )?[.]+\s*\[ *\d+%\]|\S+\.py [.]+"  # pytest
        r"|.*\.\.\. ok|\s*--- PASS: .*|=== (?:RUN|PAUSE|CONT|NAME) .*|ok\s+\S+\s+(?:\d[\d.]*s|\(cached\)).*"
        r"|\s*[✓✔√] .*|\s*ok \d+\b.*|PASS \S+.*|\[INFO\] (?:Running \S+|Tests run: \d+, Failures: 0, Errors: 0, .*)"
    ),
    "downloads and installs": re.compile(
        r"\s*(?:Requirement already satisfied|Collecting|Downloading|Using cached|Installing collected packages"
        r"|Downloaded|Preparing metadata|Compiling \S+ v\d).*|\[INFO\] (?:Downloading|Downloaded) .*|go: downloading .*"
    ),
}
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


def trimmed(text: str) -> str:
    """The output without runs of passing tests, downloads, and what stands in it before; short output as it is."""
    if len(text) <= TRIM_ABOVE:
        return text
    return "\n".join(_without_repeats(list(_without_runs(text.split("\n")))))


def _without_runs(lines: Sequence[str]) -> Iterator[str]:
    """Runs of equal lines, and of lines of one kind, in few words."""
    for kind, group in groupby(lines, key=_kind):
        run = list(group)
        if kind and len(run) > FEW:
            yield run[0]
            yield f"[{len(run) - 1} more lines: {kind}]"
        else:
            yield from _without_equals(run)


def _without_equals(lines: Sequence[str]) -> Iterator[str]:
    for line, group in groupby(lines):
        count = len(list(group))
        yield line
        if count > FEW:
            yield f"[the same line {count - 1} more times]"
        else:
            yield from [line] * (count - 1)


def _kind(line: str) -> str:
    if len(line) > MAX_LINE:
        return ""
    return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(line)), "")


def _without_repeats(lines: Sequence[str]) -> Iterator[str]:
    """A block of lines that stands before, such as a trace, is named by its first line. Linear in time."""
    same = [_ADDRESS.sub("0x", line) for line in lines]
    seen, at = dict[tuple[str, ...], int](), 0
    while at < len(lines):
        block = tuple(same[at : at + BLOCK])
        first = seen.setdefault(block, at)
        size = _common(same, first, at) if first + BLOCK <= at else 0
        if size < BLOCK or sum(map(len, same[at : at + size])) < BLOCK_CHARACTERS:
            yield lines[at]
            at += 1
        else:
            words = next((line for line in lines[at : at + size] if line.strip()), "").strip()[:MAX_WORDS]
            yield f"[{size} lines that stand above, from: {words}]"
            at += size


def _common(lines: Sequence[str], first: int, at: int) -> int:
    """How many lines from `first` and from `at` are equal, before the one runs into the other."""
    most = min(at - first, len(lines) - at)
    return next((size for size in range(most) if lines[first + size] != lines[at + size]), most)
