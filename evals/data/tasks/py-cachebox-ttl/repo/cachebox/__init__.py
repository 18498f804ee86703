"""A small LRU cache."""

from cachebox.cache import Cache, Stats
from cachebox.memo import memoize

__all__ = ["Cache", "Stats", "memoize"]
