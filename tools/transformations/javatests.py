"""What the sources of a Java tree declare: its tests, and its public face. Read by syntax, nothing is run."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from patchwright.tools.recipes.java.source import JavaSource
from patchwright.tools.toolchains.base import with_suffix
from patchwright.tools.tree import FileTree

if TYPE_CHECKING:
    from tree_sitter import Node

TEST_ANNOTATIONS = frozenset({"Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate"})
CLASSES = ("class_declaration", "interface_declaration", "enum_declaration", "record_declaration")
_RUN = re.compile(r"(?:Test[^/]*|[^/]*(?:Tests?|TestCase))\.java$")
"""What surefire runs by default."""


def methods_of_tests(tree: FileTree) -> frozenset[str]:
    """Files, classes and test methods below any src/test: "path", "path#Class", "path#Class.method"."""
    found: set[str] = set()
    for path in _below(tree, "src/test/"):
        found.add(path)
        source = JavaSource(path, tree.read(path))
        for node in source.nodes(*CLASSES):
            name = source.text(node.child_by_field_name("name"))
            found.add(f"{path}#{name}")
            found.update(f"{path}#{name}.{method}" for method in _tests(source, node))
    return frozenset(found)


def declared_tests(tree: FileTree) -> int:
    """How many test methods stand in concrete classes whose files surefire runs by default."""
    return sum(
        1
        for path in _below(tree, "src/test/")
        if _RUN.search(path)
        for _ in _concrete(JavaSource(path, tree.read(path)))
    )


def public_face(tree: FileTree) -> Mapping[str, frozenset[str]]:
    """By file below any src/main, its public and protected declarations, without bodies, values and blanks."""
    return {path: frozenset(_heads(JavaSource(path, tree.read(path)))) for path in _below(tree, "src/main/")}


def _heads(source: JavaSource) -> Iterator[str]:
    for node in source.nodes(*CLASSES, "method_declaration", "constructor_declaration", "field_declaration"):
        if {"public", "protected"} & set(_modifiers(source, node)):
            yield _head(source, node)


def _below(tree: FileTree, part: str) -> Iterator[str]:
    return (path for path in with_suffix(tree.paths(), ".java") if f"/{part}" in f"/{path}")


def _concrete(source: JavaSource) -> Iterator[str]:
    for node in source.nodes("class_declaration"):
        if "abstract" not in _modifiers(source, node):
            yield from _tests(source, node)


def _tests(source: JavaSource, node: "Node") -> Iterator[str]:
    """Annotated methods, and those named test... of a class that extends another, as JUnit 3 has it."""
    inherits = node.child_by_field_name("superclass") is not None
    body = node.child_by_field_name("body")
    for method in body.named_children if body else ():
        if method.type != "method_declaration":
            continue
        name = source.text(method.child_by_field_name("name"))
        modifiers = _modifiers(source, method)
        annotated = any(
            word.removeprefix("@").split("(")[0].rpartition(".")[2] in TEST_ANNOTATIONS for word in modifiers
        )
        if annotated or (inherits and name.startswith("test") and "public" in modifiers):
            yield name


def _modifiers(source: JavaSource, node: "Node") -> list[str]:
    found = next((one for one in node.children if one.type == "modifiers"), None)
    return [source.text(one) for one in found.children] if found else []


def _head(source: JavaSource, node: "Node") -> str:
    body = node.child_by_field_name("body")
    end = body.start_byte if body else node.end_byte
    text = source.data[node.start_byte : end].decode("utf-8", "replace")
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL).partition("=")[0]
    return " ".join(text.split())
