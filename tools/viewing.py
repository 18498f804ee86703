"""Files as a model reads them: bounded, cut at line ends, saying what is left out (RES-09)."""

from collections import Counter
from collections.abc import Sequence

from patchwright.tools.edits import numbered
from patchwright.tools.paths import matches
from patchwright.tools.textfile import Undecodable, decode
from patchwright.tools.untrusted import printable

READ_LINES = 400
READ_BYTES = 20_000
LISTED = 200
SLACK = 1.15
"""A few lines more than the limit are not worth another call."""


def window(path: str, data: bytes, start: int = 1, count: int = READ_LINES) -> str:
    """Numbered lines of a file from `start` (from 1), at most `READ_LINES` and `READ_BYTES`."""
    try:
        text, note = decode(data).view, ""
    except Undecodable as error:
        if b"\0" in data[:8000]:
            return f"{path} is binary, {len(data):,} bytes."
        text, note = data.decode("utf-8", "replace"), f" ({error}; it cannot be edited)"
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    if not lines:
        return f"{path} is empty."
    if start > len(lines):
        return f"{path} has only {len(lines)} lines."
    shown = _fitting(numbered(lines[start - 1 :][: _limit(len(lines) - start + 1, count)], start))
    end = start + shown.count("\n")
    ending = "" if text.endswith("\n") or end < len(lines) else "\n(no newline at the end)"
    head = f"{path}, lines {start}-{end} of {len(lines)}{note}"
    return f"{head}\n{shown}{ending}{_go_on(end, len(lines))}"


def listing(paths: Sequence[str], folder: str = "", pattern: str = "") -> str:
    """The files below a folder, or those that a glob means; by subfolder with counts if they are many."""
    inside = [path for path in paths if not folder or path.startswith(folder + "/")]
    found = [path for path in inside if not pattern or matches(path, pattern) or matches(path, f"**/{pattern}")]
    if not found:
        return f"No files{f' below {folder}' if folder else ''}{f' match {pattern}' if pattern else ''}."
    if len(found) <= LISTED:
        return "\n".join(printable(path) for path in found)
    if pattern:
        return _capped([printable(path) for path in found], "narrow the pattern")
    return f"{len(found)} files; name a folder or a pattern for single ones\n" + overview(found, folder)


def overview(paths: Sequence[str], folder: str = "", limit: int = LISTED) -> str:
    """One level of a tree: folders with the number of files below them, then files."""
    skip = len(folder) + 1 if folder else 0
    counts = Counter(path[skip:].partition("/")[0] + ("/" if "/" in path[skip:] else "") for path in paths)
    names = sorted(counts, key=lambda name: (not name.endswith("/"), name))
    lines = [printable(f"{name} ({counts[name]} files)" if name.endswith("/") else name) for name in names]
    return _capped(lines, "name a folder", limit)


def _limit(left: int, count: int) -> int:
    """As many lines as asked for, all that are left if they are hardly more than the limit."""
    most = min(max(count, 1), READ_LINES)
    return left if most == READ_LINES and left <= READ_LINES * SLACK else most


def _fitting(text: str) -> str:
    if len(text) <= READ_BYTES * SLACK:
        return text
    return text[:READ_BYTES].rpartition("\n")[0] or text[:READ_BYTES]


def _go_on(end: int, total: int) -> str:
    return f"\n({total - end} more lines: read with start={end + 1})" if end < total else ""


def _capped(lines: Sequence[str], how: str, limit: int = LISTED) -> str:
    if len(lines) <= limit:
        return "\n".join(lines)
    return "\n".join([*lines[:limit], f"({len(lines) - limit} more: {how})"])
