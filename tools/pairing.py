"""Lines of a file before and after a change: which of the later ones are the earlier ones, moved."""

from collections.abc import Sequence

MOST = 250_000
"""Pairs that are weighed; of more, the last lines are taken for the new ones."""


def unpaired(before: Sequence[int], after: Sequence[int]) -> list[int]:
    """The positions in `after` that are new: the others are those of `before`, in order, moved as little as can be.

    Both are sorted. Where two choices move lines equally, the later ones are new.
    """
    if not before or len(before) >= len(after) or len(before) * len(after) > MOST:
        return list(range(len(before), len(after)))
    costs = [[0] * (len(after) + 1)]
    for line in before:
        costs.append(_row(costs[-1], line, after))
    return _left(costs, len(before), len(after))


def _row(above: Sequence[int], line: int, after: Sequence[int]) -> list[int]:
    """The least that lines move up to and with this one, for each number of the first lines after."""
    never = 1 << 60
    row = [never]
    for at, other in enumerate(after):
        row.append(min(row[-1], above[at] + abs(other - line)))
    return row


def _left(costs: Sequence[Sequence[int]], paired: int, at: int) -> list[int]:
    left: list[int] = []
    while at:
        at -= 1
        if costs[paired][at + 1] == costs[paired][at] or not paired:
            left.append(at)
        else:
            paired -= 1
    return left[::-1]
