"""Raising versions by the table, where they are written: in the element itself or in the property it names."""

from collections.abc import Iterator, Sequence
from typing import Literal

from patchwright.tools.recipes.base import Rewrite
from patchwright.tools.recipes.java.floors import Kind, floor_for, table
from patchwright.tools.recipes.java.maven import Coordinate, Edits, Project
from patchwright.tools.recipes.java.versions import older
from patchwright.tools.recipes.platform import Knobs
from patchwright.tools.tree import FileTree

Tag = Literal["plugin", "dependency", "parent"]


def raise_versions(tree: FileTree, knobs: Knobs, tags: Sequence[Tag]) -> Rewrite:
    """Every declared version of these tags that is below its floor; what has no good version is left, named."""
    project, edits = Project(tree), Edits()
    for found in declared(project, tags):
        kind: Kind = "plugin" if found.declared.element.name == "plugin" else "dependency"
        wanted = wanted_version(found, kind, knobs)
        if wanted and found.version:
            edits.set_text(found.version, wanted)
        for gone in table().gone:
            if gone.kind == kind and gone.names(found.name):
                edits.leave(found.declared, kind, f"{found.name} does not work on Java {knobs.target}: {gone.advice}")
    return Rewrite(project.changes(edits), tuple(dict.fromkeys(edits.leftovers)))


def declared(project: Project, tags: Sequence[Tag]) -> Iterator[Coordinate]:
    """All coordinates with these tags in the built POMs."""
    for path in project.built:
        for tag in tags:
            yield from project.coordinates(path, tag)


def wanted_version(found: Coordinate, kind: Kind, knobs: Knobs) -> str:
    """The version that a declaration is to have: the user's pin, else the table's; "" for no change."""
    if not found.number or found.name in knobs.forbid:
        return ""
    pinned = knobs.pin.get(found.name, "")
    if pinned:
        return pinned if older(found.number, pinned) else ""
    row = floor_for(table().floor, kind, found.name, found.number, knobs.target)
    return row.to if row else ""
