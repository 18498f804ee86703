"""`Thread.isAlive` is gone since Python 3.9."""

from patchwright.tools.recipes.methods import recipe

RECIPE = recipe(
    "python.thread-is-alive",
    "Call Thread.is_alive: isAlive went in Python 3.9",
    (3, 9),
    {"isAlive": "is_alive"},
    module="threading",
)
