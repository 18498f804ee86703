"""A lone underscore is a keyword since Java 9: local names of that kind get another one."""

import re
from typing import TYPE_CHECKING

from patchwright.tools.recipes.base import Rewrite
from patchwright.tools.recipes.java.source import Found, JavaSource, rewrite_sources
from patchwright.tools.recipes.platform import Knobs, TreeRecipe
from patchwright.tools.tree import FileTree

if TYPE_CHECKING:
    from tree_sitter import Node

_HINT = re.compile(rb"(?<![\w$])_(?![\w$])")
_SHARED = ("method_declaration", "field_declaration", "class_declaration", "interface_declaration")


def rewrite(tree: FileTree, knobs: Knobs) -> Rewrite:
    """Every file with such a name."""
    return rewrite_sources(tree, _HINT, _find)


def _find(source: JavaSource) -> Found:
    found = Found()
    nodes = [node for node in source.nodes("identifier", "underscore_pattern") if source.text(node) == "_"]
    shared = next((node for node in nodes if _is_shared(node)), None)
    if shared is not None:
        found.leave(source, shared, "underscore", "other files may use it: rename it everywhere")
        return found
    new = _free_name(source)
    for node in nodes:
        found.replace(node, new)
    return found


def _is_shared(node: "Node") -> bool:
    """Whether the name is declared where other files can see it."""
    parent = node.parent
    while parent is not None and parent.type == "variable_declarator":
        parent = parent.parent
    return parent is not None and parent.type in _SHARED


def _free_name(source: JavaSource) -> str:
    taken = {source.text(node) for node in source.nodes("identifier")}
    return next(name for name in ("unused", *(f"unused{n}" for n in range(2, 1000))) if name not in taken)


RECIPE = TreeRecipe(
    name="java.underscore",
    title="Give another name to what is called _: it is a keyword since Java 9",
    rewrite=rewrite,
)
