"""Compile for the target: every place of the POMs that names a lower Java release."""

import re
from collections.abc import Iterator

from patchwright.tools.recipes.base import Rewrite
from patchwright.tools.recipes.java.maven import Edits, Place, Project, add_properties, configure_plugin
from patchwright.tools.recipes.java.versions import major
from patchwright.tools.recipes.platform import Knobs, TreeRecipe
from patchwright.tools.tree import FileTree

PLUGINS = frozenset({"maven-compiler-plugin", "maven-javadoc-plugin"})
SETTINGS = ("source", "target", "release", "testSource", "testTarget", "testRelease")
PROPERTIES = frozenset(
    {*(f"maven.compiler.{name}" for name in SETTINGS), "maven.compile.source", "maven.compile.target", "java.version"}
)
"""What the compiler plugin reads by itself, and what widespread parent POMs (Apache Commons, Spring Boot) read."""

_PROPERTY = re.compile(r"\$\{((?!project\.|env\.|settings\.)[\w.-]+)\}")
_LEVEL = re.compile(r"(?:1\.)?[1-9]\d?")


def rewrite(tree: FileTree, knobs: Knobs) -> Rewrite:
    """Raise what is lower than the target; add it where a root POM says nothing, or names what a parent says."""
    project, edits = Project(tree), Edits()
    edits.leftovers += project.unreadable
    told: set[str] = set()
    missing: dict[str, dict[str, str]] = {}
    for path in project.built:
        for place in _places(project, path):
            root = project.line_up(path)[-1]
            told.add(root)
            inherited = _raise(project, edits, place, knobs.target)
            if inherited:
                missing.setdefault(root, {})[inherited] = str(knobs.target)
    for path, properties in missing.items():
        add_properties(project, edits, path, properties)
    for path in project.roots():
        if path not in told:
            _add(project, edits, path, str(knobs.target))
    return Rewrite(project.changes(edits), tuple(edits.leftovers))


def _add(project: Project, edits: Edits, path: str, target: str) -> None:
    """Properties, or for a child of a foreign parent, which may say otherwise in full, the plugin's own settings."""
    if project.poms[path].root.child("parent") is None:
        names = ("maven.compiler.source", "maven.compiler.target")
        add_properties(project, edits, path, dict.fromkeys(names, target))
    else:
        configure_plugin(project, edits, path, "maven-compiler-plugin", dict.fromkeys(("source", "target"), target))


def _places(project: Project, path: str) -> Iterator[Place]:
    document = project.poms[path]
    for properties in document.root.every("properties"):
        yield from (Place(path, document, one) for one in properties.children if one.name in PROPERTIES)
    for plugin in document.root.every("plugin"):
        if plugin.value("artifactId") in PLUGINS:
            for configuration in plugin.every("configuration"):
                yield from (Place(path, document, one) for one in configuration.children if one.name in SETTINGS)


def _raise(project: Project, edits: Edits, place: Place, target: int) -> str:
    """Raise one place; returns the name of a property that it takes from a foreign parent, "" if it takes none."""
    written, named = project.written(place), _PROPERTY.fullmatch(place.element.text)
    if written is None and named and project.property(place.path, named[1]) is None:
        return named[1]
    if written is None:
        edits.leave(place, "compiler-level", f"{place.element.text!r} is put together from parts: set it by hand")
    elif _LEVEL.fullmatch(written.element.text) and major(written.element.text) < target:
        edits.set_text(written, str(target))
    return ""


RECIPE = TreeRecipe(
    name="java.compiler-level",
    title="Compile for the target Java release",
    rewrite=rewrite,
    risk="Class files need the target Java release to run.",
)
