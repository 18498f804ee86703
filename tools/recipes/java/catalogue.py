"""The Java recipes there are, in the order in which definitions use them."""

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
from patchwright.tools.recipes.platform import TreeRecipe

RECIPES: tuple[TreeRecipe, ...] = (
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
