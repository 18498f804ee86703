"""A frozen tree of files to look at; what a workspace gives to detectors, recipes and search."""

from collections.abc import Sequence
from typing import Protocol


class FileTree(Protocol):
    """Read-only files by path. Paths are relative with "/" and may hold surrogate escapes (FS-04)."""

    @property
    def key(self) -> str:
        """The commit's sha."""
        ...

    def paths(self) -> Sequence[str]:
        """All regular files, sorted."""
        ...

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises KeyError if there is no such regular file."""
        ...
