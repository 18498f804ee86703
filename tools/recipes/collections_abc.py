"""`collections.Mapping` and the other abstract base classes are gone since Python 3.10."""

from patchwright.tools.recipes.move import moved
from patchwright.tools.recipes.moves import recipe

NAMES = """
    AsyncGenerator AsyncIterable AsyncIterator Awaitable ByteString Callable Collection Container Coroutine
    Generator Hashable ItemsView Iterable Iterator KeysView Mapping MappingView MutableMapping MutableSequence
    MutableSet Reversible Sequence Set Sized ValuesView
"""

RECIPE = recipe(
    "python.collections-abc",
    "Take abstract base classes from collections.abc: collections lost them in Python 3.10",
    (3, 10),
    moved("collections", NAMES.split(), "collections.abc"),
)
