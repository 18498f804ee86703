"""A Java file by its syntax tree, with edits in bytes: everything outside them stays as it is (FS-05)."""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING

from patchwright.tools.recipes.base import Leftover, Rewrite
from patchwright.tools.recipes.java.xml import Splice, splice
from patchwright.tools.toolchains.base import with_suffix
from patchwright.tools.tree import FileTree

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

LARGEST = 2 << 20
"""Bytes; larger files are generated, and are left to people."""

ROUNDS = 10
"""How often a file is rewritten until nothing is found; nested finds need one round each."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import; `name` without the star, `node` the whole declaration."""

    name: str
    static: bool
    star: bool
    node: "Node"


class JavaSource:
    """One file. `broken`: the grammar does not read all of it, and nothing in it is rewritten."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path, self.data = path, data
        self._tree = _parser().parse(data)

    @property
    def root(self) -> "Node":
        """The whole file."""
        return self._tree.root_node

    @property
    def broken(self) -> bool:
        """Whether the grammar found an error."""
        return self.root.has_error

    def nodes(self, *kinds: str) -> "Iterator[Node]":
        """All nodes of these kinds, in the order of the file."""
        cursor = self._tree.walk()
        while True:
            node = cursor.node
            if node is not None and node.type in kinds:
                yield node
            if cursor.goto_first_child():
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return

    def text(self, node: "Node | None") -> str:
        """The node's source; "" for none."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace") if node else ""

    def line(self, node: "Node") -> int:
        """From 1."""
        return node.start_point[0] + 1

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """All imports."""
        return tuple(
            Import(
                self.text(next(one for one in node.named_children if "identifier" in one.type)),
                any(one.type == "static" for one in node.children),
                any(one.type == "asterisk" for one in node.named_children),
                node,
            )
            for node in self.nodes("import_declaration")
            if not node.has_error
        )

    def imported(self, name: str) -> bool:
        """Whether a class is imported by its full name, or by a star of its package."""
        package = name.rpartition(".")[0]
        return any(not one.static and one.name == (package if one.star else name) for one in self.imports)


@dataclass
class Found:
    """What a finder wants changed in one file and what it leaves."""

    splices: list[Splice] = field(default_factory=list[Splice])
    leftovers: list[Leftover] = field(default_factory=list[Leftover])

    def replace(self, node: "Node", text: str) -> None:
        """The node's source becomes `text`."""
        self.splices.append(Splice(node.start_byte, node.end_byte, text.encode()))

    def leave(self, source: JavaSource, node: "Node", kind: str, reason: str) -> None:
        """Name a place that needs a model or a person."""
        self.leftovers.append(Leftover(source.path, source.line(node), kind, reason))


Finder = Callable[[JavaSource], Found]


def rewrite_sources(tree: FileTree, hint: re.Pattern[bytes], find: Finder) -> Rewrite:
    """Every Java file that the hint matches, rewritten until nothing is found. Files that do not parse are named."""
    changes: dict[str, bytes | None] = {}
    leftovers: list[Leftover] = []
    for path in with_suffix(tree.paths(), ".java"):
        data = tree.read(path)
        if hint.search(data):
            after, left = _rewritten(path, data, find)
            leftovers += left
            if after != data:
                changes[path] = after
    return Rewrite(changes, tuple(leftovers))


def _rewritten(path: str, data: bytes, find: Finder) -> tuple[bytes, list[Leftover]]:
    if len(data) > LARGEST:
        return data, [Leftover(path, 0, "source", f"not looked at: larger than {LARGEST >> 20} MB")]
    now, left = data, list[Leftover]()
    for _ in range(ROUNDS):
        source = JavaSource(path, now)
        if source.broken:
            return data, [] if now == data else left
        found = find(source)
        left = found.leftovers
        if not found.splices:
            return now, left
        now = splice(now, found.splices)
    return now, left


def module_folder(path: str) -> str:
    """The folder of the module that a source of Maven's layout lies in; its own folder otherwise."""
    head, middle, _ = path.partition("src/")
    return head.rstrip("/") if middle else posixpath.dirname(path)


def with_import(source: JavaSource, names: Iterable[str]) -> list[Splice]:
    """Imports that are missing, as new lines behind the last import, the package, or at the top."""
    missing = [name for name in names if not source.imported(name)]
    if not missing:
        return []
    newline = b"\r\n" if b"\r\n" in source.data else b"\n"
    lines = [f"import {name};".encode() for name in sorted(missing)]
    last = source.imports[-1].node if source.imports else next(source.nodes("package_declaration"), None)
    if last is None:
        return [Splice(0, 0, b"".join(line + newline for line in lines))]
    gap = b"" if source.imports else newline
    return [Splice(last.end_byte, last.end_byte, gap + b"".join(newline + line for line in lines))]


@cache
def _parser() -> "Parser":
    import tree_sitter_java
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_java.language()))
