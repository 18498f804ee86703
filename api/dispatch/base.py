"""What a door asks of whoever works on runs."""

from typing import Protocol


class Dispatch(Protocol):
    """Legs of runs: each drives a run until it waits for a human or ends."""

    def submit(self, run_id: str, *, priority: int = 0, key: str = "") -> None:
        """Enqueue the next leg of this run for whoever asked by `key`; twice is harmless."""
        ...

    def cancel(self, run_id: str) -> None:
        """Stop the leg that works on this run, within a second."""
        ...

    def depth(self) -> int:
        """How many legs wait."""
        ...

    def close(self) -> None:
        """Take no new leg, and give the ones at work back at a safe point."""
        ...
