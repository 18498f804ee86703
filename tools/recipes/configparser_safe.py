"""`SafeConfigParser` is gone since Python 3.12."""

from patchwright.tools.recipes.move import renamed
from patchwright.tools.recipes.moves import recipe

RECIPE = recipe(
    "python.configparser-safe",
    "Use configparser.ConfigParser: SafeConfigParser went in Python 3.12",
    (3, 12),
    renamed("configparser.SafeConfigParser", "configparser.ConfigParser", everywhere=True),
)
