"""Two configurations on the same instances: is one better, what flipped, and why. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from patchwright.evals.instance import Record
from patchwright.evals.rows import Row
from patchwright.evals.stats import bootstrap, mcnemar
from patchwright.evals.summary import Share, Summary, first_attempts, share_of, summarize


class Flip(Record):
    """An instance that one configuration resolves and the other does not, and what the loser's attempt came to."""

    instance_id: str
    winner: str
    failure: str
    reason: str
    loser_outcome: str
    loser_verdict: str


class Comparison(Record):
    """A paired comparison over the `common` instances. Differences are second minus first."""

    first: Summary
    second: Summary
    common: int
    resolved_first: Share
    resolved_second: Share
    both: int
    neither: int
    only_first: int
    only_second: int
    p: float
    """McNemar, exact, two-sided."""
    difference: float
    low: float
    high: float
    """Of the resolved share, from -1 to 1, with its 95 % interval (bootstrap over instances, all attempts)."""
    flips: tuple[Flip, ...]

    @property
    def sure(self) -> bool:
        """Whether the difference is more than chance, by the usual bound."""
        return self.p < 0.05


def compare(rows: Iterable[Row], first: str, second: str) -> Comparison:
    """Compare two configurations. Raises ValueError if they share no instance."""
    fair = [row for row in rows if not row.infrastructure and row.setup in (first, second)]
    sides = {name: [row for row in fair if row.setup == name] for name in (first, second)}
    tries = {name: {row.instance_id: row for row in first_attempts(mine)} for name, mine in sides.items()}
    common = sorted(tries[first].keys() & tries[second].keys())
    if not common:
        raise ValueError(f"{first} and {second} have no instance in common")
    pairs = [(tries[first][name], tries[second][name]) for name in common]
    only_first = sum(a.resolved and not b.resolved for a, b in pairs)
    only_second = sum(b.resolved and not a.resolved for a, b in pairs)
    differences = _differences(sides[first], sides[second], common)
    low, high = bootstrap(differences)
    return Comparison(
        first=summarize(sides[first])[0],
        second=summarize(sides[second])[0],
        common=len(common),
        resolved_first=share_of([a for a, _ in pairs], lambda row: row.resolved),
        resolved_second=share_of([b for _, b in pairs], lambda row: row.resolved),
        both=sum(a.resolved and b.resolved for a, b in pairs),
        neither=sum(not a.resolved and not b.resolved for a, b in pairs),
        only_first=only_first,
        only_second=only_second,
        p=mcnemar(only_first, only_second),
        difference=sum(differences) / len(differences),
        low=low,
        high=high,
        flips=tuple(_flip(a, b) for a, b in pairs if a.resolved != b.resolved),
    )


def _differences(first: Sequence[Row], second: Sequence[Row], common: Sequence[str]) -> list[float]:
    shares = [_shares(first), _shares(second)]
    return [shares[1][name] - shares[0][name] for name in common]


def _shares(rows: Sequence[Row]) -> dict[str, float]:
    found = defaultdict[str, list[bool]](list)
    for row in rows:
        found[row.instance_id].append(row.resolved)
    return {name: sum(one) / len(one) for name, one in found.items()}


def _flip(first: Row, second: Row) -> Flip:
    winner, loser = (first, second) if first.resolved else (second, first)
    return Flip(
        instance_id=first.instance_id,
        winner=winner.setup,
        failure=loser.failure,
        reason=loser.reason or (loser.notes[0] if loser.notes else ""),
        loser_outcome=loser.outcome,
        loser_verdict=loser.verdict,
    )
