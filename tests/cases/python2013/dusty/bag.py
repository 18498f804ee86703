"""A mapping that counts."""

import collections
import time
from fractions import gcd


class Bag(collections.MutableMapping):
    """Counts by key; a key that was never added counts 0."""

    def __init__(self, counts=()):
        self.made = time.clock()
        self._counts = collections.OrderedDict(counts)

    def __getitem__(self, key):
        return self._counts.get(key, 0)

    def __setitem__(self, key, count):
        self._counts[key] = count

    def __delitem__(self, key):
        del self._counts[key]

    def __iter__(self):
        return iter(self._counts)

    def __len__(self):
        return len(self._counts)

    def step(self):
        """The largest number that divides all counts."""
        found = 0
        for count in self._counts.values():
            found = gcd(found, count)
        return found
