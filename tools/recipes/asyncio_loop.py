"""The `loop` argument of asyncio's functions and classes is an error since Python 3.10."""

import ast
import re
from collections.abc import Iterator

from patchwright.tools.recipes import calls
from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.moves import breaks_here
from patchwright.tools.recipes.rule import Context, Found, PythonRecipe
from patchwright.tools.recipes.source import Source

NAME = "python.asyncio-loop"
NAMES = """
    sleep wait wait_for gather shield as_completed open_connection start_server open_unix_connection
    start_unix_server create_subprocess_exec create_subprocess_shell Lock Event Condition Semaphore
    BoundedSemaphore Queue LifoQueue PriorityQueue
"""
TAKEN = frozenset(f"asyncio.{name}" for name in NAMES.split())


def find(source: Source, context: Context) -> Iterator[Found]:
    """Drop `loop=`: these take the running loop."""
    for node in source.nodes:
        if not isinstance(node, ast.Call) or source.origin(node.func) not in TAKEN:
            continue
        keyword = calls.keyword(node, "loop")
        if keyword and breaks_here(source, context, node, "call"):
            left = Leftover(source.path, node.lineno, NAME, "a comment stands between the arguments")
            yield calls.drop(source, node, keyword) or left


RECIPE = PythonRecipe(
    name=NAME,
    title="Call asyncio without loop=: the argument went in Python 3.10",
    removed=(3, 10),
    hint=re.compile(rb"\basyncio\b(?s:.*)\bloop\s*="),
    find=find,
    signatures=(
        re.compile(r"got an unexpected keyword argument 'loop'"),
        re.compile(r"As of 3\.10, the \*loop\* parameter was removed"),
    ),
)
