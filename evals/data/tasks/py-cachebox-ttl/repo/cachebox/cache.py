"""The cache."""

from collections import OrderedDict
from dataclasses import dataclass

MISSING = object()


@dataclass(frozen=True)
class Stats:
    """How often something was found, not found, and thrown out for want of room."""

    hits: int = 0
    misses: int = 0
    evictions: int = 0


class Cache:
    """Holds at most `capacity` entries; the one that was not used for longest makes room."""

    def __init__(self, capacity):
        if capacity < 1:
            raise ValueError("capacity has to be at least 1")
        self.capacity = capacity
        self._entries = OrderedDict()
        self._hits = self._misses = self._evictions = 0

    @property
    def stats(self):
        return Stats(self._hits, self._misses, self._evictions)

    def get(self, key, default=None):
        """The value, which is now the newest; `default` if there is none."""
        value = self._entries.get(key, MISSING)
        if value is MISSING:
            self._misses += 1
            return default
        self._hits += 1
        self._entries.move_to_end(key)
        return value

    def peek(self, key, default=None):
        """The value, without any effect."""
        return self._entries.get(key, default)

    def set(self, key, value):
        """Keep a value as the newest."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        while len(self._entries) > self.capacity:
            self._entries.popitem(last=False)
            self._evictions += 1

    def pop(self, key, default=MISSING):
        """Take an entry out. Raises KeyError if there is none and no default."""
        value = self._entries.pop(key, default)
        if value is MISSING:
            raise KeyError(key)
        return value

    def clear(self):
        """Forget all entries; the stats stay."""
        self._entries.clear()

    def items(self):
        """Keys and values, the oldest first."""
        return list(self._entries.items())

    def __contains__(self, key):
        return key in self._entries

    def __iter__(self):
        return iter(list(self._entries))

    def __len__(self):
        return len(self._entries)

    def __repr__(self):
        return f"Cache({len(self)} of {self.capacity})"
