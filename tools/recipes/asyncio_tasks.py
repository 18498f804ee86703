"""`asyncio.Task.all_tasks` and `current_task` are gone since Python 3.9."""

from patchwright.tools.recipes.move import moved
from patchwright.tools.recipes.moves import recipe

TABLE = moved("asyncio.Task", ["all_tasks", "current_task"], "asyncio", since=(3, 7))

RECIPE = recipe(
    "python.asyncio-tasks",
    "Call asyncio.all_tasks and current_task: the methods of Task went in Python 3.9",
    (3, 9),
    TABLE,
)
