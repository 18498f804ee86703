"""Build plugins that a foreign parent POM brings, and that failed on the target: raised in the project's own root."""

from patchwright.tools.recipes.base import Rewrite
from patchwright.tools.recipes.java.floors import floor_for, table
from patchwright.tools.recipes.java.maven import Edits, Place, Project, add_plugin
from patchwright.tools.recipes.platform import Knobs, TreeRecipe
from patchwright.tools.tree import FileTree


def rewrite(tree: FileTree, knobs: Knobs) -> Rewrite:
    """One declaration with a version for each failing plugin that the table knows and no POM of the tree declares."""
    project, edits = Project(tree), Edits()
    for name in sorted(knobs.failing):
        coordinate, _, version = name.rpartition(":")
        row = floor_for(table().floor, "plugin", coordinate, version, knobs.target)
        for path in project.roots():
            root = Place(path, project.poms[path], project.poms[path].root)
            if row is None:
                edits.leave(root, "plugin", f"{name} fails on Java {knobs.target}: raise it, or take it out")
            elif not project.declares(path, "plugin", frozenset({coordinate})):
                add_plugin(project, edits, path, coordinate, knobs.pin.get(coordinate, row.to))
    return Rewrite(project.changes(edits), tuple(edits.leftovers))


RECIPE = TreeRecipe(
    name="java.inherited-plugins",
    title="Raise build plugins of a foreign parent POM that fail on the target Java release",
    rewrite=rewrite,
    risk="The project goes before its parent in the versions of these plugins.",
)
