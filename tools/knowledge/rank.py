"""Which definitions matter: PageRank over the files that use each other's names, drawn to what a reader asks about."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt

from patchwright.tools.knowledge.index import Names

DAMPING = 0.7
ROUNDS = 8
MANY, MANY_PLAIN = 12, 2
"""A name that more files define than this tells nothing about who uses whom; a plain one (`get`, `run`) tells less."""
SHORTEST = 3
LONG = 9
TELLING = re.compile(r"[A-Za-z0-9]_[A-Za-z0-9]|[a-z0-9][A-Z]")
"""Names of several words, and long ones, are rarely defined elsewhere too."""
ASKED = 8.0
"""How much more a use of a name counts that was asked about."""
PLAIN = 0.1
"""How much a plain name counts, which may as well be a library's: `append`, `join`, `max`."""

Place = tuple[int, str]
"""A blob and a name that it defines."""


@dataclass(frozen=True, slots=True)
class Interest:
    """What the reader asks about, each with a weight: names, blobs, and definitions found by their words."""

    names: Mapping[str, float] = field(default_factory=dict[str, float])
    blobs: Mapping[int, float] = field(default_factory=dict[int, float])
    places: Mapping[Place, float] = field(default_factory=dict[Place, float])


Uses = dict[int, list[tuple[int, str, float]]]
"""For each blob what it uses: the blob that defines it, the name, and how much that counts."""


def ranked(names: Mapping[int, Names], interest: Interest) -> dict[Place, float]:
    """The score of every definition that is used or asked about."""
    definers = _definers(names, interest)
    uses = _uses(names, definers, interest)
    start = _start(names, definers, interest)
    rank = page_rank(uses, start)
    scores: defaultdict[Place, float] = defaultdict(float)
    for blob, used in uses.items():
        whole = sum(weight for _, _, weight in used)
        for target, name, weight in used:
            scores[target, name] += rank.get(blob, 0.0) * weight / whole
    for name, weight in interest.names.items():
        for blob in definers.get(name, ()):
            scores[blob, name] += weight / len(definers[name])
    for place, weight in interest.places.items():
        scores[place] += weight
    return dict(scores)


def page_rank(uses: Uses, start: Mapping[int, float]) -> dict[int, float]:
    """Where a reader is who follows uses and begins anew at `start` now and then; sums to at most 1."""
    edges = {blob: _shares(used) for blob, used in uses.items()}
    rank = dict(start)
    for _ in range(ROUNDS):
        following: defaultdict[int, float] = defaultdict(float)
        for blob, here in rank.items():
            for target, share in edges.get(blob, ()):
                following[target] += DAMPING * here * share
        for blob, weight in start.items():
            following[blob] += (1 - DAMPING) * weight
        rank = following
    return rank


def _shares(used: list[tuple[int, str, float]]) -> list[tuple[int, float]]:
    sums: defaultdict[int, float] = defaultdict(float)
    for target, _, weight in used:
        sums[target] += weight
    whole = sum(sums.values())
    return [(target, weight / whole) for target, weight in sums.items()]


def _definers(names: Mapping[int, Names], interest: Interest) -> dict[str, list[int]]:
    # Counted first: most names of a large repository are defined in too many files to be listed.
    many = Counter[str]()
    for found in names.values():
        many.update(set(found.defines))
    definers: dict[str, list[int]] = {name: [] for name, files in many.items() if _tells(name, files, interest)}
    for blob, found in names.items():
        for name in definers.keys() & found.defines:
            definers[name].append(blob)
    return definers


def _tells(name: str, files: int, interest: Interest) -> bool:
    if files > MANY or len(name) < SHORTEST:
        return False
    return files <= MANY_PLAIN or _weight(name, interest) > PLAIN


def _uses(names: Mapping[int, Names], definers: Mapping[str, list[int]], interest: Interest) -> Uses:
    users = Counter[str]()
    for found in names.values():
        users.update(found.uses)
    # What everybody uses (`super`, `setdefault`) tells little about who uses it.
    weights = {
        name: _weight(name, interest) / len(blobs) / sqrt(users[name])
        for name, blobs in definers.items()
        if name in users
    }
    uses = Uses()
    for blob, found in names.items():
        used = [
            (target, name, weights[name])
            for name in found.uses
            if name in weights
            for target in definers[name]
            if target != blob
        ]
        if used:
            uses[blob] = used
    return uses


def _weight(name: str, interest: Interest) -> float:
    """How much a use of this name tells."""
    if name in interest.names:
        return ASKED
    return 1.0 if TELLING.search(name) or len(name) >= LONG else PLAIN


def _start(names: Mapping[int, Names], definers: Mapping[str, list[int]], interest: Interest) -> dict[int, float]:
    """Where the reader begins: at what was asked about, or anywhere if that is nowhere here."""
    start: defaultdict[int, float] = defaultdict(float)
    for name, weight in interest.names.items():
        for blob in definers.get(name, ()):
            start[blob] += weight / len(definers[name])
    for blob, weight in interest.blobs.items():
        start[blob] += weight
    for (blob, _), weight in interest.places.items():
        start[blob] += weight
    if not start:
        start |= dict.fromkeys(names, 1.0)
    whole = sum(start.values())
    return {blob: weight / whole for blob, weight in start.items()}
