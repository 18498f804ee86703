"""What differs between the languages of transformations: their images and releases, their sources, their judges."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from patchwright.tools.checks import Results
from patchwright.tools.recipes import metadata
from patchwright.tools.toolchain import Toolchain
from patchwright.tools.transformations import checks as c
from patchwright.tools.transformations import javatests, maven, pythonjudges, pythontests
from patchwright.tools.transformations.javaleft import java_left
from patchwright.tools.tree import FileTree

if TYPE_CHECKING:
    from patchwright.tools.transformations.planning import DryRun

Family = Literal["java-17", "java-21", "python", "python-3.13"]

Release = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """One language of transformations; everything here reads trees and results, and runs nothing.

    `recipes` is how the names of its recipes begin. `images` are its families and the release that each runs.
    `foreign` are the checks that mean nothing for it.
    """

    name: str
    recipes: str
    platform: str
    """How a plan speaks of what it moves to."""
    images: Mapping[Family, Release]
    foreign: tuple[type[c.TransformationCheck], ...]
    tests: Callable[[FileTree], frozenset[str]]
    """Files of tests, test classes and test methods that a tree declares."""
    declared: Callable[[FileTree], int]
    """How many tests a tree declares where its runner looks for them."""
    face: Callable[[FileTree], Mapping[str, frozenset[str]]]
    """By file, its public declarations; no file that cannot be read."""
    versions: Callable[[FileTree], Mapping[str, frozenset[str]]]
    """Versions that the tree asks for, by what they are of."""
    judged: Callable[[Toolchain, Family, FileTree, Mapping[str, FileTree]], Toolchain]
    """The toolchain that judges on this family, for the base and the tree after each stage, by its name."""
    called_for: Callable[[Results, Release], Mapping[str, str]]
    """What on the base calls for a recipe, by its name, in words."""
    left: Callable[["DryRun", FileTree, Results, Release], list[str]]
    """What the recipes leave of the base to a model or a person: file, line, what is wrong, a suggestion."""
    learns: bool = False
    """Whether plugins that fail while dependencies are fetched change what has to be fetched."""


JAVA = Language(
    name="Java",
    recipes="java.",
    platform="the target's JDK",
    images={"java-17": (17,), "java-21": (21,)},
    foreign=(c.PythonIs,),
    tests=javatests.methods_of_tests,
    declared=javatests.declared_tests,
    face=javatests.public_face,
    versions=maven.versions,
    judged=maven.judged,
    called_for=lambda baseline, release: {},
    left=java_left,
    learns=True,
)

PYTHON = Language(
    name="Python",
    recipes="python.",
    platform="the target's Python",
    images={"python": (3, 11), "python-3.13": (3, 13)},
    foreign=(c.ClassMajor, c.DependencyAtLeast),
    tests=pythontests.methods_of_tests,
    declared=pythontests.declared_tests,
    face=pythontests.public_face,
    versions=metadata.requirements,
    judged=pythonjudges.judged,
    called_for=pythonjudges.called_for,
    left=pythonjudges.python_left,
)

BY_FAMILY: Mapping[Family, Language] = {family: one for one in (JAVA, PYTHON) for family in one.images}
