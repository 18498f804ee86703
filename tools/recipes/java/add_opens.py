"""Tests that reach into the JDK by reflection: the packages they need are opened to them, and no others."""

from patchwright.tools.recipes.base import Rewrite
from patchwright.tools.recipes.java.floors import Opened, table
from patchwright.tools.recipes.java.maven import Coordinate, Edits, Place, Project, add_properties
from patchwright.tools.recipes.java.raising import declared, wanted_version
from patchwright.tools.recipes.java.versions import older
from patchwright.tools.recipes.platform import Knobs, TreeRecipe
from patchwright.tools.tree import FileTree

RUNNERS = frozenset({"maven-surefire-plugin", "maven-failsafe-plugin"})
PROPERTY = "argLine"
"""What surefire and failsafe read where no configuration says another; jacoco puts its agent before it."""


def rewrite(tree: FileTree, knobs: Knobs) -> Rewrite:
    """One property in each root POM, and in each configured `argLine` that would hide it."""
    project, edits = Project(tree), Edits()
    packages = sorted(knobs.opened | _known(project, knobs))
    if not packages:
        return Rewrite()
    for path in project.built:
        for plugin in project.poms[path].root.every("plugin"):
            if plugin.value("artifactId") in RUNNERS:
                for line in plugin.every(PROPERTY):
                    _extend(project, edits, Place(path, project.poms[path], line), packages)
    for path in project.roots():
        place = project.property(path, PROPERTY)
        if place is not None:
            _extend(project, edits, place, packages)
        else:
            add_properties(project, edits, path, {PROPERTY: " ".join(_option(one) for one in packages)})
    return Rewrite(project.changes(edits), tuple(edits.leftovers))


def _known(project: Project, knobs: Knobs) -> frozenset[str]:
    """What libraries of the build need in the version that they will have."""
    found: set[str] = set()
    for one in declared(project, ("dependency",)):
        version = wanted_version(one, "dependency", knobs) or one.number
        found.update(package for row in table().opened if _applies(row, one, version) for package in row.packages)
    return frozenset(found)


def _applies(row: Opened, one: Coordinate, version: str) -> bool:
    return row.names(one.name) and bool(version) and not older(version, row.since) and older(version, row.below)


def _extend(project: Project, edits: Edits, place: Place, packages: list[str]) -> None:
    written = project.written(place) or place
    missing = [_option(one) for one in packages if _option(one) not in written.element.text]
    if missing:
        edits.set_text(written, " ".join([written.element.text, *missing]).strip())


def _option(package: str) -> str:
    return f"--add-opens={package}=ALL-UNNAMED"


RECIPE = TreeRecipe(
    name="java.add-opens",
    title="Open to the tests those JDK packages that they reach by reflection",
    rewrite=rewrite,
    risk="The opened packages are a debt: the library that needs them should be raised or replaced.",
)
