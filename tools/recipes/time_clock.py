"""`time.clock` is gone since Python 3.8."""

from patchwright.tools.recipes.move import renamed
from patchwright.tools.recipes.moves import recipe

TABLE = renamed("time.clock", "time.perf_counter")

RECIPE = recipe(
    "python.time-clock",
    "Measure with time.perf_counter: time.clock went in Python 3.8",
    (3, 8),
    TABLE,
)
