"""`inspect.getargspec` is gone since Python 3.11; `getfullargspec` gives seven values where it gave four."""

import ast
import re
from collections.abc import Iterator

from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.move import renamed
from patchwright.tools.recipes.moves import breaks_here, find_moves
from patchwright.tools.recipes.rule import Context, Found, PythonRecipe
from patchwright.tools.recipes.source import Edit, Source

NAME = "python.getargspec"
OLD, NEW = "getargspec", "getfullargspec"
_REASON = "the result is used in a way that getfullargspec may not serve"


def find(source: Source, context: Context) -> Iterator[Found]:
    """Imports under the old name, uses of the attribute, and results unpacked into four."""
    imported = [node for node in source.nodes if _imports(source, context, node)]
    for node in imported:
        yield from _import(source, context, node)
    calls = [node for node in source.nodes if isinstance(node, ast.Call) and _calls(source, context, node, imported)]
    for call in calls:
        yield from _result(source, call)
    if not imported:
        yield from find_moves(renamed(f"inspect.{OLD}", f"inspect.{NEW}"), NAME, source, context)


def _imports(source: Source, context: Context, node: ast.AST) -> bool:
    if not isinstance(node, ast.ImportFrom) or node.module != "inspect":
        return False
    return any(alias.name == OLD for alias in node.names) and breaks_here(source, context, node, "import")


def _import(source: Source, context: Context, node: ast.AST) -> Iterator[Found]:
    """Keep the local name: `from inspect import getfullargspec as getargspec`."""
    assert isinstance(node, ast.ImportFrom)
    alias = next(alias for alias in node.names if alias.name == OLD)
    local = alias.asname or OLD
    if not context.both(source, node):
        yield Edit(*source.span(alias), f"{NEW} as {local}")
        return
    yield from find_moves(renamed(f"inspect.{OLD}", f"inspect.{NEW}"), NAME, source, context)


def _calls(source: Source, context: Context, call: ast.Call, imported: list[ast.AST]) -> bool:
    origin = source.origin(call.func)
    if origin != f"inspect.{OLD}" or not breaks_here(source, context, call, "attribute"):
        return False
    return bool(imported) or isinstance(call.func, ast.Attribute)


def _result(source: Source, call: ast.Call) -> Iterator[Found]:
    """`a, b, c, d = getargspec(f)` takes the first four; `.keywords` has another name."""
    parent = source.parents.get(call)
    if isinstance(parent, ast.Assign) and any(isinstance(target, ast.Tuple) for target in parent.targets):
        four = all(isinstance(target, ast.Tuple) and len(target.elts) == 4 for target in parent.targets)
        end = source.span(call)[1]
        yield Edit(end, end, "[:4]") if four else Leftover(source.path, call.lineno, NAME, _REASON)
    elif isinstance(parent, ast.Attribute) and parent.attr == "keywords":
        edit = source.name_edit(parent, "keywords", "varkw")
        yield edit or Leftover(source.path, call.lineno, NAME, _REASON)


RECIPE = PythonRecipe(
    name=NAME,
    title="Call inspect.getfullargspec: getargspec went in Python 3.11",
    removed=(3, 11),
    hint=re.compile(rb"\bgetargspec\b"),
    find=find,
    signatures=(
        re.compile(r"cannot import name 'getargspec' from 'inspect'"),
        re.compile(r"module 'inspect' has no attribute 'getargspec'"),
    ),
)
