"""Libraries that break on the target: raised to a version that works there, within what their API allows."""

from patchwright.tools.recipes.java.raising import raise_versions
from patchwright.tools.recipes.platform import TreeRecipe

RECIPE = TreeRecipe(
    name="java.dependency-floors",
    title="Raise libraries that do not work on the target Java release",
    rewrite=lambda tree, knobs: raise_versions(tree, knobs, ("dependency", "parent")),
    risk="A newer library may behave differently where no test looks.",
)
