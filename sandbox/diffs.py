"""Diffs between two commits of ours: the bytes that are shown, stored and applied (GIT-06), and how to read them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from patchwright.sandbox.git import Git
from patchwright.sandbox.trees import decode

ChangeStatus = Literal["added", "deleted", "modified", "renamed", "type_changed"]

_STATUS: dict[str, ChangeStatus] = {
    "A": "added",
    "D": "deleted",
    "M": "modified",
    "R": "renamed",
    "T": "type_changed",
}
_FIXED = (
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-relative",
    "--ignore-submodules=none",
    "--submodule=short",
    "--diff-algorithm=histogram",
    "--indent-heuristic",
    "--inter-hunk-context=0",
    "--find-renames=50%",
    "-l1000",
    "-O/dev/null",
)
_PATCH = ("--patch", "--full-index", "--src-prefix=a/", "--dst-prefix=b/", *_FIXED)
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)")
_ESCAPE = re.compile(rb"\\([abtnvfr\"\\]|[0-7]{3})")
_ESCAPED = dict(zip(b'abtnvfr"\\', b'\a\b\t\n\v\f\r"\\', strict=True))


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file between two commits. `added` and `removed` count lines, None for what is not text.

    Modes are git's ("100644", "100755", "120000" link, "160000" submodule), "" where there is no file.
    """

    path: str
    old_path: str
    status: ChangeStatus
    added: int | None
    removed: int | None
    old_mode: str
    new_mode: str

    @property
    def mode_changed(self) -> bool:
        """Whether a file that stays has another mode now."""
        return bool(self.old_mode and self.new_mode) and self.old_mode != self.new_mode


@dataclass(frozen=True, slots=True)
class RawHunk:
    """Lines `old_start`.. of the old file become lines `new_start`.. of the new one (from 1, as in the diff).

    `lines` carry their " ", "-", "+" or "\\" and end with their newline.
    """

    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    header: str
    lines: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file of a diff. `head` is what stands before the first hunk, binary data included."""

    old_path: str
    new_path: str
    head: tuple[bytes, ...]
    hunks: tuple[RawHunk, ...]

    @property
    def created(self) -> bool:
        """Whether there was no such file before."""
        return any(line.startswith(b"new file mode ") for line in self.head)

    @property
    def deleted(self) -> bool:
        """Whether there is no such file any more."""
        return any(line.startswith(b"deleted file mode ") for line in self.head)


def diff(git: Git, base: str, result: str) -> bytes:
    """The patch from base to result for `git apply`: binary files in full, renames found, always the same bytes."""
    return git("diff-tree", "-r", "--binary", *_PATCH, "--unified=3", "--end-of-options", base, result)


def changed(git: Git, base: str, result: str) -> tuple[FileChange, ...]:
    """What `diff` changes, file by file, in git's order."""
    flags = ("diff-tree", "-r", "-z", "--raw", "--numstat", "--no-abbrev", *_FIXED)
    fields = git(*flags, "--end-of-options", base, result).split(b"\0")
    return tuple(_changes(fields))


def steps(git: Git, base: str, result: str) -> Iterator[tuple[str, tuple[FileDiff, ...]]]:
    """Each commit after `base` up to `result`, oldest first, with what it changed, without context lines."""
    flags = ("log", "--format=%x00%H", "--first-parent", "--reverse", "--no-mailmap", "--no-show-signature")
    words = ("--no-decorate", "--no-notes", *_PATCH, "--unified=0", "--end-of-options", f"{base}..{result}")
    # A line of content never begins with NUL: it has its mark in front.
    for part in re.split(rb"^\0", git(*flags, *words), flags=re.MULTILINE)[1:]:
        commit, _, text = part.partition(b"\n")
        yield commit.decode(), parse_diff(text)


def parse_diff(patch: bytes) -> tuple[FileDiff, ...]:
    """The files of a diff made by git with the prefixes a/ and b/."""
    return tuple(_files(_lines(patch)))


def _lines(patch: bytes) -> list[bytes]:
    return [line + b"\n" for line in patch.split(b"\n")[:-1]]


def _changes(fields: Sequence[bytes]) -> Iterator[FileChange]:
    at, rows = 0, list[tuple[ChangeStatus, str, str, str, str]]()
    while fields[at].startswith(b":"):
        old_mode, new_mode, _, _, letter = fields[at][1:].decode().split()
        old = decode(fields[at + 1])
        moved = letter[0] in "RC"
        new = decode(fields[at + 2]) if moved else old
        rows.append((_STATUS[letter[0]], old, new, old_mode, new_mode))
        at += 3 if moved else 2
    for status, old, new, old_mode, new_mode in rows:
        added, removed, name = fields[at].split(b"\t", 2)
        at += 1 if name else 3  # a rename has its two names in fields of their own
        yield FileChange(
            path=new,
            old_path=old,
            status=status,
            added=_count(added),
            removed=_count(removed),
            old_mode=old_mode.replace("000000", ""),
            new_mode=new_mode.replace("000000", ""),
        )


def _count(number: bytes) -> int | None:
    return None if number == b"-" else int(number)


def _files(lines: list[bytes]) -> Iterator[FileDiff]:
    at = 0
    while at < len(lines):
        if not lines[at].startswith(b"diff --git "):
            at += 1
            continue
        start = at
        at += 1
        while at < len(lines) and not lines[at].startswith((b"diff --git ", b"@@ -")):
            at += 1
        head = tuple(lines[start:at])
        hunks: list[RawHunk] = []
        while at < len(lines) and lines[at].startswith(b"@@ -"):
            hunk, at = _hunk(lines, at)
            hunks.append(hunk)
        yield FileDiff(*_names(head), head, tuple(hunks))


def _hunk(lines: list[bytes], at: int) -> tuple[RawHunk, int]:
    found = _HUNK.match(lines[at])
    if found is None:
        raise ValueError(f"not the head of a hunk: {lines[at]!r}")
    old_start, old, new_start, new = (1 if part is None else int(part) for part in found.groups()[:4])
    body: list[bytes] = []
    left_old, left_new = old, new
    at += 1
    while left_old or left_new or (at < len(lines) and lines[at].startswith(b"\\")):
        line = lines[at]
        left_old -= line[:1] in b" -" and line[:1] != b""
        left_new -= line[:1] in b" +" and line[:1] != b""
        body.append(line)
        at += 1
    header = found[5].decode("utf-8", "replace")
    return RawHunk(old_start, old, new_start, new, header, tuple(body)), at


def _names(head: Sequence[bytes]) -> tuple[str, str]:
    moved = {line.split(b" ")[1]: line for line in head if line.startswith((b"rename ", b"copy "))}
    if moved:
        old, new = (_unquote(moved[word].split(b" ", 2)[2].rstrip(b"\n")) for word in (b"from", b"to"))
        return old, new
    # Without a rename both names are the same: `a/NAME b/NAME`, each in quotes or neither.
    both = head[0][len(b"diff --git ") :].rstrip(b"\n")
    name = _unquote(both[: len(both) // 2])[2:]
    return name, name


def _unquote(name: bytes) -> str:
    if not name.startswith(b'"'):
        return decode(name)
    return decode(_ESCAPE.sub(lambda found: bytes([_code(found[1])]), name[1:-1]))


def _code(escape: bytes) -> int:
    return int(escape, 8) if len(escape) == 3 else _ESCAPED[escape[0]]
