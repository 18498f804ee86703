"""`locale.format` is gone since Python 3.12."""

from patchwright.tools.recipes.move import renamed
from patchwright.tools.recipes.moves import recipe

TABLE = renamed("locale.format", "locale.format_string", everywhere=True)

RECIPE = recipe(
    "python.locale-format",
    "Call locale.format_string: locale.format went in Python 3.12",
    (3, 12),
    TABLE,
)
