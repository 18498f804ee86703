"""`xml.etree.cElementTree` is gone since Python 3.9."""

from patchwright.tools.recipes.modules import recipe

RECIPE = recipe(
    "python.celementtree",
    "Import xml.etree.ElementTree: cElementTree went in Python 3.9",
    (3, 9),
    {"xml.etree.cElementTree": "xml.etree.ElementTree"},
)
