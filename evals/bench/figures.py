"""What a script measured: each figure with its target and, from the same run, what the machine itself needs."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

HEADER = "| what | here | target | met | beside it, in the same run |\n|---|---:|---:|:---:|---|"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing in `unit`; the `target` is the most that it may be (None: there is none)."""

    name: str
    value: float
    unit: str
    target: float | None = None
    beside: str = ""

    @property
    def met(self) -> str:
        """`yes`, `no`, or nothing without a target."""
        if self.target is None:
            return ""
        return "yes" if self.value <= self.target else "**no**"


def table(title: str, figures: Iterable[Figure]) -> str:
    """The figures as Markdown."""
    rows = (
        f"| {one.name} | {shown(one.value, one.unit)} "
        f"| {'' if one.target is None else shown(one.target, one.unit)} | {one.met} | {one.beside} |"
        for one in figures
    )
    return "\n".join([f"## {title}", "", HEADER, *rows, ""])


def shown(value: float, unit: str) -> str:
    """Three digits and the unit: `0.013 ms`, `13.1 ms`, `131 ms`."""
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f} {unit}".strip()


def timed(action: Callable[[], object], runs: int, warm: int = 1) -> list[float]:
    """Milliseconds of each run, sorted; `warm` runs before are not counted."""
    for _ in range(warm):
        action()
    found: list[float] = []
    for _ in range(runs):
        begun = time.perf_counter()
        action()
        found.append(1000 * (time.perf_counter() - begun))
    return sorted(found)


def quantile(values: Iterable[float], share: float = 0.5) -> float:
    """The value at that share of the sorted ones; the median without a share."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
