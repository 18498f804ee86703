"""Build plugins that do not run on the target, or cannot read its class files: raised to a version that does."""

from patchwright.tools.recipes.java.raising import raise_versions
from patchwright.tools.recipes.platform import TreeRecipe

RECIPE = TreeRecipe(
    name="java.plugin-floors",
    title="Raise build plugins that do not work on the target Java release",
    rewrite=lambda tree, knobs: raise_versions(tree, knobs, ("plugin",)),
    risk="Newer build plugins may have other defaults; what they build and test is compared.",
)
