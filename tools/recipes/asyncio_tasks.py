"""`asyncio.Task.all_tasks` and `current_task` are gone since Python 3.9."""

from patchwright.tools.recipes.moves import moved, recipe

TABLE = moved("asyncio.Task", ["all_tasks", "current_task"], "asyncio")

RECIPE = recipe(
    "python.asyncio-tasks",
    "Call asyncio.all_tasks and current_task: the methods of Task went in Python 3.9",
    (3, 9),
    TABLE,
)
