"""The tree as recipes see it: Python files parsed once, and which Pythons the project claims."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from patchwright.tools.recipes.branches import Version
from patchwright.tools.recipes.source import Source, Unreadable
from patchwright.tools.tree import FileTree

_PYTHON_2 = re.compile(
    rb"""Programming\ Language\ ::\ Python\ ::\ 2(?:\.[67])?['"\s]
    |python_requires\s*=\s*['"]?\s*>=\s*2
    |requires-python\s*=\s*['"]\s*>=\s*2
    |^universal\s*=\s*(?:1|true)
    |\bpy2[67]\b""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_METADATA = ("setup.py", "setup.cfg", "pyproject.toml", "tox.ini")
_UNSAID = re.compile(rb"Programming Language :: Python['\"\s]")
_SAID = re.compile(rb"python_requires|requires-python|:: 2|:: Only")
SHIM = re.compile(r"(?:^|/)_?(?:py3)?compat\.py$")
_PYTHON_3 = re.compile(rb"Python\ ::\ 3\.(\d{1,2})\b|\bpy3(\d{1,2})\b")
_ELSEWHERE = re.compile(r"(?:^|/)(?:\.[^/]+|build|dist|node_modules|site-packages|vendor|_vendor)/")


class Code:
    """A `FileTree` whose Python files are parsed at most once; recipes share it.

    Changes of earlier recipes are laid over the tree with `after`.
    """

    def __init__(self, tree: FileTree) -> None:
        self._tree = tree
        self._parsed: dict[str, Source | Unreadable] = {}

    @property
    def key(self) -> str:
        """The key of the tree below."""
        return self._tree.key

    def paths(self) -> Sequence[str]:
        """All regular files, sorted."""
        return self._tree.paths()

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises KeyError if there is no such regular file."""
        return self._tree.read(path)

    @cached_property
    def python_paths(self) -> tuple[str, ...]:
        """The project's own Python files: no vendored copies, build folders or hidden folders."""
        return tuple(path for path in self.paths() if path.endswith(".py") and not _ELSEWHERE.search(path))

    @cached_property
    def claims_python2(self) -> bool:
        """Whether the project says that it runs on Python 2 too.

        Old projects that name no version but carry a compatibility module mean both.
        """
        metadata = self._metadata
        if _PYTHON_2.search(metadata):
            return True
        unsaid = _UNSAID.search(metadata) and not _SAID.search(metadata)
        return bool(unsaid) and any(b"PY2" in self.read(path) for path in self.python_paths if SHIM.search(path))

    @cached_property
    def first_python3(self) -> Version:
        """The oldest Python 3 that the project names; 3.3 if it names none."""
        named = [int(either or other) for either, other in _PYTHON_3.findall(self._metadata)]
        return (3, min(named, default=3))

    @cached_property
    def _metadata(self) -> bytes:
        return b"\n".join(self.read(path) for path in self.paths() if path in _METADATA)

    @cached_property
    def modules(self) -> frozenset[str]:
        """The names under which the project's own files may be imported."""
        return frozenset(part.removesuffix(".py") for path in self.python_paths for part in path.split("/"))

    def source(self, path: str) -> Source:
        """One file, parsed. Raises `Unreadable`."""
        known = self._parsed.get(path)
        if known is None:
            try:
                known = Source(path, self.read(path))
            except Unreadable as error:
                known = error
            self._parsed[path] = known
        if isinstance(known, Unreadable):
            raise known
        return known

    def after(self, changes: Mapping[str, bytes | None]) -> "Code":
        """The same tree with changes laid over it; what did not change stays parsed."""
        code = Code(Overlay(self._tree, changes))
        code._parsed = {path: known for path, known in self._parsed.items() if path not in changes}
        return code


class Overlay:
    """A tree with changes laid over it: new bytes by path, None deletes."""

    def __init__(self, tree: FileTree, changes: Mapping[str, bytes | None]) -> None:
        self._tree = tree
        self._changes = dict(changes)
        kept = (path for path in tree.paths() if path not in self._changes)
        self._paths = sorted([*kept, *(path for path, data in self._changes.items() if data is not None)])

    @property
    def key(self) -> str:
        """The key of the tree below: an overlay is no commit."""
        return self._tree.key

    def paths(self) -> Sequence[str]:
        """All regular files, sorted."""
        return self._paths

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises KeyError if there is no such regular file."""
        if path not in self._changes:
            return self._tree.read(path)
        data = self._changes[path]
        if data is None:
            raise KeyError(path)
        return data


def as_code(tree: FileTree) -> Code:
    """The tree itself if it is one that recipes share, else a new one around it."""
    return tree if isinstance(tree, Code) else Code(tree)
