"""Class.newInstance is deprecated: it throws checked exceptions that nobody declared."""

import re
from typing import TYPE_CHECKING

from patchwright.tools.recipes.base import Rewrite
from patchwright.tools.recipes.java.source import Found, JavaSource, rewrite_sources
from patchwright.tools.recipes.java.xml import Splice
from patchwright.tools.recipes.platform import Knobs, TreeRecipe
from patchwright.tools.tree import FileTree

if TYPE_CHECKING:
    from tree_sitter import Node

WIDE = re.compile(r"\b(?:Exception|Throwable|ReflectiveOperationException)\b")
_HINT = re.compile(rb"\.newInstance\s*\(\s*\)")


def rewrite(tree: FileTree, knobs: Knobs) -> Rewrite:
    """Every call on a class literal or Class.forName."""
    return rewrite_sources(tree, _HINT, _find)


def _find(source: JavaSource) -> Found:
    found = Found()
    for node in source.nodes("method_invocation"):
        target, name = node.child_by_field_name("object"), node.child_by_field_name("name")
        if target is None or name is None or not _is_class(source, target) or not _called_plainly(source, node):
            continue
        if _covered(source, node):
            found.splices.append(Splice(name.start_byte, name.start_byte, b"getDeclaredConstructor()."))
        else:
            reason = "getDeclaredConstructor().newInstance() throws more: catch or declare ReflectiveOperationException"
            found.leave(source, node, "newInstance", reason)
    return found


def _called_plainly(source: JavaSource, node: "Node") -> bool:
    arguments = node.child_by_field_name("arguments")
    empty = arguments is not None and not arguments.named_children
    return empty and source.text(node.child_by_field_name("name")) == "newInstance"


def _is_class(source: JavaSource, target: "Node") -> bool:
    if target.type == "class_literal":
        return True
    called = source.text(target.child_by_field_name("object")), source.text(target.child_by_field_name("name"))
    return target.type == "method_invocation" and called == ("Class", "forName")


def _covered(source: JavaSource, node: "Node") -> bool:
    """Whether all that the new call throws is caught or declared around it."""
    above = node.parent
    while above is not None and above.type != "lambda_expression":
        if above.type == "try_statement" and _within_body(above, node):
            caught = [child for child in above.children if child.type == "catch_clause"]
            if any(WIDE.search(source.text(one).partition(")")[0]) for one in caught):
                return True
        if above.type in ("method_declaration", "constructor_declaration"):
            declared = next((child for child in above.children if child.type == "throws"), None)
            return bool(WIDE.search(source.text(declared)))
        above = above.parent
    return False


def _within_body(block: "Node", node: "Node") -> bool:
    body = block.child_by_field_name("body")
    return body is not None and body.start_byte <= node.start_byte < body.end_byte


RECIPE = TreeRecipe(
    name="java.new-instance",
    title="Call getDeclaredConstructor().newInstance(): Class.newInstance is deprecated",
    rewrite=rewrite,
    risk="What a constructor throws arrives wrapped in an InvocationTargetException.",
)
