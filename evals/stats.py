"""The few statistics that an evaluation needs, exact and without chance where they can be. Pure."""

import math
import random
from collections.abc import Sequence

Z = 1.959963984540054
"""Of a 95 % interval."""
SAMPLES = 10_000
SEED = 20_261_123


def wilson(successes: int, trials: int, z: float = Z) -> tuple[float, float]:
    """The score interval of a proportion, from 0 to 1; (0, 1) without a trial."""
    if not trials:
        return 0.0, 1.0
    share, square = successes / trials, z * z
    centre = share + square / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    whole = 1 + square / trials
    return max(0.0, (centre - spread) / whole), min(1.0, (centre + spread) / whole)


def pass_at_k(trials: int, successes: int, k: int) -> float:
    """The unbiased estimate of the chance that one of `k` attempts succeeds, from `trials` of them (k <= trials)."""
    if trials - successes < k:
        return 1.0
    return 1.0 - math.comb(trials - successes, k) / math.comb(trials, k)


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p of the paired test: how likely so uneven flips are if neither is better."""
    flips, few = only_first + only_second, min(only_first, only_second)
    if not flips:
        return 1.0
    tail = sum(math.comb(flips, at) for at in range(few + 1)) / float(2**flips)
    return min(1.0, 2 * tail)


def bootstrap(differences: Sequence[float], samples: int = SAMPLES, seed: int = SEED) -> tuple[float, float]:
    """The 95 % interval of the mean of paired differences, by resampling; the same numbers give the same interval."""
    if not differences:
        return 0.0, 0.0
    chance, size = random.Random(seed), len(differences)
    means = sorted(sum(chance.choices(differences, k=size)) / size for _ in range(samples))
    return means[int(0.025 * samples)], means[min(samples - 1, int(0.975 * samples))]


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share lies, between neighbours; 0 of nothing."""
    if not values:
        return 0.0
    ordered, at = sorted(values), share * (len(values) - 1)
    low, high = math.floor(at), math.ceil(at)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)
