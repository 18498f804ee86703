"""How often somebody may do something: buckets that fill with time. One process's memory, on a monotonic clock."""

import time
from collections import OrderedDict
from collections.abc import Callable

MOST = 10_000
"""Callers that are remembered; the one that was heard of longest ago is forgotten first, and begins anew."""


class Rates:
    """A bucket per caller, of `per_minute` each, full at the beginning."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets = OrderedDict[str, tuple[float, float]]()

    def take(self, caller: str, per_minute: int) -> float:
        """Take one; 0.0 if there was one, else the seconds until there is."""
        left = self._left(caller, per_minute)
        if left < 1:
            return (1 - left) * 60 / per_minute
        self._buckets[caller] = (left - 1, self._clock())
        self._buckets.move_to_end(caller)
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        return 0.0

    def _left(self, caller: str, per_minute: int) -> float:
        left, at = self._buckets.get(caller, (float(per_minute), self._clock()))
        return min(float(per_minute), left + (self._clock() - at) * per_minute / 60)
