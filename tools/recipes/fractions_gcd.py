"""`fractions.gcd` is gone since Python 3.9."""

from patchwright.tools.recipes.move import moved
from patchwright.tools.recipes.moves import recipe

TABLE = moved("fractions", ["gcd"], "math", since=(3, 5))

RECIPE = recipe(
    "python.fractions-gcd",
    "Take gcd from math: fractions.gcd went in Python 3.9",
    (3, 9),
    TABLE,
)
