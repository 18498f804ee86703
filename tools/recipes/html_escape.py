"""`cgi.escape` is gone since Python 3.8; `html.escape` also escapes quotes unless told not to.

Where quotes were asked for, single quotes are escaped too now."""

import ast
import re
from collections.abc import Iterator

from patchwright.tools.recipes import calls
from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.move import renamed
from patchwright.tools.recipes.moves import breaks_here, find_moves
from patchwright.tools.recipes.rule import Context, Found, PythonRecipe
from patchwright.tools.recipes.source import Source

NAME = "python.html-escape"
TABLE = renamed("cgi.escape", "html.escape")


def find(source: Source, context: Context) -> Iterator[Found]:
    """Calls keep what they escape: `quote=False` where quotes were not asked for."""
    uses = [node for node in source.nodes if isinstance(node, ast.Name | ast.Attribute) and _is_it(source, node)]
    broken = [node for node in uses if breaks_here(source, context, node, "attribute")]
    if not broken and not any(isinstance(node, ast.ImportFrom) and node.module == "cgi" for node in source.nodes):
        return
    passed_on = [node for node in broken if not _called(source, node)]
    if passed_on:
        yield Leftover(source.path, passed_on[0].lineno, NAME, "cgi.escape is passed on as a value, and escapes less")
        return
    moves = list(find_moves(TABLE, NAME, source, context))
    yield from moves
    if any(not isinstance(item, Leftover) for item in moves):
        yield from _quotes(source, broken)


def _is_it(source: Source, node: ast.expr) -> bool:
    return source.origin(node) == "cgi.escape"


def _called(source: Source, node: ast.expr) -> ast.Call | None:
    parent = source.parents.get(node)
    return parent if isinstance(parent, ast.Call) and parent.func is node else None


def _quotes(source: Source, uses: list[ast.Name | ast.Attribute]) -> Iterator[Found]:
    for node in uses:
        call = _called(source, node)
        if call and len(call.args) < 2 and not calls.keyword(call, "quote") and not calls.starred(call):
            left = Leftover(source.path, node.lineno, NAME, "no plain place to add quote=False")
            yield calls.append(source, call, "quote=False") or left


RECIPE = PythonRecipe(
    name=NAME,
    title="Call html.escape with the quotes left alone as before: cgi.escape went in Python 3.8",
    removed=(3, 8),
    hint=re.compile(rb"\bcgi\b(?s:.*)\bescape\b"),
    find=find,
    signatures=(
        re.compile(r"cannot import name 'escape' from 'cgi'"),
        re.compile(r"module 'cgi' has no attribute 'escape'"),
    ),
)
