"""`typing.io` and `typing.re` are gone since Python 3.13."""

from patchwright.tools.recipes.modules import recipe

RECIPE = recipe(
    "python.typing-io",
    "Import from typing itself: typing.io and typing.re went in Python 3.13",
    (3, 13),
    {"typing.io": "typing", "typing.re": "typing"},
)
