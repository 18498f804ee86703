"""Every recipe that a transformation may name, of all languages, by its name."""

from collections.abc import Mapping
from dataclasses import replace

from patchwright.tools.recipes import catalogue as python
from patchwright.tools.recipes import metadata
from patchwright.tools.recipes.base import Recipe
from patchwright.tools.recipes.java import catalogue as java
from patchwright.tools.recipes.platform import Knobs, TreeRecipe

TREE_RECIPES: Mapping[str, TreeRecipe] = {one.name: one for one in (*java.RECIPES, *metadata.RECIPES)}

_ALL: tuple[Recipe, ...] = (*java.RECIPES, *python.RECIPES, *metadata.RECIPES)

NAMES: tuple[str, ...] = tuple(one.name for one in _ALL)
"""Each begins with its language: "java.", "python."."""


def find_recipe(name: str, knobs: Knobs) -> Recipe | None:
    """The recipe for the release and with the knobs that are given; None if there is none of this name."""
    found = TREE_RECIPES.get(name)
    if found:
        return replace(found, knobs=knobs)
    written = next((one for one in python.RECIPES if one.name == name), None)
    return replace(written, target=(knobs.release[0], knobs.release[1])) if written else None
