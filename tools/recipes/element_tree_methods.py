"""`Element.getchildren` and `getiterator` are gone since Python 3.9."""

import ast
import re
from collections.abc import Iterator

from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.methods import imports, ours
from patchwright.tools.recipes.rule import Context, Found, PythonRecipe
from patchwright.tools.recipes.source import Edit, Source

NAME = "python.element-methods"


def find(source: Source, context: Context) -> Iterator[Found]:
    """`e.getiterator(t)` is `e.iter(t)`, and `e.getchildren()` is `list(e)`."""
    if not any("etree" in module.lower() for module in imports(source)):
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ours(source, context, node.func):
            if node.func.attr == "getiterator":
                edit = source.name_edit(node.func, "getiterator", "iter")
                yield edit or Leftover(source.path, node.lineno, NAME, "the call is inside an f-string")
            elif node.func.attr == "getchildren" and not node.args and not node.keywords:
                yield from _children(source, node, node.func)


def _children(source: Source, call: ast.Call, method: ast.Attribute) -> Iterator[Found]:
    start, end = source.span(call)
    receiver_end = source.text.rfind(".getchildren", start, end)
    if receiver_end < 0 or not source.text[start:end].endswith(")"):
        yield Leftover(source.path, call.lineno, NAME, "the call is written in an unusual way")
        return
    yield Edit(start, start, "list(")
    yield Edit(receiver_end, end, ")")


RECIPE = PythonRecipe(
    name=NAME,
    title="Iterate elements directly: getchildren and getiterator went in Python 3.9",
    removed=(3, 9),
    hint=re.compile(rb"\.get(?:children|iterator)\b"),
    find=find,
    signatures=(re.compile(r"Element(?:Tree)?' object has no attribute 'get(?:children|iterator)'"),),
)
