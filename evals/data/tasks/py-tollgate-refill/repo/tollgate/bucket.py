"""One bucket of tokens."""


class Bucket:
    """Holds at most `burst` tokens; `rate` new ones come each second."""

    def __init__(self, rate, burst, now):
        self.rate = rate
        self.burst = burst
        self.tokens = burst
        self.filled = now

    def refill(self, now):
        """Add the tokens that have come since the last time."""
        new = int((now - self.filled) * self.rate)
        self.tokens = min(self.burst, self.tokens + new)
        self.filled = now

    def take(self, count, now):
        """Whether `count` tokens were there; they are gone then."""
        self.refill(now)
        if self.tokens < count:
            return False
        self.tokens -= count
        return True

    def wait(self, count, now):
        """Seconds until `count` tokens will be there."""
        self.refill(now)
        missing = count - self.tokens
        return max(0, missing // self.rate)

    def is_full(self, now):
        """Whether nothing of it is in use."""
        self.refill(now)
        return self.tokens >= self.burst
