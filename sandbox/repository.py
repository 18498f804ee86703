"""Our own bare clone: the truth of every working copy (GIT-01). Nothing untrusted can write it."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from patchwright.sandbox.base import Changes, Size, size_of
from patchwright.sandbox.diffs import FileChange, changed, diff
from patchwright.sandbox.errors import GitFailed
from patchwright.sandbox.git import Git
from patchwright.sandbox.objects import Objects
from patchwright.sandbox.tarball import Tars, packed
from patchwright.sandbox.trees import (
    FILE,
    PROGRAM,
    Change,
    Entry,
    added,
    changed_tree,
    check_path,
    folders,
    parse_listing,
    removed,
)

IDENTITY = "patchwright <patchwright@localhost>"
"""Author and committer of every commit of ours."""

_MADE_BY = "Made-By"
_TRAILER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:[./][A-Za-z0-9][A-Za-z0-9_-]*)*")
_SHA = re.compile(r"[0-9a-f]{40}")
_TREES_KEPT = 8


class CommitTree:
    """The tree of one commit, as `sandbox.base.Tree` and `tools.tree.FileTree`. Frozen; read on demand."""

    def __init__(
        self, key: str, entries: Mapping[str, Entry], objects: Objects, tars: Tars, base: "CommitTree | None" = None
    ) -> None:
        self._key, self._entries, self._objects, self._tars, self._base = key, entries, objects, tars, base

    @property
    def key(self) -> str:
        """The commit's sha."""
        return self._key

    def entries(self) -> Sequence[Entry]:
        """Everything but folders, sorted by path: files, links, submodules."""
        return tuple(self._entries.values())

    @cached_property
    def _regular(self) -> tuple[str, ...]:
        return tuple(entry.path for entry in self._entries.values() if entry.regular)

    def paths(self) -> Sequence[str]:
        """All regular files, sorted."""
        return self._regular

    def entry(self, path: str) -> Entry | None:
        """The entry at this path; None for folders and for what is not there."""
        return self._entries.get(path)

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises KeyError if there is no such regular file."""
        entry = self._entries[path]
        if not entry.regular:
            raise KeyError(path)
        return self._objects.read(entry.sha)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """All regular files with their bytes, in order: three times as fast as `read` for each."""
        entries = [entry for entry in self._entries.values() if entry.regular]
        for entry, blob in zip(entries, self._objects.stream(e.sha for e in entries), strict=True):
            yield entry.path, blob.data

    def blobs(self, shas: Iterable[str]) -> Iterator[bytes]:
        """The contents of these objects, in order."""
        return (blob.data for blob in self._objects.stream(shas))

    def tar(self) -> Iterator[bytes]:
        """The tree as a tar stream; from a file if it was made before."""
        return self._tars.stream(self._key, self.entries(), self._objects)

    @property
    def size(self) -> Size:
        """See `sandbox.base.Tree`."""
        return size_of((entry.size for entry in self._entries.values()), len(folders(self._entries.values())))

    @property
    def base(self) -> "CommitTree | None":
        """The tree that it was made from, if that was said."""
        return self._base

    def changes(self) -> Changes:
        """See `sandbox.base.Tree`."""
        before = self._base._entries if self._base else dict[str, Entry]()
        return Changes(removed(before, self._entries), packed(added(before, self._entries), self._objects))


class Repository:
    """A bare clone of ours. Its objects may be shared by runs; methods are safe for several threads.

    Commits are named by full sha. `clock` gives the seconds since the epoch that new commits carry;
    `made` is told each one of `commit`, with its parent.
    """

    def __init__(
        self, git_dir: Path, *, clock: Callable[[], float] = time.time, made: Callable[[str, str], None] | None = None
    ) -> None:
        self.git_dir = git_dir
        self._made = made
        self.git = Git(git_dir)
        self.objects = Objects(self.git)
        self._clock = clock
        self._entries: dict[str, dict[str, Entry]] = {}

    def close(self) -> None:
        """End the git process behind. Nothing is lost; a later read starts another one."""
        self.objects.close()

    def tree(self, commit: str, base: str = "") -> CommitTree:
        """The tree of this commit, as changed from that of `base`. Raises `GitFailed` if there is no such commit."""
        tars = Tars(self.git_dir / "tars")
        below = CommitTree(base, self._listing(base), self.objects, tars) if base not in ("", commit) else None
        return CommitTree(commit, self._listing(commit), self.objects, tars, below)

    def commit(
        self,
        parent: str,
        changes: Mapping[str, bytes | None],
        *,
        message: str,
        trailers: Mapping[str, str],
        executable: Mapping[str, bool] | None = None,
    ) -> str:
        """Store `parent` with some files replaced, created or (None) deleted; the new commit's sha.

        A file keeps its mode unless `executable` names it. Equal arguments at an equal time give an
        equal sha. Raises KeyError for the deletion of what is not there; ValueError for a path
        outside the tree, under .git, through a file or link, or that is a link, folder or submodule.
        """
        before = self._listing(parent)
        modes = executable or {}
        rows = {path: self._change(before, path, data, modes.get(path)) for path, data in changes.items()}
        for path in modes.keys() - rows.keys():
            rows[path] = Change(PROGRAM if modes[path] else FILE, _regular(before[path]).sha)
        tree = changed_tree(self.objects, self.content(parent), rows) or self.objects.write("tree", b"")
        sha = self.objects.write("commit", self._commit_text(tree, parent, message, trailers))
        self._remember(sha, _after(before, rows, changes))
        if self._made is not None:
            self._made(sha, parent)
        return sha

    def commit_tree(self, tree: str, parent: str, *, message: str, trailers: Mapping[str, str]) -> str:
        """Store a commit of a tree object that is already there; its sha."""
        return self.objects.write("commit", self._commit_text(tree, parent, message, trailers))

    def pack(self, commit: str, without: str) -> bytes:
        """Every object of `commit` that `without` and what is behind it do not have, for `unpack` elsewhere."""
        return self.git("pack-objects", "--stdout", "--revs", "-q", stdin=f"{commit}\n^{without}\n".encode())

    def unpack(self, pack: bytes) -> None:
        """Store the objects of a pack. Raises `GitFailed` if it is damaged."""
        self.git("unpack-objects", "-q", "--strict", stdin=pack)

    def trailers(self, commit: str) -> dict[str, str]:
        """What `commit` was given as trailers; empty for commits that we did not make."""
        head, _, message = self.objects.read(commit, "commit").decode("utf-8", "replace").partition("\n\n")
        lines = message.rstrip("\n").rpartition("\n\n")[2].split("\n")
        if f"\ncommitter {IDENTITY} " not in head or lines[0] != f"{_MADE_BY}: patchwright":
            return {}
        return dict(line.split(": ", 1) for line in lines[1:])

    def content(self, commit: str) -> str:
        """A name of all that is in the commit's tree: equal contents have equal names."""
        return self.objects.read(commit, "commit")[5:45].decode()

    def diff(self, base: str, result: str) -> bytes:
        """The patch from base to result: binary-safe, for `git apply`, always the same bytes (GIT-06)."""
        return diff(self.git, base, result)

    def changed(self, base: str, result: str) -> tuple[FileChange, ...]:
        """What `diff` changes, file by file."""
        return changed(self.git, base, result)

    def log(self, commit: str, path: str | None = None, count: int = 20) -> str:
        """The last commits up to this one (that touch the path): "sha date author: subject" lines."""
        where = ["--", path] if path else ["--"]
        form = "--format=%h %as %an: %s"
        found = self.git("log", f"--max-count={count}", form, "--no-mailmap", "--end-of-options", commit, *where)
        return found.decode("utf-8", "replace")

    def blame(self, commit: str, path: str, start: int, end: int) -> str:
        """Who last changed lines start..end (from 1, both included), as `git blame` prints it.

        Raises `GitFailed` if the path or the lines are not there.
        """
        if not self.has(commit):  # git blame knows no --end-of-options
            raise GitFailed(("blame",), f"there is no commit {commit}", 1)
        flags = ("--date=short", f"-L{start},{end}")
        return self.git("blame", *flags, commit, "--", path).decode("utf-8", "replace")

    def keep(self, name: str, commit: str) -> None:
        """Point refs/patchwright/`name` at the commit, so that no garbage collection drops it."""
        self.git("update-ref", "--end-of-options", f"refs/patchwright/{_checked(name)}", commit)

    def kept(self, name: str) -> str | None:
        """The commit that was kept under this name."""
        found = self.objects.find(f"refs/patchwright/{_checked(name)}")
        return found.sha if found else None

    def has(self, commit: str) -> bool:
        """Whether there is a commit of this name here."""
        found = self.objects.find(commit) if _SHA.fullmatch(commit) else None
        return found is not None and found.kind == "commit"

    def _listing(self, commit: str) -> dict[str, Entry]:
        known = self._entries.get(commit)
        if known is None:
            if not self.has(commit):
                raise GitFailed(("ls-tree",), f"there is no commit {commit}", 1)
            listing = parse_listing(self.git("ls-tree", "-r", "-l", "-z", "--full-tree", commit))
            known = {entry.path: entry for entry in sorted(listing, key=lambda entry: entry.path)}
            self._remember(commit, known)
        return known

    def _remember(self, commit: str, entries: dict[str, Entry]) -> None:
        self._entries[commit] = entries
        for old in list(self._entries)[:-_TREES_KEPT]:
            self._entries.pop(old, None)

    def _change(
        self, before: Mapping[str, Entry], path: str, data: bytes | None, executable: bool | None
    ) -> Change | None:
        check_path(path)
        if data is None:
            return None
        mode = _regular(before[path]).mode if path in before else FILE
        if executable is not None:
            mode = PROGRAM if executable else FILE
        return Change(mode, self.objects.write("blob", data))

    def _commit_text(self, tree: str, parent: str, message: str, trailers: Mapping[str, str]) -> bytes:
        who = f"{IDENTITY} {int(self._clock())} +0000"
        lines = [f"{_MADE_BY}: patchwright", *(_trailer(name, value) for name, value in trailers.items())]
        head = f"tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n\n"
        text = message.replace("\0", "\N{REPLACEMENT CHARACTER}").strip() + "\n\n" + "\n".join(lines) + "\n"
        return (head + text).encode("utf-8", "replace")


def _after(
    before: Mapping[str, Entry], rows: Mapping[str, Change | None], changes: Mapping[str, bytes | None]
) -> dict[str, Entry]:
    after = dict(before)
    for path, row in rows.items():
        if row is None:
            del after[path]
            continue
        data = changes.get(path)
        size = before[path].size if data is None else len(data)
        after[path] = Entry(row.mode, row.sha, path, size)
    return dict(sorted(after.items()))


def _regular(entry: Entry) -> Entry:
    if not entry.regular:
        raise ValueError(f"{entry.path!r} is a link or a submodule, not a file")
    return entry


def _trailer(name: str, value: str) -> str:
    if not _TRAILER.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a trailer")
    return f"{name}: {' '.join(value.split())}"


def _checked(name: str) -> str:
    if not _REF.fullmatch(name) or name.endswith(".lock") or ".lock/" in name:
        raise ValueError(f"{name!r} cannot name a kept commit")
    return name
