"""What every leg needs, imported once by the process that legs are forked from: a leg then starts in milliseconds.

What is imported here is shared by all legs; the collector leaves it alone, or else it would copy it page by page.
"""

import gc

import docker  # noqa: F401  # pyright: ignore[reportUnusedImport]
import httpx2  # noqa: F401  # pyright: ignore[reportUnusedImport]

from patchwright.agent import ahead, graph, nodes  # noqa: F401  # pyright: ignore[reportUnusedImport]
from patchwright.api.dispatch import leg  # noqa: F401  # pyright: ignore[reportUnusedImport]

ahead.load()
gc.collect()
gc.freeze()
