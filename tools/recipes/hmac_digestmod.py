"""`hmac.new` without a digest is an error since Python 3.8; the default was MD5."""

import ast
import re
from collections.abc import Iterator

from patchwright.tools.recipes import calls
from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.moves import breaks_here
from patchwright.tools.recipes.rule import Context, Found, PythonRecipe
from patchwright.tools.recipes.source import Edit, Source

NAME = "python.hmac-digestmod"
_ARGUMENT = "digestmod='md5'"


def find(source: Source, context: Context) -> Iterator[Found]:
    """Name the old default, so that signatures made before stay valid."""
    found = [node for node in source.nodes if isinstance(node, ast.Call) and _lacks(source, context, node)]
    if any(context.both(source, node) for node in found):
        yield from _with_hashlib(source, found)
        return
    for node in found:
        yield calls.append(source, node, _ARGUMENT) or _left(source, node)


def _lacks(source: Source, context: Context, node: ast.Call) -> bool:
    if source.origin(node.func) not in ("hmac.new", "hmac.HMAC") or calls.starred(node):
        return False
    given = len(node.args) > 2 or calls.keyword(node, "digestmod")
    return not given and breaks_here(source, context, node, "call")


def _with_hashlib(source: Source, found: list[ast.Call]) -> Iterator[Found]:
    """Python 2 takes no digest by name: give the function, and import its module where hmac is imported."""
    edits = [calls.append(source, node, "digestmod=hashlib.md5") for node in found]
    place = _import_place(source)
    if None in edits or (place is None and source.imported.get("hashlib") != "hashlib"):
        yield from (_left(source, node) for node in found)
        return
    yield from (edit for edit in edits if edit)
    if source.imported.get("hashlib") != "hashlib" and place:
        at = source.span(next(alias for alias in place.names if alias.name == "hmac"))[0]
        yield Edit(at, at, "hashlib, ")


def _import_place(source: Source) -> ast.Import | None:
    """A module-level `import ..., hmac, ...` that can take one name more."""
    for node in source.tree.body:
        if isinstance(node, ast.Import) and any(alias.name == "hmac" for alias in node.names):
            return node if "hashlib" not in source.bound else None
    return None


def _left(source: Source, node: ast.Call) -> Leftover:
    return Leftover(source.path, node.lineno, NAME, "hmac.new needs a digestmod; there is no plain place to add it")


RECIPE = PythonRecipe(
    name=NAME,
    title="Give hmac.new its digest, MD5 as before: the default went in Python 3.8",
    removed=(3, 8),
    hint=re.compile(rb"\bhmac\b"),
    find=find,
    signatures=(re.compile(r"Missing required (?:argument|parameter) 'digestmod'"),),
)
