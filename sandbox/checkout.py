"""The finished patch into the user's checkout: the working tree only, all of it or nothing.

Git applies it with a git directory of ours, so that nothing the checkout's configuration names is
run: no hook, filter, monitor or driver. Only its rules for line ends are read, as values.
"""

import contextlib
import stat
import tempfile
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from patchwright.sandbox.diffs import parse_diff
from patchwright.sandbox.errors import GitFailed, PatchDoesNotApply, SourceRefused
from patchwright.sandbox.git import Git
from patchwright.sandbox.settings import line_ends
from patchwright.sandbox.trees import encode

_APPLY = ("apply", "--whitespace=nowarn")


def apply_patch(checkout: Path, patch: bytes) -> tuple[str, ...]:
    """Put a patch of ours into the folder `checkout` and return the paths it changed, sorted.

    Nothing is staged or committed. Raises `PatchDoesNotApply` with the files that no longer fit, or if
    the writing failed on the way, and `SourceRefused` if the folder is no checkout. Then every file is
    as it was before.
    """
    folder = checkout.absolute()
    if not (folder / ".git").exists():
        raise SourceRefused(f"{checkout} is not the top folder of a git checkout: give the one with .git in it.")
    files = parse_diff(patch)
    paths = tuple(sorted({path for file in files for path in (file.old_path, file.new_path)}))
    if not paths:
        return ()
    with _work(folder) as git:
        _check(git, folder, patch, paths)
        with _restored_on_failure(folder, paths):
            git(*_APPLY, "-", stdin=patch)
    return paths


@contextlib.contextmanager
def _work(folder: Path) -> Generator[Git]:
    with tempfile.TemporaryDirectory(prefix="patchwright-") as place:
        git_dir = Path(place) / "git"
        Git()("init", "--quiet", "--bare", "--template=", "--initial-branch=none", "--", str(git_dir))
        yield Git(git_dir, work_tree=folder, settings=line_ends(folder))


def _check(git: Git, folder: Path, patch: bytes, paths: Sequence[str]) -> None:
    try:
        git(*_APPLY, "--check", "-", stdin=patch)
    except GitFailed as failure:
        unfit = tuple(path for path in paths if _named(_shown(path), failure.words))
        names = ", ".join(map(_shown, unfit))
        raise PatchDoesNotApply(
            f"The patch no longer applies to {folder}: {names or failure.words}. Nothing was changed. "
            "Bring these files back to the state the run began with, or start a new run.",
            unfit,
        ) from failure


def _shown(path: str) -> str:
    return encode(path).decode("utf-8", "replace")


def _named(path: str, words: str) -> bool:
    return f"error: {path}:" in words or f"error: patch failed: {path}:" in words


@dataclass(frozen=True, slots=True)
class _Saved:
    """What stood at a path: a file with its mode, a link with its target, or nothing."""

    path: Path
    data: bytes | None = None
    mode: int = 0
    target: str | None = None

    def restore(self) -> None:
        if self.target is None and self.data is None:
            self.path.unlink(missing_ok=True)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        if self.target is not None:
            self.path.symlink_to(self.target)
        elif self.data is not None:
            self.path.write_bytes(self.data)
            self.path.chmod(self.mode)


@contextlib.contextmanager
def _restored_on_failure(folder: Path, paths: Sequence[str]) -> Generator[None]:
    """Git checks first, but a full disk or a missing permission shows only while it writes."""
    saved = [_save(folder / path) for path in paths]
    try:
        yield
    except BaseException as failure:
        for before in saved:
            before.restore()
        if isinstance(failure, GitFailed):
            raise PatchDoesNotApply(
                f"The patch could not be written to {folder} ({failure.words}). Every file is as it was before.",
                paths,
            ) from failure
        raise


def _save(path: Path) -> _Saved:
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return _Saved(path)
    if stat.S_ISLNK(found.st_mode):
        return _Saved(path, target=str(path.readlink()))
    if stat.S_ISREG(found.st_mode):
        return _Saved(path, path.read_bytes(), stat.S_IMODE(found.st_mode))
    return _Saved(path)
