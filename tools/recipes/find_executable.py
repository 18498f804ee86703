"""`distutils.spawn.find_executable` is gone since Python 3.12."""

from patchwright.tools.recipes.move import renamed
from patchwright.tools.recipes.moves import recipe

RECIPE = recipe(
    "python.find-executable",
    "Call shutil.which: distutils went in Python 3.12",
    (3, 12),
    renamed("distutils.spawn.find_executable", "shutil.which"),
)
