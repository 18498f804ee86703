"""How large a repository may be (RES-08). Each limit is named when it is passed."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from patchwright.sandbox.errors import SourceRefused
from patchwright.sandbox.trees import Entry, encode


@dataclass(frozen=True, slots=True)
class SourceLimits:
    """What `open_source` accepts. Bytes unless named otherwise; `seconds` is for all of the fetching."""

    clone_bytes: int = 4 << 30
    tree_bytes: int = 4 << 30
    file_bytes: int = 128 << 20
    files: int = 100_000
    path_bytes: int = 1024
    path_depth: int = 64
    seconds: float = 900.0


def check_entries(entries: Iterable[Entry], limits: SourceLimits, source: str) -> None:
    """Raises `SourceRefused` with the first limit that the tree passes."""
    total = count = 0
    for entry in entries:
        total, count = total + entry.size, count + 1
        path = encode(entry.path)
        _check(source, f"the size of {entry.path!r}", entry.size, limits.file_bytes, "file_bytes")
        _check(source, f"the length of the path {entry.path[:80]!r}", len(path), limits.path_bytes, "path_bytes")
        _check(source, f"the depth of {entry.path[:80]!r}", path.count(b"/") + 1, limits.path_depth, "path_depth")
    _check(source, "the number of files", count, limits.files, "files")
    _check(source, "the size of all files", total, limits.tree_bytes, "tree_bytes")


def clone_excess(git_dir: Path, limits: SourceLimits) -> str:
    """Why fetching has to stop, or ""."""
    used = sum(_size(path) for path in (git_dir / "objects" / "pack").glob("*"))
    return f"it has more than {limits.clone_bytes} bytes (limit clone_bytes)" if used > limits.clone_bytes else ""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # git renames its part files meanwhile
        return 0


def _check(source: str, what: str, value: int, limit: int, name: str) -> None:
    if value > limit:
        raise SourceRefused(f"{source} is too large: {what} is {value}, allowed is {limit} (limit {name}).")
