"""`ConfigParser.readfp` is gone since Python 3.12."""

from patchwright.tools.recipes.methods import recipe

RECIPE = recipe(
    "python.configparser-read-file",
    "Call ConfigParser.read_file: readfp went in Python 3.12",
    (3, 12),
    {"readfp": "read_file"},
    module="configparser",
    only_3=("read_file",),
)
