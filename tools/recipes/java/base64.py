"""sun.misc.BASE64Encoder and BASE64Decoder left the JDK: java.util.Base64 does the same."""

import re
from typing import TYPE_CHECKING

from patchwright.tools.recipes.base import Rewrite
from patchwright.tools.recipes.java.source import Found, JavaSource, rewrite_sources
from patchwright.tools.recipes.java.xml import Splice
from patchwright.tools.recipes.platform import Knobs, TreeRecipe
from patchwright.tools.tree import FileTree

if TYPE_CHECKING:
    from tree_sitter import Node

OLD = {"BASE64Encoder": "Encoder", "BASE64Decoder": "Decoder"}
CALLS = {"encode": "encodeToString", "encodeBuffer": "encodeToString", "decodeBuffer": "decode"}
_HINT = re.compile(rb"sun\.misc\.(?:BASE64|\*)")
_NAME = re.compile(r"(?:sun\.misc\.)?(BASE64Encoder|BASE64Decoder)")


def rewrite(tree: FileTree, knobs: Knobs) -> Rewrite:
    """Every file that uses one of the two."""
    return rewrite_sources(tree, _HINT, _find)


def _find(source: JavaSource) -> Found:
    found = Found()
    calls = [node for node in source.nodes("method_invocation") if _is_call(source, node)]
    stuck = next((node for node in calls if _would_not_compile(source, node)), None)
    if stuck is not None:
        reason = "Base64.Decoder.decode throws no IOException: take the catch away, then use java.util.Base64"
        found.leave(source, stuck, "base64", reason)
        return found
    base = _base(source)
    for node in calls:
        name = node.child_by_field_name("name")
        if name is not None:
            found.replace(name, CALLS[source.text(name)])
    for node in source.nodes("object_creation_expression"):
        kind = _kind(source, node.child_by_field_name("type"))
        if kind and not any(child.type == "class_body" for child in node.children):
            found.replace(node, f"{base}.getMime{kind}()")
    for node in source.nodes("type_identifier", "scoped_type_identifier"):
        parent = node.parent
        nested = parent is not None and parent.type in ("scoped_type_identifier", "object_creation_expression")
        if not nested and (kind := _kind(source, node)):
            found.replace(node, f"{base}.{kind}")
    _imports(source, found, base)
    return found


def _kind(source: JavaSource, node: "Node | None") -> str:
    named = _NAME.fullmatch(source.text(node))
    return OLD[named[1]] if named else ""


def _base(source: JavaSource) -> str:
    """How the new class is called here: in full where the name means something else."""
    other = any(one.name.endswith(".Base64") and one.name != "java.util.Base64" for one in source.imports)
    own = any(source.text(node.child_by_field_name("name")) == "Base64" for node in source.nodes("class_declaration"))
    return "java.util.Base64" if other or own else "Base64"


def _imports(source: JavaSource, found: Found, base: str) -> None:
    old = [one for one in source.imports if not one.static and _NAME.fullmatch(one.name)]
    wanted = base == "Base64" and not source.imported("java.util.Base64")
    for number, one in enumerate(old):
        if number == 0 and wanted:
            found.replace(one.node, "import java.util.Base64;")
        else:
            end = one.node.end_byte
            end += 2 if source.data[end : end + 2] == b"\r\n" else source.data[end : end + 1] == b"\n"
            found.splices.append(Splice(one.node.start_byte, end, b""))


def _is_call(source: JavaSource, node: "Node") -> bool:
    """A call of one of the three methods on a new coder, or on a name that this file declares to be one."""
    target = node.child_by_field_name("object")
    if target is None or source.text(node.child_by_field_name("name")) not in CALLS:
        return False
    if target.type == "object_creation_expression":
        return bool(_kind(source, target.child_by_field_name("type")))
    return source.text(target).removeprefix("this.") in _declared(source)


def _declared(source: JavaSource) -> frozenset[str]:
    """The names that are declared as coders, and as nothing else."""
    kinds: dict[str, set[bool]] = {}
    for node in source.nodes("local_variable_declaration", "field_declaration", "formal_parameter"):
        ours = bool(_kind(source, node.child_by_field_name("type")))
        names = [node, *(child for child in node.children if child.type == "variable_declarator")]
        for one in names:
            kinds.setdefault(source.text(one.child_by_field_name("name")), set()).add(ours)
    return frozenset(name for name, found in kinds.items() if name and found == {True})


def _would_not_compile(source: JavaSource, node: "Node") -> bool:
    """Whether the call stands in a `try` that catches IOException: nothing might be left that throws it."""
    if source.text(node.child_by_field_name("name")) != "decodeBuffer":
        return False
    above = node.parent
    while above is not None and above.type not in ("method_declaration", "lambda_expression"):
        caught = [child for child in above.children if child.type == "catch_clause"]
        if above.type == "try_statement" and any("IOException" in source.text(one).partition(")")[0] for one in caught):
            return True
        above = above.parent
    return False


RECIPE = TreeRecipe(
    name="java.base64",
    title="Use java.util.Base64: sun.misc.BASE64Encoder and BASE64Decoder left the JDK in Java 9",
    rewrite=rewrite,
    risk="Encoded lines end with CR LF and the last one without an end; the old encoder used the system's line end.",
)
