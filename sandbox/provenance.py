"""Which of our commits made each hunk of the final diff; a commit's trailers say step, attempt and author."""

from dataclasses import dataclass, field

from patchwright.sandbox.diffs import FileDiff, RawHunk, diff, parse_diff, steps
from patchwright.sandbox.repository import Repository


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk of the final diff. `commits` made it, oldest first; never empty for a diff of our commits.

    Lines count from 1 as in the diff. `text` holds the lines with their marks, or for a file without
    text hunks (binary, rename, mode) what the diff says of it, and then all line numbers are 0. Bytes that are not
    UTF-8 are U+FFFD in `text` and surrogate escapes in `path`.
    """

    path: str
    old_path: str
    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    header: str
    text: str
    commits: tuple[str, ...]


@dataclass(slots=True)
class _Line:
    """A stretch of lines of a file as it grows: from the base (`commit` is "") or made by a commit."""

    commit: str
    base_line: int


@dataclass(slots=True)
class _Story:
    """How one file came from the base: who touched it, who removed each base line, whose the lines are now.

    `lines` holds only what is known to differ from "all of the rest is the base's": base lines are
    counted lazily, since the diff does not say how long the file is.
    """

    base_path: str
    touched: list[str] = field(default_factory=list[str])
    removed: dict[int, str] = field(default_factory=dict[int, str])
    lines: list[_Line] = field(default_factory=list[_Line])
    next_base: int = 1

    def grow(self, count: int) -> None:
        """Make sure that at least `count` lines are known."""
        while len(self.lines) < count:
            self.lines.append(_Line("", self.next_base))
            self.next_base += 1

    def apply(self, commit: str, hunks: tuple[RawHunk, ...]) -> None:
        """Follow one commit. Its hunks have no context; the last comes first, so that numbers stay right."""
        self.touched.append(commit)
        for hunk in reversed(hunks):
            # A hunk that only adds names the line after which it adds.
            at = hunk.old_start - 1 if hunk.old_lines else hunk.old_start
            self.grow(at + hunk.old_lines)
            for line in self.lines[at : at + hunk.old_lines]:
                if not line.commit:
                    self.removed[line.base_line] = commit
            self.lines[at : at + hunk.old_lines] = [_Line(commit, 0) for _ in range(hunk.new_lines)]


def hunks(repository: Repository, base: str, result: str) -> tuple[Hunk, ...]:
    """Every hunk of `repository.diff(base, result)` with the commits that made it.

    `base` must be an ancestor of `result` in a straight line.
    """
    alive: dict[str, _Story] = {}
    stories: list[_Story] = []
    order: dict[str, int] = {}
    for commit, files in steps(repository.git, base, result):
        order[commit] = len(order)
        _follow(alive, stories, commit, files)
    found: list[Hunk] = []
    for file in parse_diff(diff(repository.git, base, result)):
        found += _file_hunks(file, alive, stories, order)
    return tuple(found)


def _follow(alive: dict[str, _Story], stories: list[_Story], commit: str, files: tuple[FileDiff, ...]) -> None:
    moved: dict[str, _Story] = {}
    for file in files:
        story = None if file.created else alive.pop(file.old_path, None)
        if story is None:
            story = _Story("" if file.created else file.old_path)
            stories.append(story)
        story.apply(commit, file.hunks)
        if not file.deleted:
            moved[file.new_path] = story
    alive.update(moved)


def _file_hunks(file: FileDiff, alive: dict[str, _Story], stories: list[_Story], order: dict[str, int]) -> list[Hunk]:
    before = [story for story in stories if story.base_path == file.old_path and not file.created]
    after = [] if file.deleted else [alive[file.new_path]] if file.new_path in alive else []
    touched = sorted({commit for story in before + after for commit in story.touched}, key=order.__getitem__)
    if not file.hunks:
        return [_whole(file, tuple(touched))]
    return [
        _hunk(file, hunk, tuple(sorted(_makers(hunk, before, after), key=order.__getitem__) or touched))
        for hunk in file.hunks
    ]


def _makers(hunk: RawHunk, before: list[_Story], after: list[_Story]) -> set[str]:
    removed = {line: commit for story in before for line, commit in story.removed.items()}
    added = after[0].lines if after else []
    # A side without lines is numbered by the line before it.
    old, new = hunk.old_start + (not hunk.old_lines), hunk.new_start + (not hunk.new_lines)
    makers: set[str] = set()
    for line in hunk.lines:
        mark = line[:1]
        if mark == b"-":
            makers.add(removed.get(old, ""))
        if mark == b"+" and new <= len(added):
            makers.add(added[new - 1].commit)
        old += mark in (b"-", b" ")
        new += mark in (b"+", b" ")
    return makers - {""}


def _hunk(file: FileDiff, hunk: RawHunk, commits: tuple[str, ...]) -> Hunk:
    return Hunk(
        path=file.new_path,
        old_path=file.old_path,
        old_start=hunk.old_start,
        old_lines=hunk.old_lines,
        new_start=hunk.new_start,
        new_lines=hunk.new_lines,
        header=hunk.header,
        text=b"".join(hunk.lines).decode("utf-8", "replace"),
        commits=commits,
    )


def _whole(file: FileDiff, commits: tuple[str, ...]) -> Hunk:
    said = b"".join(file.head[1:]).decode("utf-8", "replace")
    return Hunk(file.new_path, file.old_path, 0, 0, 0, 0, "", said, commits)
