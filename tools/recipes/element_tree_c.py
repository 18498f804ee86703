"""`xml.etree.cElementTree` is gone since Python 3.9."""

from patchwright.tools.recipes.moves import recipe, renamed

TABLE = renamed("xml.etree.cElementTree", "xml.etree.ElementTree", everywhere=True)

RECIPE = recipe(
    "python.celementtree",
    "Import xml.etree.ElementTree: cElementTree went in Python 3.9",
    (3, 9),
    TABLE,
)
