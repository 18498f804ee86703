"""From rows to the figures of a report: one record per configuration. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from patchwright.evals.instance import Record
from patchwright.evals.rows import Row
from patchwright.evals.stats import pass_at_k, quantile, wilson


class Share(Record):
    """A part of a whole, with its 95 % interval (Wilson), from 0 to 1."""

    count: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """From 0 to 1; 0 of nothing."""
        return self.count / self.of if self.of else 0.0


class Cost(Record):
    """What attempts took: totals, and medians of one attempt."""

    requests: int
    tokens_in: int
    tokens_out: int
    tokens_cached: int
    money: float
    seconds: float
    median_tokens: float
    median_seconds: float
    seconds_per_request: float
    """What a model lets one wait for an answer, on average."""
    money_per_resolved: float | None
    """None if nothing was resolved."""


class Group(Record):
    """One repository, language or kind."""

    name: str
    resolved: Share


class Summary(Record):
    """One configuration. Attempts that the place spoiled are counted apart and in no share."""

    setup: str
    models: tuple[str, ...]
    instances: int
    attempts: int
    infrastructure: int
    resolved: Share
    """Of the first attempts."""
    pass_at: tuple[tuple[int, float], ...]
    """(k, pass@k), averaged over instances that have so many attempts."""
    false_success: Share
    """Of the attempts that claimed to be right: those that are not."""
    false_failure: Share
    """Of the attempts that claimed nothing: those that are right."""
    cost: Cost
    by_repository: tuple[Group, ...]
    by_language: tuple[Group, ...]
    by_kind: tuple[Group, ...]
    failures: tuple[tuple[str, int], ...]
    """(kind of failure, attempts), most frequent first."""


def summarize(rows: Iterable[Row]) -> tuple[Summary, ...]:
    """A summary of each configuration, by name."""
    by_setup = defaultdict[str, list[Row]](list)
    for row in rows:
        by_setup[row.setup].append(row)
    return tuple(_summary(setup, by_setup[setup]) for setup in sorted(by_setup))


def _summary(setup: str, rows: Sequence[Row]) -> Summary:
    fair = [row for row in rows if not row.infrastructure]
    first = first_attempts(fair)
    failures = Counter(row.failure for row in fair if row.failure)
    return Summary(
        setup=setup,
        models=tuple(sorted({model for row in rows for model in row.models})),
        instances=len({row.instance_id for row in rows}),
        attempts=len(rows),
        infrastructure=len(rows) - len(fair),
        resolved=share_of(first, lambda row: row.resolved),
        pass_at=tuple(_pass_at(fair)),
        false_success=share_of([row for row in fair if row.claimed], lambda row: not row.resolved),
        false_failure=share_of([row for row in fair if not row.claimed], lambda row: row.resolved),
        cost=cost_of(fair),
        by_repository=_groups(first, lambda row: row.repo),
        by_language=_groups(first, lambda row: row.language or "unknown"),
        by_kind=_groups(first, lambda row: row.kind),
        failures=tuple(failures.most_common()),
    )


def ranked(summaries: Iterable[Summary]) -> tuple[Summary, ...]:
    """From the best: more resolved; of equals fewer false successes, then cheaper, then quicker."""

    def key(one: Summary) -> tuple[float, float, float, float]:
        return (-one.resolved.share, one.false_success.share, one.cost.money, one.cost.seconds)

    return tuple(sorted(summaries, key=key))


def first_attempts(rows: Iterable[Row]) -> list[Row]:
    """Of each instance its first attempt that the place did not spoil."""
    found: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: row.attempt):
        found.setdefault(row.instance_id, row)
    return list(found.values())


def share_of(rows: Sequence[Row], holds: Callable[[Row], bool]) -> Share:
    """How many of the rows it holds for."""
    count = sum(holds(row) for row in rows)
    low, high = wilson(count, len(rows))
    return Share(count=count, of=len(rows), low=low, high=high)


def cost_of(rows: Sequence[Row]) -> Cost:
    """What these attempts took."""
    spent = [row.usage.plus(row.played) for row in rows]
    resolved, money = sum(row.resolved for row in rows), sum(one.money for one in spent)
    return Cost(
        requests=sum(one.requests for one in spent),
        tokens_in=sum(one.tokens_in for one in spent),
        tokens_out=sum(one.tokens_out for one in spent),
        tokens_cached=sum(one.tokens_cached for one in spent),
        money=money,
        seconds=sum(row.seconds for row in rows),
        median_tokens=quantile([one.tokens_in + one.tokens_out for one in spent], 0.5),
        median_seconds=quantile([row.seconds for row in rows], 0.5),
        seconds_per_request=sum(row.model_seconds for row in rows) / max(sum(one.requests for one in spent), 1),
        money_per_resolved=money / resolved if resolved else None,
    )


def _pass_at(rows: Sequence[Row]) -> Iterable[tuple[int, float]]:
    by_instance = defaultdict[str, list[bool]](list)
    for row in rows:
        by_instance[row.instance_id].append(row.resolved)
    most = max((len(found) for found in by_instance.values()), default=0)
    for k in sorted({1, *(2**power for power in range(1, 7)), most}):
        chances = [pass_at_k(len(one), sum(one), k) for one in by_instance.values() if len(one) >= k]
        if k <= most and chances:
            yield k, sum(chances) / len(chances)


def _groups(rows: Sequence[Row], name: Callable[[Row], str]) -> tuple[Group, ...]:
    found = defaultdict[str, list[Row]](list)
    for row in rows:
        found[name(row)].append(row)
    groups = [Group(name=key, resolved=share_of(mine, lambda row: row.resolved)) for key, mine in found.items()]
    if len(groups) == len(rows) > 1:  # each for itself: that is the table of attempts
        return ()
    return tuple(sorted(groups, key=lambda group: (-group.resolved.of, group.name)))
