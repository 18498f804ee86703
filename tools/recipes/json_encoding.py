"""`json.loads(encoding=...)` is an error since Python 3.9; on Python 3 it did nothing."""

import ast
import re
from collections.abc import Iterator

from patchwright.tools.recipes import calls
from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.moves import breaks_here
from patchwright.tools.recipes.rule import Context, Found, PythonRecipe
from patchwright.tools.recipes.source import Source

NAME = "python.json-encoding"


def find(source: Source, context: Context) -> Iterator[Found]:
    """Drop the keyword, unless Python 2 is claimed, where it means something."""
    for node in source.nodes:
        if not isinstance(node, ast.Call) or source.origin(node.func) not in ("json.loads", "json.load"):
            continue
        keyword = calls.keyword(node, "encoding")
        if keyword is None or not breaks_here(source, context, node, "call"):
            continue
        edit = None if context.both(source, node) else calls.drop(source, node, keyword)
        yield edit or Leftover(
            source.path, node.lineno, NAME, "encoding= means something on Python 2, which is claimed"
        )


RECIPE = PythonRecipe(
    name=NAME,
    title="Call json.loads without encoding: the argument went in Python 3.9 and did nothing on Python 3",
    removed=(3, 9),
    hint=re.compile(rb"\bjson\b(?s:.*)\bencoding\b"),
    find=find,
    signatures=(re.compile(r"__init__\(\) got an unexpected keyword argument 'encoding'"),),
)
