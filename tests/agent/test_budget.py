"""Budgets are checked before the next call and name the limit (RES-11)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchwright.agent.budget import (
    Budget,
    Quota,
    check_budget,
    counted,
    raised,
    read_addition,
    spent,
    spent_today,
    tighter,
)
from patchwright.agent.errors import BudgetSpent, UsageError
from patchwright.agent.run import Usage


@pytest.mark.parametrize(
    ("budget", "used", "named"),
    [
        (Budget(requests=3), Usage(requests=3), "budget.requests"),
        (Budget(tokens_in=10), Usage(tokens_in=11), "budget.tokens_in"),
        (Budget(tokens_out=10), Usage(tokens_out=10), "budget.tokens_out"),
        (Budget(money=1.5), Usage(money=1.5), "budget.money"),
        (Budget(seconds=60), Usage(seconds=61), "budget.seconds"),
    ],
)
def test_a_spent_limit_stops_the_next_model_call_and_is_named(budget: Budget, used: Usage, named: str) -> None:
    with pytest.raises(BudgetSpent, match=named):
        check_budget(budget, used)


def test_what_is_left_may_be_used_to_the_last() -> None:
    check_budget(Budget(requests=3, money=None), Usage(requests=2, money=1e9))
    check_budget(Budget(tool_calls=0), Usage())
    assert "tool_calls" in spent(Budget(tool_calls=0), Usage(), "tool")


def test_the_tighter_budget_has_the_smaller_of_each_limit() -> None:
    both = tighter(Budget(requests=5, turns=9), Budget(requests=7, turns=2, money=3.0))
    assert (both.requests, both.turns, both.money) == (5, 2, 3.0)


@given(st.none() | st.integers() | st.text() | st.dictionaries(st.sampled_from(["prompt_tokens", "completion_tokens", "prompt_tokens_details"]), st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dictionaries(st.just("cached_tokens"), st.integers())))  # fmt: skip
def test_any_figures_become_sensible_ones(reported: Any) -> None:
    usage = counted(reported, 4000, 400)
    assert 40 <= usage.tokens_in <= 24_000 and 4 <= usage.tokens_out <= 200_400
    assert 0 <= usage.tokens_cached <= usage.tokens_in and usage.requests == 1


def test_sensible_figures_are_taken_and_others_marked() -> None:
    good = counted(
        {"prompt_tokens": 900, "completion_tokens": 90, "prompt_tokens_details": {"cached_tokens": 800}}, 4000, 400
    )
    assert (good.tokens_in, good.tokens_out, good.tokens_cached, good.estimated) == (900, 90, 800, 0)
    zero = counted({"prompt_tokens": 0, "completion_tokens": 0}, 4000, 400)
    assert (zero.tokens_in, zero.tokens_out, zero.estimated) == (1000, 100, 1)


def test_what_a_human_adds_raises_only_the_limits_that_there_are() -> None:
    """RES-11."""
    added = read_addition("tokens=1000, money=1.5,seconds=2.5,tokens_in=5")
    assert added == {"tokens_in": 1005, "tokens_out": 1000, "money": 1.5, "seconds": 2.5}
    more = raised(Budget(tokens_in=1, tokens_out=2, seconds=10), added)
    assert (more.tokens_in, more.tokens_out, more.seconds, more.money) == (1006, 1002, 12.5, None)


@pytest.mark.parametrize(
    "text", ["", "tokens", "tokens=", "tokens=-5", "tokens=1.5", "love=3", "seconds=nan", "money=inf"]
)
def test_an_addition_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_addition(text)


def test_the_limit_of_a_day_is_named_with_its_table() -> None:
    """RES-11."""
    quota = Quota(requests=2)
    assert spent_today("day", quota, Usage(requests=1), "model") == ""
    said = spent_today("repository", quota, Usage(requests=2), "model")
    assert "2 model calls" in said and "on this repository" in said and "budget.repository.requests" in said
