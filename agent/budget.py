"""Budgets: limits of a run, checked before each call, and what an endpoint says it used (RES-11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from patchwright.agent.errors import BudgetSpent, UsageError
from patchwright.agent.parse import mapping
from patchwright.agent.run import Usage

About = Literal["model", "tool"]
"""What is about to be done."""


class Budget(BaseModel):
    """Limits of one run. `money` is in the currency of the configured prices; None: no limit.

    `seconds` is wall clock while the run works (waiting for a human does not count). `attempts` is
    per step, `turns` (model calls) per attempt.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    requests: int = Field(default=400, ge=0)
    tool_calls: int = Field(default=2000, ge=0)
    tokens_in: int = Field(default=8_000_000, ge=0)
    tokens_out: int = Field(default=800_000, ge=0)
    money: float | None = Field(default=None, ge=0)
    seconds: float = Field(default=7200.0, ge=0)
    attempts: int = Field(default=3, ge=1)
    turns: int = Field(default=60, ge=1)


class Quota(BaseModel):
    """Limits of all runs together, or of those on one repository, in one day (UTC). None: no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    requests: int | None = Field(default=None, ge=0)
    tool_calls: int | None = Field(default=None, ge=0)
    tokens_in: int | None = Field(default=None, ge=0)
    tokens_out: int | None = Field(default=None, ge=0)
    money: float | None = Field(default=None, ge=0)
    seconds: float | None = Field(default=None, ge=0)


NO_QUOTA = Quota()


@dataclass(frozen=True, slots=True)
class Quotas:
    """What each repository, and all of them, may spend in a day (UTC)."""

    repository: Quota = NO_QUOTA
    day: Quota = NO_QUOTA


NO_QUOTAS = Quotas()

_COUNTED: dict[About, tuple[str, ...]] = {
    "model": ("requests", "tokens_in", "tokens_out", "money", "seconds"),
    "tool": ("tool_calls", "seconds"),
}
_WORDS = {
    "requests": "model calls",
    "tool_calls": "tool calls",
    "tokens_in": "tokens sent",
    "tokens_out": "tokens received",
    "money": "money",
    "seconds": "seconds of work",
}


def reached(limits: Budget | Quota, used: Usage, about_to: About) -> str:
    """The name of the limit which forbids the next call, or "" if it may be made."""
    for name in _COUNTED[about_to]:
        limit, value = getattr(limits, name), getattr(used, name)
        if limit is not None and value >= limit:
            return name
    return ""


def spent(budget: Budget, used: Usage, about_to: About) -> str:
    """The sentence that says which limit of the run forbids the next call, or "" if it may be made."""
    name = reached(budget, used, about_to)
    if not name:
        return ""
    return (
        f"The run's budget of {_said(budget, name)} is spent ({getattr(used, name):g} used). Add to it with "
        f"`patchwright resume RUN --add-budget {name}=N`, or raise budget.{name} in your configuration and resume."
    )


def spent_today(table: str, quota: Quota, used: Usage, about_to: About) -> str:
    """The sentence that says which limit of a day forbids the next call, or ""; `table` is "repository" or "day"."""
    name = reached(quota, used, about_to)
    if not name:
        return ""
    whose = "all runs on this repository" if table == "repository" else "all runs"
    return (
        f"The {_said(quota, name)} that {whose} may take together in a day (UTC) are spent ({getattr(used, name):g} "
        f"used). Raise budget.{table}.{name} in your configuration, or wait for the next day; then resume."
    )


def _said(limits: Budget | Quota, name: str) -> str:
    return f"{getattr(limits, name):g} {_WORDS[name]}"


def check_budget(budget: Budget, used: Usage, about_to: About = "model") -> None:
    """Raise `BudgetSpent`, naming the limit, if the next call is not allowed any more."""
    if reason := spent(budget, used, about_to):
        raise BudgetSpent(reason)


def raised(budget: Budget, added: Mapping[str, float]) -> Budget:
    """The budget with what humans have added to it; what has no limit needs none."""
    limits = budget.model_dump(exclude_none=True)
    more = {name: type(limit)(limit + added.get(name, 0)) for name, limit in limits.items()}
    return Budget.model_validate(more)


def read_addition(text: str) -> dict[str, float]:
    """What `tokens=200000,money=1.5` adds, by the limit's name; `tokens` counts for both directions.

    Raises `UsageError`.
    """
    added: dict[str, float] = {}
    for part in filter(str.strip, text.split(",")):
        name, _, number = (word.strip() for word in part.partition("="))
        for limit in _MEANT.get(name, (name,)):
            added[limit] = added.get(limit, 0) + _amount(limit, number, part)
    if not added:
        raise UsageError("--add-budget names nothing. Write for example: --add-budget tokens=200000,seconds=600")
    return added


_MEANT = {"tokens": ("tokens_in", "tokens_out")}


def _amount(limit: str, number: str, part: str) -> float:
    if limit not in Budget.model_fields:
        known = ", ".join(["tokens", *Budget.model_fields])
        raise UsageError(f"There is no limit {limit!r} in {part.strip()!r}. A budget has: {known}.")
    try:
        value = float(number)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e15 or (limit not in ("money", "seconds") and value != int(value)):
        raise UsageError(f"{part.strip()!r} adds nothing: write {limit}=N with a positive number.")
    return value


def tighter(budget: Budget, other: Budget) -> Budget:
    """The smaller of each limit."""
    mine, theirs = budget.model_dump(exclude_none=True), other.model_dump(exclude_none=True)
    return Budget.model_validate(
        {name: min(mine.get(name, limit), limit) for name, limit in {**mine, **theirs}.items()}
    )


def counted(reported: Any, bytes_in: int, bytes_out: int) -> Usage:
    """The usage of one request: as reported if it makes sense, else estimated as bytes / 4.

    A token is at least one byte, give or take a chat template, and rarely more than a few dozen;
    figures outside that are not believed. `estimated` is 1 in the result if any was not.
    """
    said = mapping(reported)
    tokens_in = _believable(said.get("prompt_tokens"), bytes_in, _TEMPLATE)
    tokens_out = _believable(said.get("completion_tokens"), bytes_out, _REASONING)
    return Usage(
        requests=1,
        tokens_in=bytes_in // 4 if tokens_in is None else tokens_in,
        tokens_out=bytes_out // 4 if tokens_out is None else tokens_out,
        tokens_cached=_cached(said.get("prompt_tokens_details"), tokens_in or 0),
        estimated=int(tokens_in is None or tokens_out is None),
    )


_TEMPLATE = 20_000
"""Tokens that a chat template and tool descriptions may add to what we sent."""
_REASONING = 200_000
"""Tokens of reasoning that an endpoint may count and not send."""


def _believable(tokens: Any, size: int, unseen: int) -> int | None:
    if not isinstance(tokens, int) or isinstance(tokens, bool):
        return None
    return tokens if size // 100 <= tokens <= size + unseen else None


def _cached(details: Any, tokens_in: int) -> int:
    value = mapping(details).get("cached_tokens")
    return value if isinstance(value, int) and 0 <= value <= tokens_in else 0
