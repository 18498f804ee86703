"""`base64.encodestring` and `decodestring` are gone since Python 3.9."""

from patchwright.tools.recipes.move import renamed
from patchwright.tools.recipes.moves import recipe

TABLE = renamed("base64.encodestring", "base64.encodebytes") | renamed("base64.decodestring", "base64.decodebytes")

RECIPE = recipe(
    "python.base64-bytes",
    "Call base64.encodebytes and decodebytes: encodestring and decodestring went in Python 3.9",
    (3, 9),
    TABLE,
)
