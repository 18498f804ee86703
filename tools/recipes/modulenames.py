"""Which file of the project an import means, and what else importing a file brings in."""

import ast
from collections.abc import Iterator
from functools import cached_property

from patchwright.tools.recipes.code import Code
from patchwright.tools.recipes.source import Unreadable


class ModuleNames:
    """The dotted names of a tree's Python files, from the `__init__.py` in their folders."""

    def __init__(self, code: Code) -> None:
        self._code = code

    def path(self, name: str) -> str:
        """The file of a dotted name; "" if it is none of the project or means two files."""
        return self._paths.get(name, "")

    def absolute(self, path: str, node: ast.ImportFrom) -> str:
        """The dotted name of the module that an import in the file at `path` names; "" if it has none."""
        if not node.level:
            return node.module or ""
        parts = self._name(path).split(".")
        up = node.level - path.endswith("__init__.py")
        package = parts[: max(len(parts) - up, 0)]
        return ".".join([*package, *([node.module] if node.module else [])]) if package else ""

    def reached(self, start: str, importer: str) -> frozenset[str]:
        """The project's files that importing `start` imports too, seen from a file whose packages are loaded."""
        loaded = set(self._packages(importer)) - {importer}
        todo = [start, *(path for path in self._packages(start) if path != importer)]
        seen: set[str] = set()
        while todo:
            path = todo.pop()
            if path not in seen and path not in loaded:
                seen.add(path)
                todo += self._imported(path)
        return frozenset(seen)

    @cached_property
    def _inits(self) -> frozenset[str]:
        return frozenset(path for path in self._code.python_paths if path.endswith("__init__.py"))

    @cached_property
    def _paths(self) -> dict[str, str]:
        found: dict[str, list[str]] = {}
        for path in self._code.python_paths:
            found.setdefault(self._name(path), []).append(path)
        return {name: paths[0] for name, paths in found.items() if len(paths) == 1}

    def _name(self, path: str) -> str:
        """The dotted name under which a file is imported: its packages and its own name."""
        folders = [init.split("/")[-2] for init in reversed(self._packages(path))]
        own = path.split("/")[-1].removesuffix(".py")
        return ".".join([*folders, *([own] if own != "__init__" else [])])

    def _packages(self, path: str) -> list[str]:
        """The `__init__.py` of each package around a file (its own too), innermost first."""
        found: list[str] = []
        folder = path.rpartition("/")[0]
        while folder and f"{folder}/__init__.py" in self._inits:
            found.append(f"{folder}/__init__.py")
            folder = folder.rpartition("/")[0]
        return found

    def _imported(self, path: str) -> Iterator[str]:
        """The project's files that the imports of one file name, with their packages."""
        try:
            nodes = self._code.source(path).nodes
        except Unreadable:
            return
        for node in nodes:
            for name in self._named(path, node):
                found = self.path(name)
                yield from (found, *self._packages(found)) if found else ()

    def _named(self, path: str, node: ast.AST) -> list[str]:
        if isinstance(node, ast.Import):
            return [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            base = self.absolute(path, node)
            return [base, *(f"{base}.{alias.name}" for alias in node.names)]
        return []
