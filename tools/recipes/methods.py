"""The engine for methods that were renamed, where the receiver's type cannot be known for certain."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.branches import Version
from patchwright.tools.recipes.moves import breaks_here
from patchwright.tools.recipes.rule import Context, Found, PythonRecipe
from patchwright.tools.recipes.source import Source


def recipe(
    name: str, title: str, removed: Version, names: Mapping[str, str], module: str, *, only_3: Sequence[str] = ()
) -> PythonRecipe:
    """A recipe of renamed methods, for files that import `module` and define no method of the old name.

    New names in `only_3` are not on Python 2: where the project claims it, such a place is left.
    """
    olds = "|".join(names)
    return PythonRecipe(
        name=name,
        title=title,
        removed=removed,
        hint=re.compile(rf"\.(?:{olds})\b".encode()),
        find=partial(find_methods, names, name, module, only_3),
        signatures=(re.compile(rf"object has no attribute '(?:{olds})'"),),
    )


def find_methods(
    names: Mapping[str, str], kind: str, module: str, only_3: Sequence[str], source: Source, context: Context
) -> Iterator[Found]:
    """One edit for each `x.old(...)` or `x.old` that breaks on the target."""
    if not any(origin.split(".")[0] == module for origin in imports(source)):
        return
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and node.attr in names and ours(source, context, node):
            edit = source.name_edit(node, node.attr, names[node.attr])
            if edit is None or (context.both(source, node) and names[node.attr] in only_3):
                yield Leftover(
                    source.path, node.lineno, kind, f"{names[node.attr]} is not on Python 2, which is claimed"
                )
            else:
                yield edit


def imports(source: Source) -> Iterator[str]:
    """The modules that a file imports anywhere."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def ours(source: Source, context: Context, node: ast.Attribute) -> bool:
    """Whether this reads a method that the file does not define itself, and breaks on the target."""
    if not isinstance(node.ctx, ast.Load) or node.attr in source.bound or source.origin(node):
        return False
    return breaks_here(source, context, node, "attribute")
