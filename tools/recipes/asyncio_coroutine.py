"""`@asyncio.coroutine` is gone since Python 3.11: such functions are `async def` and await."""

import ast
import re
from collections.abc import Iterator

from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.branches import climb
from patchwright.tools.recipes.moves import breaks_here
from patchwright.tools.recipes.rule import Context, Found, PythonRecipe
from patchwright.tools.recipes.source import Edit, Source

NAME = "python.asyncio-coroutine"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def find(source: Source, context: Context) -> Iterator[Found]:
    """Decorated functions become `async def`; their `yield from` become `await`."""
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef) and breaks_here(source, context, node, "attribute"):
            decorators = [item for item in node.decorator_list if source.origin(item) == "asyncio.coroutine"]
            if decorators:
                yield from _function(source, node, decorators[0])


def _function(source: Source, node: ast.FunctionDef, decorator: ast.expr) -> Iterator[Found]:
    own = [
        inner
        for inner in ast.walk(node)
        if isinstance(inner, ast.Yield | ast.YieldFrom) and _owner(source, inner) is node
    ]
    start = source.span(node)[0]
    line = decorator.lineno - 1
    plain = source.line_text(decorator.lineno).strip() == "@" + source.segment(decorator)
    if not plain or any(isinstance(inner, ast.Yield) for inner in own) or not source.text.startswith("def", start):
        yield Leftover(source.path, node.lineno, NAME, "the coroutine yields by itself or is written in an unusual way")
        return
    yield Edit(source.lines[line], source.lines[line] + len(source.line_text(decorator.lineno)), "")
    yield Edit(start, start, "async ")
    for inner in own:
        at = source.span(inner)[0]
        match = re.compile(r"yield\s+from\b").match(source.text, at)
        if match:
            yield Edit(at, match.end(), "await")


def _owner(source: Source, node: ast.AST) -> ast.AST | None:
    return next((parent for _, parent in climb(source, node) if isinstance(parent, _FUNCTIONS)), None)


RECIPE = PythonRecipe(
    name=NAME,
    title="Write coroutines as async def: asyncio.coroutine went in Python 3.11",
    removed=(3, 11),
    hint=re.compile(rb"\bcoroutine\b"),
    find=find,
    signatures=(
        re.compile(r"module 'asyncio' has no attribute 'coroutine'"),
        re.compile(r"cannot import name 'coroutine' from 'asyncio'"),
    ),
)
