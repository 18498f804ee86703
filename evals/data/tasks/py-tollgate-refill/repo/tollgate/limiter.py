"""Limits by key, and several at once."""

import time
from dataclasses import dataclass

from tollgate.bucket import Bucket


@dataclass(frozen=True)
class Answer:
    """Whether a request is let through, and if not: in how many seconds it would be."""

    allowed: bool
    retry_after: float = 0.0


class Limiter:
    """A bucket for each key."""

    def __init__(self, rate, burst, clock=time.time):
        if rate <= 0 or burst <= 0:
            raise ValueError("rate and burst have to be above 0")
        self.rate = rate
        self.burst = burst
        self._clock = clock
        self._buckets = {}

    def ask(self, key, count=1):
        """Take `count` tokens of the key's bucket, if they are there."""
        if count > self.burst:
            raise ValueError(f"{count} at once is more than the burst of {self.burst}")
        now = self._clock()
        bucket = self.bucket(key, now)
        if bucket.take(count, now):
            return Answer(True)
        return Answer(False, bucket.wait(count, now))

    def give_back(self, key, count=1):
        """Put tokens back that were taken for nothing."""
        bucket = self._buckets.get(key)
        if bucket:
            bucket.tokens = min(bucket.burst, bucket.tokens + count)

    def bucket(self, key, now):
        """The key's bucket; a full one if there was none."""
        if key not in self._buckets:
            self._buckets[key] = Bucket(self.rate, self.burst, now)
        return self._buckets[key]

    def sweep(self):
        """Forget full buckets; how many there were."""
        now = self._clock()
        full = [key for key, bucket in self._buckets.items() if bucket.is_full(now)]
        for key in full:
            del self._buckets[key]
        return len(full)

    def __len__(self):
        return len(self._buckets)


class All:
    """Lets through what all of its limiters do; takes from none if one refuses."""

    def __init__(self, *limiters):
        self.limiters = limiters

    def ask(self, key, count=1):
        """Ask all; of several refusals the longest wait counts."""
        taken, refusals = [], []
        for limiter in self.limiters:
            answer = limiter.ask(key, count)
            if answer.allowed:
                taken.append(limiter)
            else:
                refusals.append(answer)
        if not refusals:
            return Answer(True)
        for limiter in taken:
            limiter.give_back(key, count)
        return Answer(False, max(answer.retry_after for answer in refusals))
