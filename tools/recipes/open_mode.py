"""`open(..., "rU")` is an error since Python 3.11; on Python 3 the U did nothing."""

import ast
import re
from collections.abc import Iterator

from patchwright.tools.recipes import calls
from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.moves import breaks_here
from patchwright.tools.recipes.rule import Context, Found, PythonRecipe
from patchwright.tools.recipes.source import Edit, Source

NAME = "python.open-mode-u"
_MODES = {
    "U": "r",
    "rU": "r",
    "Ur": "r",
    "rbU": "rb",
    "rUb": "rb",
    "Urb": "rb",
    "Ub": "rb",
    "bU": "rb",
    "rtU": "rt",
    "rUt": "rt",
}


def find(source: Source, context: Context) -> Iterator[Found]:
    """Take the U out of literal modes of `open`, `io.open` and `codecs.open`."""
    for node in source.nodes:
        if not isinstance(node, ast.Call) or not _opens(source, node.func):
            continue
        mode = _mode(node)
        if mode is None or mode.value not in _MODES or not breaks_here(source, context, node, "call"):
            continue
        if context.both(source, node) and "b" not in str(mode.value) and source.origin(node.func) is None:
            yield Leftover(source.path, node.lineno, NAME, "on Python 2, which is claimed, U translates line ends")
        else:
            yield _literal(source, mode)


def _opens(source: Source, func: ast.expr) -> bool:
    builtin = isinstance(func, ast.Name) and func.id == "open" and "open" not in source.bound
    origin = source.origin(func)
    return origin in ("io.open", "codecs.open") or (builtin and origin is None)


def _mode(call: ast.Call) -> ast.Constant | None:
    named = calls.keyword(call, "mode")
    mode = named.value if named else call.args[1] if len(call.args) > 1 else None
    return mode if isinstance(mode, ast.Constant) and isinstance(mode.value, str) else None


def _literal(source: Source, mode: ast.Constant) -> Found:
    start, end = source.span(mode)
    text = source.text[start:end]
    if text.strip("'\"") != mode.value:
        return Leftover(source.path, mode.lineno, NAME, "the mode is written in an unusual way")
    return Edit(start, end, text.replace(str(mode.value), _MODES[str(mode.value)]))


RECIPE = PythonRecipe(
    name=NAME,
    title="Open files without mode U: it is an error since Python 3.11 and did nothing on Python 3",
    removed=(3, 11),
    hint=re.compile(rb"\bopen\b(?s:.*)['\"][rbt]{0,2}U[rbt]{0,2}['\"]"),
    find=find,
    signatures=(re.compile(r"invalid mode: '[rbt]{0,2}U[rbt]{0,2}'"),),
)
