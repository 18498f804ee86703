"""`array.tostring` and `fromstring` are gone since Python 3.9."""

import ast
import re
from collections.abc import Iterator

from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.methods import ours
from patchwright.tools.recipes.rule import Context, Found, PythonRecipe
from patchwright.tools.recipes.source import Source

NAME = "python.array-bytes"
NAMES = {"tostring": "tobytes", "fromstring": "frombytes"}
_REASON = "tobytes is not on Python 2, which is claimed"


def find(source: Source, context: Context) -> Iterator[Found]:
    """Only on what is certainly an array: `array(...)` itself, or a name that holds nothing else."""
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and node.attr in NAMES and _is_array(source, node.value):
            edit = source.name_edit(node, node.attr, NAMES[node.attr]) if ours(source, context, node) else None
            if edit and context.both(source, node):
                yield Leftover(source.path, node.lineno, NAME, _REASON)
            elif edit:
                yield edit


def _is_array(source: Source, node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return source.origin(node.func) == "array.array"
    values = source.assigned.get(node.id, []) if isinstance(node, ast.Name) else []
    return bool(values) and all(isinstance(value, ast.Call) and _is_array(source, value) for value in values)


RECIPE = PythonRecipe(
    name=NAME,
    title="Call array.tobytes and frombytes: tostring and fromstring went in Python 3.9",
    removed=(3, 9),
    hint=re.compile(rb"\.(?:tostring|fromstring)\b"),
    find=find,
    signatures=(re.compile(r"'array\.array' object has no attribute '(?:tostring|fromstring)'"),),
)
