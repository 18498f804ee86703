"""The constructors of the boxes are deprecated for removal: valueOf makes the same values."""

import re
from typing import TYPE_CHECKING

from patchwright.tools.recipes.base import Rewrite
from patchwright.tools.recipes.java.source import Found, JavaSource, rewrite_sources
from patchwright.tools.recipes.platform import Knobs, TreeRecipe
from patchwright.tools.tree import FileTree

if TYPE_CHECKING:
    from tree_sitter import Node

BOXES = frozenset({"Integer", "Long", "Short", "Byte", "Character", "Boolean", "Double"})
"""Without Float: its constructor also takes a double, for which there is no valueOf."""

_HINT = re.compile(rb"\bnew\s+(?:Integer|Long|Short|Byte|Character|Boolean|Double)\s*\(")


def rewrite(tree: FileTree, knobs: Knobs) -> Rewrite:
    """Every file that makes a box by `new`."""
    return rewrite_sources(tree, _HINT, _find)


def _find(source: JavaSource) -> Found:
    found, own = Found(), _own_names(source)
    for node in source.nodes("object_creation_expression"):
        kind, arguments = source.text(node.child_by_field_name("type")), node.child_by_field_name("arguments")
        plain = [child.type for child in node.children] == ["new", "type_identifier", "argument_list"]
        if plain and kind in BOXES - own and arguments is not None and not _inside_another(node):
            found.replace(node, f"{kind}.valueOf{source.text(arguments)}")
    return found


def _own_names(source: JavaSource) -> frozenset[str]:
    """Boxes' names that mean something else in this file."""
    imported = {one.name.rpartition(".")[2] for one in source.imports if not one.star and not one.static}
    kinds = ("class_declaration", "interface_declaration", "enum_declaration", "type_parameter")
    declared = {source.text(child) for node in source.nodes(*kinds) for child in node.named_children}
    return frozenset(imported | declared)


def _inside_another(node: "Node") -> bool:
    """Whether it is an argument of another box that is rewritten first: the next round takes it."""
    above = node.parent
    while above is not None and above.type != "block":
        if above.type == "object_creation_expression":
            return True
        above = above.parent
    return False


RECIPE = TreeRecipe(
    name="java.boxed-constructors",
    title="Make boxes with valueOf: their constructors are deprecated for removal",
    rewrite=rewrite,
    risk="valueOf may return the same object twice, which == can tell.",
)
