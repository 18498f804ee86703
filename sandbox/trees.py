"""What a commit holds: entries by path, and how a change of some paths makes a new tree object."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from patchwright.sandbox.objects import Objects

FILE, PROGRAM, LINK, GITLINK, FOLDER = "100644", "100755", "120000", "160000", "40000"
"""The modes git knows: a file, an executable one, a symbolic link, a submodule, a folder."""


class Entry(NamedTuple):
    """One path of a tree that is not a folder. `path` holds surrogate escapes (FS-04); `size` is in bytes."""

    mode: str
    sha: str
    path: str
    size: int

    @property
    def regular(self) -> bool:
        """Whether it is a file, neither a link nor a submodule."""
        return self.mode in (FILE, PROGRAM)


class Change(NamedTuple):
    """What a path becomes: mode and object."""

    mode: str
    sha: str


def encode(path: str) -> bytes:
    """A path as the bytes that git stores."""
    return path.encode("utf-8", "surrogateescape")


def decode(name: bytes) -> str:
    """The bytes of a path as text; what is not UTF-8 becomes surrogate escapes."""
    return name.decode("utf-8", "surrogateescape")


def parse_listing(listing: bytes) -> Iterator[Entry]:
    """The entries of `ls-tree -r -l -z`."""
    for line in listing.split(b"\0")[:-1]:
        meta, _, name = line.partition(b"\t")
        mode, _, sha, size = meta.split()
        yield Entry(mode.decode(), sha.decode(), decode(name), 0 if size == b"-" else int(size))


def folders(entries: Iterable[Entry]) -> set[str]:
    """All folders of a tree, a submodule's empty one included."""
    found: set[str] = set()
    for entry in entries:
        path = entry.path if entry.mode == GITLINK else entry.path.rpartition("/")[0]
        while path and path not in found:
            found.add(path)
            path = path.rpartition("/")[0]
    return found


def added(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> list[Entry]:
    """The entries that are new or other than before."""
    return [entry for path, entry in after.items() if before.get(path) != entry]


def removed(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> list[str]:
    """The paths that have to go before `added` can be unpacked: files, folders, and what becomes something else."""
    gone = [path for path, entry in before.items() if path not in after or after[path].mode != entry.mode]
    return gone + sorted(folders(before.values()) - folders(after.values()))


def check_path(path: str) -> None:
    """Refuse what must never become a path of ours (FS-01). Raises ValueError."""
    parts = path.split("/")
    bad = any(part in ("", ".", "..") or part.lower() == ".git" for part in parts)
    if bad or "\0" in path:
        raise ValueError(f"{path!r} is not a path inside the repository")


def changed_tree(objects: Objects, tree: str, changes: Mapping[str, Change | None]) -> str:
    """The tree object in which each path is replaced, created or (None) deleted; "" if nothing is left.

    Deletions come first, so that a file can become a folder and the other way round. Raises KeyError
    for the deletion of a path that is not there, ValueError for a path that leads through a file or
    link, or that is a folder.
    """
    rows = _rows(objects.read(tree, "tree")) if tree else {}
    here = {path: change for path, change in changes.items() if "/" not in path}
    for name in (name for name, change in here.items() if change is None):
        if rows.get(name, Change(FOLDER, "")).mode == FOLDER:
            raise KeyError(name)
        del rows[name]
    for name, below in _below(changes).items():
        _descend(objects, rows, name, below)
    for name, change in here.items():
        if change is not None:
            if name in rows and rows[name].mode == FOLDER:
                raise ValueError(f"{name!r} is a folder")
            rows[name] = change
    return objects.write("tree", _encode(rows)) if rows else ""


def _below(changes: Mapping[str, Change | None]) -> dict[str, dict[str, Change | None]]:
    folders: dict[str, dict[str, Change | None]] = {}
    for path, change in changes.items():
        head, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(head, {})[rest] = change
    return folders


def _descend(objects: Objects, rows: dict[str, Change], name: str, below: Mapping[str, Change | None]) -> None:
    folder = rows.pop(name, Change(FOLDER, ""))
    if folder.mode != FOLDER:
        raise ValueError(f"{name!r} is not a folder")
    sha = changed_tree(objects, folder.sha, below)
    if sha:
        rows[name] = Change(FOLDER, sha)


def _rows(data: bytes) -> dict[str, Change]:
    rows: dict[str, Change] = {}
    at = 0
    while at < len(data):
        end = data.index(b"\0", at)
        mode, _, name = data[at:end].partition(b" ")
        rows[decode(name)] = Change(mode.decode(), data[end + 1 : end + 21].hex())
        at = end + 21
    return rows


def _encode(rows: Mapping[str, Change]) -> bytes:
    named = [(encode(name), row) for name, row in rows.items()]
    named.sort(key=lambda item: item[0] + (b"/" if item[1].mode == FOLDER else b""))
    return b"".join(row.mode.encode() + b" " + name + b"\0" + bytes.fromhex(row.sha) for name, row in named)
