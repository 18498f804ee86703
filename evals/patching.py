"""A predicted patch onto the base commit, in our own clone, by the ladder of the field. Nothing touches a working copy.

`git apply`, then `--3way`, then what `patch --fuzz=5` would do. The field's third rung, `git apply --reject`, accepts
nothing that the first one refuses: its success needs every hunk as well.
"""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from patchwright.evals.fuzzy import DoesNotFit, FilePatch, patched, read_patch
from patchwright.evals.predictions import MOST_PATCH
from patchwright.sandbox.errors import GitFailed, SourceRefused
from patchwright.sandbox.git import Git
from patchwright.sandbox.limits import SourceLimits, check_entries
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.trees import decode

APPLY_SECONDS = 60.0
MOST_BINARY = 64 << 20
"""Bytes that one binary part of a patch may unpack to."""

LIMITS = SourceLimits()
RUNGS = (("git apply", ()), ("git apply --3way", ("--3way",)))
FUZZY = "patch --fuzz=5"

_PATHS = re.compile(rb"^(?:--- a/|\+\+\+ b/|rename (?:from|to) |copy to )(.+?)\t?\r?$", re.MULTILINE)
_BINARY = re.compile(rb"^(?:literal|delta) (\d{1,20})\r?$", re.MULTILINE)


class PatchRefused(ValueError):
    """The patch does not apply, or is none; one line for each rung."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The commit that a patch makes of the base, and the rung of the ladder that took it."""

    commit: str
    rung: str


def apply_patch(repository: Repository, base: str, patch: str, *, author: str) -> Applied:
    """The base with the patch, as a commit of our clone. Raises `PatchRefused`; the clone then holds no new commit."""
    data = patch.encode("utf-8", "surrogateescape")
    _check(data)
    data = data if data.endswith(b"\n") else data + b"\n"
    said: list[str] = []
    for rung, flags in RUNGS:
        try:
            tree = _indexed(repository, base, data, flags)
        except GitFailed as failure:
            said.append(f"{rung}: {failure.words or failure}")
            continue
        return Applied(_kept(repository, base, tree, author), rung)
    try:
        return Applied(_fuzzily(repository, base, data, author), FUZZY)
    except (DoesNotFit, ValueError, KeyError) as error:
        said.append(f"{FUZZY}: {error}")
    raise PatchRefused("\n".join(said))


def touched(patch: str) -> frozenset[str]:
    """The paths that a diff names."""
    return frozenset(decode(name) for name in _PATHS.findall(patch.encode("utf-8", "surrogateescape")))


def added_lines(patch: str) -> Iterator[str]:
    """The lines that a diff adds."""
    return (line[1:] for line in patch.splitlines() if line.startswith("+") and not line.startswith("+++ "))


def _check(data: bytes) -> None:
    if len(data) > MOST_PATCH:
        raise PatchRefused(f"the patch has {len(data) / 1e6:.1f} MB; at most {MOST_PATCH >> 20} MB are taken")
    if any(int(size) > MOST_BINARY for size in _BINARY.findall(data)):
        raise PatchRefused(f"a binary part unpacks to more than {MOST_BINARY >> 20} MB")


def _indexed(repository: Repository, base: str, data: bytes, flags: tuple[str, ...]) -> str:
    """The tree object that git makes of it in an index of its own. Raises `GitFailed`."""
    with tempfile.TemporaryDirectory(prefix="patchwright-") as place:
        git = Git(repository.git_dir, index=Path(place) / "index")
        git("read-tree", base)
        git("apply", "--cached", "--whitespace=nowarn", *flags, "-", stdin=data, timeout=APPLY_SECONDS)
        return git("write-tree").decode().strip()


def _kept(repository: Repository, base: str, tree: str, author: str) -> str:
    commit = repository.commit_tree(tree, base, message="The predicted patch", trailers={"Author": author})
    try:
        check_entries(repository.tree(commit).entries(), LIMITS, "the patched tree")
    except SourceRefused as error:
        raise PatchRefused(str(error)) from None
    return commit


def _fuzzily(repository: Repository, base: str, data: bytes, author: str) -> str:
    files = list(read_patch(data))
    if not files:
        raise DoesNotFit("it holds no unified diff")
    changes: dict[str, bytes | None] = {}
    for file in files:
        changes |= _changed(repository, base, file)
    return repository.commit(base, changes, message="The predicted patch", trailers={"Author": author})


def _changed(repository: Repository, base: str, file: FilePatch) -> dict[str, bytes | None]:
    """What one file of the diff writes (None deletes). Raises `DoesNotFit`."""
    old, new = decode(file.old), decode(file.new)
    tree = repository.tree(base)
    if not old and new in tree.paths():
        raise DoesNotFit(f"{new} is there already")
    try:
        after = patched(tree.read(old) if old else b"", file.hunks)
    except KeyError:
        raise DoesNotFit(f"there is no file {old}") from None
    except DoesNotFit as error:
        raise DoesNotFit(f"{old or new}: {error}") from None
    return {old: None} if not new else {new: after} if old in ("", new) else {old: None, new: after}
