"""A project's own compatibility module: the one place that imports a moved name for Python 2 and 3 alike.

A file takes names from it only as the file itself or a neighbour in its folder already does, and never where
that would close a circle of imports.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from patchwright.tools.recipes.branches import PYTHON_2, Version, climb, runs_on, truth
from patchwright.tools.recipes.code import SHIM, Code
from patchwright.tools.recipes.modulenames import ModuleNames
from patchwright.tools.recipes.move import Local, Move, block, joined
from patchwright.tools.recipes.source import Edit, Source, Unreadable, parse, splice

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Home:
    """A compatibility module: its path, and how the importing file calls it ("webob.compat", ".compat")."""

    path: str
    spelled: str


@dataclass(frozen=True, slots=True)
class Needed:
    """A name that the compatibility module at `path` must bind from now on."""

    path: str
    move: Move


class Shims:
    """The compatibility modules of a tree, for a target Python."""

    def __init__(self, code: Code, target: Version) -> None:
        self._code = code
        self._target = target
        self._names = ModuleNames(code)

    def home(self, path: str, moves: Iterable[Move]) -> Home | None:
        """The module that the file at `path` may take these names from; None if there is none."""
        wanted = list(moves)
        for near in (path, *self._neighbours(path)):
            for home in self._named_in(near):
                fits = all(self._has_room(home.path, move) for move in wanted)
                if fits and home.path != path and path not in self._names.reached(home.path, path):
                    return home
        return None

    def fill(self, path: str, data: bytes, moves: Iterable[Move]) -> bytes:
        """The module's bytes with the names that it does not bind yet. Raises `Unreadable`, UnicodeEncodeError."""
        source = Source(path, data)
        missing = [Local(move, move.new_name) for move in dict.fromkeys(moves) if not self._bound(source, move)]
        text = splice(source.text, self._additions(source, missing)) if missing else source.text
        parse(text)
        return source.encode(text)

    @cached_property
    def _modules(self) -> dict[str, Source]:
        """The compatibility modules by path: they tell Python 2 from 3, and have a place for one more import."""
        found: dict[str, Source] = {}
        for path in filter(SHIM.search, self._code.python_paths):
            try:
                source = self._code.source(path)
            except Unreadable:
                continue
            if any(self._splits(source, node) for node in source.tree.body) and _last_import(source):
                found[path] = source
        return found

    def _neighbours(self, path: str) -> Iterator[str]:
        """Files in the same folder that seem to import a compatibility module."""
        folder = path.rpartition("/")[0]
        for near in self._code.python_paths:
            if near != path and near.rpartition("/")[0] == folder and b"compat" in self._code.read(near):
                yield near

    def _named_in(self, near: str) -> Iterator[Home]:
        """The compatibility modules that a file imports from, as it calls them."""
        try:
            nodes = self._code.source(near).nodes if self._modules else ()
        except Unreadable:
            return
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module:
                path = self._names.path(self._names.absolute(near, node))
                if path in self._modules:
                    yield Home(path, "." * node.level + node.module)

    def _has_room(self, path: str, move: Move) -> bool:
        """Whether the name means this move in the module, or nothing yet."""
        source = self._modules[path]
        others = {origin for name, origin in _module_imports(source) if name == move.new_name}
        known = {f"{move.module}.{move.name}", f"{move.new_module}.{move.new_name}"}
        return move.new_name not in source.bound and others <= known

    def _bound(self, source: Source, move: Move) -> bool:
        """Whether the module binds the name on both Pythons."""
        nodes = [node for node in source.nodes if move.new_name in _names(node) and _at_module_level(source, node)]
        return all(any(runs_on(source, node, version) for node in nodes) for version in (PYTHON_2, self._target))

    def _splits(self, source: Source, node: ast.stmt) -> bool:
        """Whether a statement is an `if` with a side for Python 2 and a side for the target."""
        if not isinstance(node, ast.If):
            return False
        return {truth(source, node.test, PYTHON_2), truth(source, node.test, self._target)} == {True, False}

    def _additions(self, source: Source, missing: list[Local]) -> list[Edit]:
        """One line on each side of a branch that imports already; else one guarded import after the others."""
        for node in source.tree.body:
            if isinstance(node, ast.If) and self._splits(source, node) and self._new_enough(source, node, missing):
                sides = (node.body, node.orelse) if truth(source, node.test, self._target) else (node.orelse, node.body)
                new, old = (_first_import(source, side) for side in sides)
                if new and old:
                    news = joined(local.move.new_import(local.name) for local in missing)
                    return [_before(source, new, news), _before(source, old, _old_imports(missing))]
        last = _last_import(source)
        if last is None:
            raise Unreadable("the compatibility module has no imports to add one to")
        end = source.line_end(last)
        return [Edit(end, end, source.newline + block(source, "", missing, both=True))]

    def _new_enough(self, source: Source, node: ast.If, missing: list[Local]) -> bool:
        """Whether every claimed Python on the new side of a branch has the new place of each name."""
        newest = max(local.move.since[1] for local in missing)
        older = [(3, minor) for minor in range(self._code.first_python3[1], newest)]
        on_target = truth(source, node.test, self._target)
        return all(truth(source, node.test, version) is (not on_target) for version in older)


def _old_imports(missing: list[Local]) -> list[str]:
    return joined(local.move.old_import(local.name) for local in missing)


def _names(node: ast.AST) -> list[str]:
    """The names that a `from ... import` binds."""
    return [alias.asname or alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []


def _module_imports(source: Source) -> Iterator[tuple[str, str]]:
    """Names that imports bind at module level, with the dotted names they stand for."""
    for node in source.nodes:
        if isinstance(node, ast.Import | ast.ImportFrom) and _at_module_level(source, node):
            head = f"{'.' * node.level}{node.module or ''}." if isinstance(node, ast.ImportFrom) else ""
            yield from ((alias.asname or alias.name.split(".")[0], head + alias.name) for alias in node.names)


def _at_module_level(source: Source, node: ast.AST) -> bool:
    return not any(isinstance(parent, _SCOPES) for _, parent in climb(source, node))


def _first_import(source: Source, side: list[ast.stmt]) -> ast.stmt | None:
    """The first statement of one side of a branch, if it is an import on a line of its own."""
    first = side[0] if side else None
    imports = isinstance(first, ast.Import | ast.ImportFrom) and source.alone(first)
    return first if imports else None


def _last_import(source: Source) -> ast.stmt | None:
    """The last import, guarded or not, among the statements of the module itself."""
    heads = [(node, node.body[0] if isinstance(node, ast.Try) else node) for node in source.tree.body]
    found = [node for node, head in heads if isinstance(head, ast.Import | ast.ImportFrom)]
    return found[-1] if found and source.alone(found[-1]) else None


def _before(source: Source, node: ast.stmt, lines: list[str]) -> Edit:
    """Insert lines before a statement, indented as it is."""
    start = source.span(node)[0]
    gap = source.newline + (source.indent(node) or "")
    return Edit(start, start, "".join(line + gap for line in lines))
