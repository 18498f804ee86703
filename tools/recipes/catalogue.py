"""The recipes there are, in the order in which a plan uses them."""

from dataclasses import replace

from patchwright.tools.recipes import (
    array_bytes,
    async_name,
    asyncio_coroutine,
    asyncio_loop,
    asyncio_tasks,
    base64_bytes,
    collections_abc,
    configparser_read_file,
    configparser_safe,
    distutils_core,
    element_tree_c,
    element_tree_methods,
    find_executable,
    fractions_gcd,
    generator_stop,
    getargspec,
    hmac_digestmod,
    html_escape,
    imp_module,
    json_encoding,
    locale_format,
    open_mode,
    regex_flags,
    thread_is_alive,
    time_clock,
    typing_io,
    unittest_aliases,
)
from patchwright.tools.recipes.branches import Version
from patchwright.tools.recipes.rule import PythonRecipe

RECIPES: tuple[PythonRecipe, ...] = (
    async_name.RECIPE,
    collections_abc.RECIPE,
    getargspec.RECIPE,
    regex_flags.RECIPE,
    generator_stop.RECIPE,
    hmac_digestmod.RECIPE,
    html_escape.RECIPE,
    thread_is_alive.RECIPE,
    base64_bytes.RECIPE,
    array_bytes.RECIPE,
    time_clock.RECIPE,
    fractions_gcd.RECIPE,
    element_tree_c.RECIPE,
    element_tree_methods.RECIPE,
    json_encoding.RECIPE,
    open_mode.RECIPE,
    asyncio_coroutine.RECIPE,
    asyncio_loop.RECIPE,
    asyncio_tasks.RECIPE,
    unittest_aliases.RECIPE,
    imp_module.RECIPE,
    configparser_safe.RECIPE,
    configparser_read_file.RECIPE,
    distutils_core.RECIPE,
    find_executable.RECIPE,
    locale_format.RECIPE,
    typing_io.RECIPE,
)


def catalogue(target: Version) -> tuple[PythonRecipe, ...]:
    """All recipes for what is broken on a Python; those for later ones are left out."""
    return tuple(replace(recipe, target=target) for recipe in RECIPES if recipe.removed <= target)


def by_name(name: str, target: Version) -> PythonRecipe | None:
    """The recipe of a plan's step; None if there is none of this name for the target."""
    return next((recipe for recipe in catalogue(target) if recipe.name == name), None)
