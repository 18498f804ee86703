"""Files and output as a model reads them: bounded, cut at line ends, saying what is left out (RES-09)."""

import re
from collections import Counter
from collections.abc import Sequence

from patchwright.sandbox.base import ExecResult
from patchwright.tools.edits import numbered
from patchwright.tools.paths import matches
from patchwright.tools.textfile import Undecodable, decode
from patchwright.tools.untrusted import printable, valid

READ_LINES = 400
READ_BYTES = 20_000
LISTED = 200
OUTPUT_HEAD = 4_000
OUTPUT_TAIL = 12_000
SLACK = 1.15
"""A few lines more than the limit are not worth another call."""

_ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]{0,1000}(?:\x07|\x1b\\)|[@-Z\\-_])")


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


def command_text(result: ExecResult, timeout: float) -> str:
    """The status on a line of its own, then the output; a timeout keeps what was printed until then."""
    output = plain(result.text)
    cut, left_out = _head_and_tail(output)
    gone = f"\n({result.omitted:,} bytes were dropped while it ran)" if result.omitted else ""
    body = (
        cut if not left_out else f"{cut}\n({left_out}: narrow the command, or write to a file in /tmp and read parts)"
    )
    return f"{_status(result, timeout)}\n{body or '(no output)'}{gone}"


def plain(text: str) -> str:
    """Output without colours and overwritten progress lines; other controls are shown as escapes (OUT-02)."""
    text = _ANSI.sub("", text.replace("\r\n", "\n"))
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return printable(valid("\n".join(lines))).strip("\n")


def _status(result: ExecResult, timeout: float) -> str:
    if result.timed_out:
        return f"timed out: killed after {timeout:.0f} s; what it printed until then:"
    why = {137: ", killed (out of memory?)", 141: ", a later part of the pipe stopped reading"}.get(
        result.exit_code, ""
    )
    return f"exit code {result.exit_code}{why} ({result.seconds:.1f} s)"


def _head_and_tail(text: str) -> tuple[str, str]:
    """The text, or its first and last lines and the words for what stands between them."""
    if len(text) <= (OUTPUT_HEAD + OUTPUT_TAIL) * SLACK:
        return text, ""
    head = text[:OUTPUT_HEAD].rpartition("\n")[0] or text[:OUTPUT_HEAD]
    tail = text[-OUTPUT_TAIL:].partition("\n")[2] or text[-OUTPUT_TAIL:]
    middle = text[len(head) : len(text) - len(tail)]
    mark = f"[… {middle.count(chr(10)):,} lines, {len(middle):,} characters left out …]"
    return f"{head}\n{mark}\n{tail}", "output cut"


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
