"""The finished patch as a new branch of the user's repository: objects and one ref are put there as files.

No git program works in that repository, so nothing that its configuration names is run; its working
copy, index and other branches are left alone (GIT-01, GIT-05).
"""

import os
import tempfile
from contextlib import closing
from pathlib import Path

from patchwright.sandbox.errors import GitFailed, SourceRefused
from patchwright.sandbox.git import Git
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.settings import common_folder


def add_branch(clone: Path, checkout: Path, name: str, *, base: str, result: str, message: str) -> str:
    """Make the branch `name`: the tree of `result` as one commit on `base`, both of our `clone`; its sha.

    Raises `SourceRefused` if the folder is no repository, the name is none or is taken. Nothing was written then.
    """
    folder = _repository(checkout)
    ref = _free_ref(folder, name)
    with closing(Repository(clone)) as repository:
        parent = _users(repository, base)
        commit = repository.commit_tree(repository.content(result), parent, message=message, trailers={})
        _put_objects(repository.git, folder / "objects" / "pack", commit, parent)
    _put_ref(ref, commit, name)
    return commit


def _repository(checkout: Path) -> Path:
    folder = common_folder(checkout.absolute())
    if not all((folder / part).exists() for part in ("HEAD", "objects", "refs")):
        raise SourceRefused(f"{checkout} is not the top folder of a git checkout: give the one with .git in it.")
    if (folder / "reftable").exists():
        raise SourceRefused(f"{checkout} keeps its branches as a reftable, which is not supported: take the patch.")
    return folder


def _free_ref(folder: Path, name: str) -> Path:
    full = f"refs/heads/{name}"
    try:
        Git()("check-ref-format", full)
    except GitFailed:
        raise SourceRefused(f"{name!r} is no name for a branch. Give letters, digits, dots, dashes, slashes.") from None
    packed = folder / "packed-refs"
    lines = packed.read_bytes().split(b"\n") if packed.is_file() else []
    taken = {line.partition(b" ")[2].decode("utf-8", "replace") for line in lines}
    if (folder / full).exists() or any(_in_the_way(one, full) for one in taken - {""}):
        raise SourceRefused(f"There is a branch {name} already. It was left as it is: give another name.")
    return folder / full


def _in_the_way(one: str, other: str) -> bool:
    """Whether two refs cannot both be: they are the same, or one is a folder of the other."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def _users(repository: Repository, base: str) -> str:
    """The commit that the user's repository has: `base`, or what it stands on if it is ours, of uncommitted files."""
    if not repository.trailers(base):
        return base
    return repository.objects.read(base, "commit").decode("utf-8", "replace").partition("parent ")[2][:40]


def _put_objects(git: Git, packs: Path, commit: str, parent: str) -> None:
    """What `commit` has and `parent` has not, as a pack with its index; the index comes last, which makes it count."""
    data = git("pack-objects", "--revs", "--stdout", "-q", stdin=f"{commit}\n^{parent}\n".encode())
    packs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=packs, prefix="tmp_patchwright_") as place:
        pack, index = Path(place, "new.pack"), Path(place, "new.idx")
        pack.write_bytes(data)
        name = git("index-pack", "-o", str(index), str(pack)).decode().strip().rpartition("\t")[2]
        for made in (pack, index):
            made.chmod(0o444)
            made.replace(packs / f"pack-{name}{made.suffix}")


def _put_ref(ref: Path, commit: str, name: str) -> None:
    try:
        ref.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(ref, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w") as file:
            file.write(f"{commit}\n")
    except (FileExistsError, NotADirectoryError):
        raise SourceRefused(
            f"There is a branch in the way of {name}. It was left as it is: give another name."
        ) from None
