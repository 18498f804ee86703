"""`imp` is gone since Python 3.12."""

from patchwright.tools.recipes.move import renamed
from patchwright.tools.recipes.moves import recipe

RECIPE = recipe(
    "python.imp",
    "Use types.ModuleType and importlib.reload: imp went in Python 3.12",
    (3, 12),
    renamed("imp.new_module", "types.ModuleType", everywhere=True)
    | renamed("imp.reload", "importlib.reload", since=(3, 4)),
)
