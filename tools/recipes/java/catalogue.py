"""The Java recipes there are, by name."""

from collections.abc import Mapping
from dataclasses import replace

from patchwright.tools.recipes.java import (
    add_opens,
    base64,
    boxed,
    compiler_level,
    dependency_floors,
    enforcer,
    inherited_plugins,
    nashorn,
    new_instance,
    plugin_floors,
    removed_modules,
    traps,
    underscore,
)
from patchwright.tools.recipes.java.rule import JavaRecipe, Knobs

RECIPES: tuple[JavaRecipe, ...] = (
    plugin_floors.RECIPE,
    inherited_plugins.RECIPE,
    enforcer.RECIPE,
    dependency_floors.RECIPE,
    removed_modules.RECIPE,
    base64.RECIPE,
    nashorn.RECIPE,
    underscore.RECIPE,
    add_opens.RECIPE,
    compiler_level.RECIPE,
    traps.RECIPE,
    boxed.RECIPE,
    new_instance.RECIPE,
)

BY_NAME: Mapping[str, JavaRecipe] = {recipe.name: recipe for recipe in RECIPES}


def java_recipe(name: str, knobs: Knobs) -> JavaRecipe | None:
    """The recipe with these knobs; None if there is none of this name."""
    found = BY_NAME.get(name)
    return replace(found, knobs=knobs) if found else None
