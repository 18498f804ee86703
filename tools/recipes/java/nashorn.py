"""Nashorn left the JDK in Java 15: the same classes are in a library, in another package."""

import re

from patchwright.tools.recipes.base import Rewrite
from patchwright.tools.recipes.java.source import Found, JavaSource, rewrite_sources
from patchwright.tools.recipes.platform import Knobs, TreeRecipe
from patchwright.tools.tree import FileTree

OLD, NEW = "jdk.nashorn.api", "org.openjdk.nashorn.api"
_HINT = re.compile(rb"\bjdk\.nashorn\.api\b")


def rewrite(tree: FileTree, knobs: Knobs) -> Rewrite:
    """Every file that names a class of Nashorn's API."""
    return rewrite_sources(tree, _HINT, _find) if knobs.target >= 15 else Rewrite()


def _find(source: JavaSource) -> Found:
    found = Found()
    for node in source.nodes("scoped_identifier", "scoped_type_identifier"):
        if source.text(node) == OLD:
            found.replace(node, NEW)
    return found


RECIPE = TreeRecipe(
    name="java.nashorn",
    title="Take Nashorn's classes from its library: it left the JDK in Java 15",
    rewrite=rewrite,
)
