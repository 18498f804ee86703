"""`typing.io` and `typing.re` are gone since Python 3.13."""

from patchwright.tools.recipes.moves import moved, recipe

TABLE = moved("typing.io", ["IO", "TextIO", "BinaryIO"], "typing") | moved("typing.re", ["Match", "Pattern"], "typing")

RECIPE = recipe(
    "python.typing-io",
    "Import from typing itself: typing.io and typing.re went in Python 3.13",
    (3, 13),
    TABLE,
)
