"""What the sources of a Python tree declare: its tests, and its public face. Read by syntax, nothing is run."""

import ast
import re
from collections.abc import Iterator, Mapping

from patchwright.tools.recipes.code import Code, as_code
from patchwright.tools.recipes.source import Unreadable
from patchwright.tools.tree import FileTree

_TESTS = re.compile(r"(?:^|/)(?:tests?/.*|test[^/]*|[^/]*_tests?)\.py$")
_RUN = re.compile(r"(?:^|/)(?:test[^/]*|[^/]*_tests?)\.py$")
"""What pytest and unittest run by default."""

_SETTINGS = re.compile(r"(?:^|/)(?:setup|conf|conftest|noxfile)\.py$")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def methods_of_tests(tree: FileTree) -> frozenset[str]:
    """Files of tests, their classes and test functions: "path", "path#Class", "path#Class.method", "path#function".

    A file that does not parse counts by its path alone.
    """
    found: set[str] = set()
    code = as_code(tree)
    for path in (path for path in code.python_paths if _TESTS.search(path)):
        found.add(path)
        for name, node in _declared(code, path):
            test = name.rpartition(".")[2].lower().startswith("test")
            if isinstance(node, ast.ClassDef) or test:
                found.add(f"{path}#{name}")
    return frozenset(found)


def declared_tests(tree: FileTree) -> int:
    """How many test functions and methods stand in the files that test runners look into by default."""
    code = as_code(tree)
    names = (pair for path in code.python_paths if _RUN.search(path) for pair in _declared(code, path))
    return sum(isinstance(node, Function) and name.rpartition(".")[2].startswith("test") for name, node in names)


def public_face(tree: FileTree) -> Mapping[str, frozenset[str]]:
    """By file, what it declares for others: functions with their parameters, classes, constants.

    Tests and set-up are left out, and files that do not parse: what they declare cannot be known.
    """
    code = as_code(tree)
    paths = (path for path in code.python_paths if not _TESTS.search(path) and not _SETTINGS.search(path))
    return {path: frozenset(_heads(code, path)) for path in paths if _parses(code, path)}


def _heads(code: Code, path: str) -> Iterator[str]:
    for name, node in _declared(code, path):
        if not any(part.startswith("_") and not part.endswith("__") for part in name.split(".")):
            yield name + (f"({ast.unparse(node.args)})" if isinstance(node, Function) else "")


def _parses(code: Code, path: str) -> bool:
    try:
        code.source(path)
    except Unreadable:
        return False
    return True


def _declared(code: Code, path: str) -> Iterator[tuple[str, ast.stmt]]:
    """Dotted names of what a module and its classes declare, whatever branch it stands in."""
    body = code.source(path).tree.body if _parses(code, path) else []
    waiting: list[tuple[str, ast.AST]] = [("", statement) for statement in reversed(body)]
    while waiting:
        prefix, node = waiting.pop()
        if isinstance(node, Function | ast.ClassDef):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.Assign):
            yield from ((f"{prefix}{target.id}", node) for target in node.targets if isinstance(target, ast.Name))
        if isinstance(node, ast.ClassDef):
            waiting += [(f"{prefix}{node.name}.", one) for one in reversed(node.body)]
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.ExceptHandler):
            inner = [one for one in ast.iter_child_nodes(node) if isinstance(one, ast.stmt | ast.ExceptHandler)]
            waiting += [(prefix, one) for one in reversed(inner)]
