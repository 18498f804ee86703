"""Maven's versions as far as a floor needs them: "is this older than that"."""

import re
from itertools import zip_longest

_QUALIFIERS = {"alpha": -5, "a": -5, "beta": -4, "b": -4, "milestone": -3, "m": -3, "rc": -2, "cr": -2, "snapshot": -1}
_PARTS = re.compile(r"\d+|[a-z]+")


def older(version: str, floor: str) -> bool:
    """Whether `version` comes before `floor` in Maven's order; an unknown qualifier comes after the release."""
    pairs = zip_longest(_key(version), _key(floor), fillvalue=0)
    return next((mine < theirs for mine, theirs in pairs if mine != theirs), False)


def major(version: str) -> int:
    """The first number; 0 without one. The 1 of "1.8" counts as Java counts it: 8."""
    numbers = [int(part) for part in re.findall(r"\d{1,9}", version)[:2]]
    return numbers[1] if len(numbers) > 1 and numbers[0] == 1 else (numbers or [0])[0]


def _key(version: str) -> list[int]:
    words = _PARTS.findall(version.lower()[:100])
    return [int(word) if word.isdigit() else _QUALIFIERS.get(word, 0) for word in words]
