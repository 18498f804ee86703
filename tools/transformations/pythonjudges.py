"""How a Python project is judged while it is transformed: by its own checks, on the target's Python; what is left."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from patchwright.tools.checks import Results
from patchwright.tools.recipes.catalogue import catalogue
from patchwright.tools.recipes.code import as_code
from patchwright.tools.recipes.diagnosis import diagnose, unexplained
from patchwright.tools.recipes.planning import left_lines, left_of, reason
from patchwright.tools.toolchain import Toolchain
from patchwright.tools.tree import FileTree

if TYPE_CHECKING:
    from patchwright.tools.transformations.languages import Family
    from patchwright.tools.transformations.planning import DryRun

Release = tuple[int, ...]


def judged(found: Toolchain, family: "Family", base: FileTree, stages: Mapping[str, FileTree]) -> Toolchain:
    """The toolchain that was detected, on the target's image. Recipes change no dependency: the base's are all."""
    if not found.family.startswith("python"):
        return found  # the definition's entry checks say so
    others = (one for one in found.families if not one.startswith("python"))
    return found.model_copy(
        update={"families": (family, *others), "notes": (*found.notes, f"Judged on the image {family}.")}
    )


def called_for(baseline: Results, release: Release) -> Mapping[str, str]:
    """How many failing tests of the base show which error that a recipe answers, by the recipe's name."""
    return {one.recipe: reason(one, ()) for one in diagnose(baseline, catalogue((release[0], release[1])))}


def python_left(run: "DryRun", base: FileTree, baseline: Results, release: Release) -> list[str]:
    """A line for each thing: what recipes named, what is gone from the library, failures that no recipe knows."""
    target = (release[0], release[1])
    recipes = catalogue(target)
    changed = {one.recipe.name for one in run.recipes}
    idle = [one for one in diagnose(baseline, recipes) if one.recipe not in changed]
    code = as_code(run.trees[list(run.trees)[-1]])
    left = left_of(code, run.leftovers, idle, target)
    return left_lines(left, unexplained(baseline, recipes, code.modules, left))
