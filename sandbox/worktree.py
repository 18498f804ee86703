"""The user's working copy: what in it differs from a commit, and that state as a commit of ours.

Git works here with our own clone, a private index and the folder as mere data: no configuration,
hook, filter or monitor of the repository is read. Line-end rules of `.gitattributes` are applied
by git itself and run nothing.
"""

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from patchwright.sandbox.errors import GitFailed, SourceRefused
from patchwright.sandbox.git import Git
from patchwright.sandbox.limits import SourceLimits
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.settings import git_folder, ignore_files, line_ends
from patchwright.sandbox.trees import decode, encode

_LFS = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class Dirt:
    """What the working copy has beside the commit. Paths hold surrogate escapes."""

    modified: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.modified or self.deleted or self.untracked)

    def __str__(self) -> str:
        parts = (("modified", self.modified), ("deleted", self.deleted), ("untracked", self.untracked))
        return "; ".join(f"{name}: {_few(paths)}" for name, paths in parts if paths)


class WorkingCopy:
    """A working copy seen against the commit it is based on."""

    def __init__(self, repository: Repository, folder: Path, commit: str) -> None:
        self._repository, self._folder, self._commit = repository, folder, commit

    def dirt(self) -> Dirt:
        """What differs. Files that the copy's own index knows as unchanged by time and size are not read.

        Raises `GitFailed` if the folder cannot be read.
        """
        with self._private_index(copied=True) as git:
            try:
                return self._compare(git)
            except GitFailed:  # an index that needs more than its file, or a broken one
                pass
        with self._private_index(copied=False) as git:
            return self._compare(git)

    def commit(self, dirt: Dirt, limits: SourceLimits) -> str:
        """Store the working copy's content as a commit of ours upon the base, as `git add -A` would; its sha.

        Raises `SourceRefused` for a file beyond the limits or of a kind that git does not store.
        """
        stored = (*dirt.modified, *dirt.untracked)
        for path in stored:
            self._check_size(path, limits)
        with self._private_index(copied=False) as git:
            try:
                git("update-index", "--force-remove", "-z", "--stdin", stdin=_zero(dirt.deleted))
                git("update-index", "--add", "--replace", "-z", "--stdin", stdin=_zero(stored))
                tree = git("write-tree").decode().strip()
            except GitFailed as failure:
                raise SourceRefused(f"The working copy {self._folder} cannot be stored: {failure}") from failure
        message = "The working copy with its uncommitted changes"
        return self._repository.commit_tree(tree, self._commit, message=message, trailers={"Author": "human"})

    @contextlib.contextmanager
    def _private_index(self, *, copied: bool) -> Generator[Git]:
        with tempfile.TemporaryDirectory(prefix="patchwright-") as place:
            index = Path(place) / "index"
            git = Git(self._repository.git_dir, work_tree=self._folder, index=index, settings=line_ends(self._folder))
            if not (copied and _copy_index(git_folder(self._folder) / "index", index)):
                git("read-tree", self._commit)
            yield git

    def _compare(self, git: Git) -> Dirt:
        flags = ("-z", "--name-status", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all")
        fields = git("diff", *flags, self._commit, "--").split(b"\0")[:-1]
        found = [(letter, decode(name)) for letter, name in zip(fields[::2], fields[1::2], strict=True)]
        deleted = tuple(path for letter, path in found if letter == b"D")
        changed = (path for letter, path in found if letter != b"D")
        modified = tuple(path for path in dict.fromkeys(changed) if not self._same_by_lfs(path))
        known = {*deleted, *modified}
        untracked = tuple(path for path in self._untracked(git) if path not in known)
        return Dirt(modified, deleted, untracked)

    def _untracked(self, git: Git) -> Iterator[str]:
        lists = [f"--exclude-from={file}" for file in ignore_files(self._folder)]
        listing = git("ls-files", "-z", "--others", "--exclude-standard", *lists)
        # A name with a slash at its end is a repository inside this one: not part of its content.
        return (decode(name) for name in listing.split(b"\0")[:-1] if not name.endswith(b"/"))

    def _same_by_lfs(self, path: str) -> bool:
        """Whether the commit holds a Git LFS pointer to exactly this file; found without running LFS."""
        entry = self._repository.tree(self._commit).entry(path)
        if entry is None or entry.size > 1024 or not entry.regular:
            return False
        pointer = self._repository.objects.read(entry.sha)
        if not pointer.startswith(_LFS):
            return False
        with _opened(self._folder, path) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return f"\noid sha256:{digest}\n".encode() in pointer

    def _check_size(self, path: str, limits: SourceLimits) -> None:
        found = (self._folder / path).lstat()
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
            raise SourceRefused(f"{path!r} in {self._folder} is neither a file nor a link: remove it.")
        if found.st_size > limits.file_bytes:
            raise SourceRefused(
                f"{path!r} in {self._folder} has {found.st_size} bytes, allowed are {limits.file_bytes} "
                "(limit file_bytes). Put it into .gitignore or remove it."
            )


def _copy_index(source: Path, target: Path) -> bool:
    """Copy with its time: git compares it with the files' to know which ones it cannot trust."""
    if source.is_symlink() or not source.is_file():
        return False
    shutil.copy2(source, target)
    return True


@contextlib.contextmanager
def _opened(folder: Path, path: str) -> Generator[BufferedReader]:
    handle = os.open(folder / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        yield file


def _zero(paths: Sequence[str]) -> bytes:
    return b"".join(encode(path) + b"\0" for path in paths)


def _few(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
    return ", ".join(encode(path).decode("utf-8", "replace") for path in paths[:5]) + more
