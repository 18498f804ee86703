"""`raise StopIteration` inside a generator is a RuntimeError since Python 3.7 (PEP 479)."""

import ast
import re
from collections.abc import Iterator

from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.branches import climb, runs_on
from patchwright.tools.recipes.rule import Context, Found, PythonRecipe
from patchwright.tools.recipes.source import Edit, Source

NAME = "python.generator-stop"
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def find(source: Source, context: Context) -> Iterator[Found]:
    """A generator ends by `return`."""
    generators = {_scope(source, node) for node in source.nodes if isinstance(node, ast.Yield | ast.YieldFrom)}
    for node in source.nodes:
        if not isinstance(node, ast.Raise) or not _stops(node) or _scope(source, node) not in generators:
            continue
        if runs_on(source, node, context.target) and not _caught(source, node):
            yield from _edit(source, context, node)


def _edit(source: Source, context: Context, node: ast.Raise) -> Iterator[Found]:
    value = node.exc.args[0] if isinstance(node.exc, ast.Call) and node.exc.args else None
    if value is None:
        yield Edit(*source.span(node), "return")
    elif context.both(source, node):
        yield Leftover(
            source.path, node.lineno, NAME, "a generator cannot return a value on Python 2, which is claimed"
        )
    else:
        yield Edit(*source.span(node), f"return {source.segment(value)}")


def _stops(node: ast.Raise) -> bool:
    """`raise StopIteration`, `raise StopIteration()` or with one value."""
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    plain = not isinstance(node.exc, ast.Call) or (len(node.exc.args) < 2 and not node.exc.keywords)
    return isinstance(raised, ast.Name) and raised.id == "StopIteration" and plain


def _scope(source: Source, node: ast.AST) -> ast.AST | None:
    return next((parent for _, parent in climb(source, node) if isinstance(parent, _SCOPES)), None)


def _caught(source: Source, node: ast.Raise) -> bool:
    """Whether a `try` of the same function may catch it."""
    for child, parent in climb(source, node):
        if isinstance(parent, _SCOPES):
            return False
        if isinstance(parent, ast.Try) and child in parent.body and parent.handlers:
            return True
    return False


RECIPE = PythonRecipe(
    name=NAME,
    title="End generators by return: raise StopIteration became a RuntimeError in Python 3.7",
    removed=(3, 7),
    hint=re.compile(rb"\braise\s+StopIteration\b"),
    find=find,
    signatures=(re.compile(r"generator raised StopIteration"),),
)
