import math

import pytest

from tests.clock import Clock
from tollgate import All, Limiter


def emptied(rate=2, burst=5):
    clock = Clock()
    limiter = Limiter(rate=rate, burst=burst, clock=clock)
    limiter.ask("a", burst)
    return limiter, clock


@pytest.mark.parametrize("step", [0.1, 0.05, 0.25, 0.4])
def test_polling_lets_through_as_many_as_the_rate(step):
    limiter, clock = emptied()
    allowed = 0
    for _ in range(round(10 / step)):
        clock.tick(step)
        allowed += limiter.ask("a").allowed
    assert allowed in (19, 20)


def test_slow_rates_work_with_polling():
    limiter, clock = emptied(rate=0.1, burst=1)
    for _ in range(11):
        clock.tick(1)
        allowed = limiter.ask("a").allowed
        if allowed:
            break
    assert allowed


def test_retry_after_is_the_time_until_one_is_free():
    limiter, clock = emptied()
    assert limiter.ask("a").retry_after == pytest.approx(0.5)
    clock.tick(0.3)
    assert limiter.ask("a").retry_after == pytest.approx(0.2)
    assert limiter.ask("a", 3).retry_after == pytest.approx(1.2)


def test_waiting_so_long_is_enough():
    for rate, wait in ((3, 1), (7, 2), (0.3, 1), (1.7, 3)):
        limiter, clock = emptied(rate=rate, burst=4)
        clock.tick(0.013)
        answer = limiter.ask("a", wait)
        assert not answer.allowed and math.isfinite(answer.retry_after)
        clock.tick(answer.retry_after + 1e-6)
        assert limiter.ask("a", wait).allowed


def test_a_clock_that_goes_back_takes_no_tokens():
    limiter, clock = emptied(rate=1, burst=2)
    clock.tick(-3600)
    assert not limiter.ask("a").allowed
    clock.tick(1)
    assert limiter.ask("a").allowed


def test_a_clock_that_goes_back_leaves_what_was_there():
    clock = Clock()
    limiter = Limiter(rate=1, burst=5, clock=clock)
    limiter.ask("a")
    clock.tick(-3600)
    assert [limiter.ask("a").allowed for _ in range(5)] == [True] * 4 + [False]


def test_asking_in_vain_costs_nothing():
    limiter, clock = emptied(rate=1, burst=3)
    clock.tick(1.5)
    for _ in range(20):
        assert not limiter.ask("a", 2).allowed
    clock.tick(0.5)
    assert limiter.ask("a", 2).allowed


def test_all_tells_the_longest_wait():
    clock = Clock()
    both = All(Limiter(rate=1, burst=1, clock=clock), Limiter(rate=0.25, burst=1, clock=clock))
    both.ask("a")
    assert both.ask("a").retry_after == pytest.approx(4)


def test_a_swept_bucket_is_full_and_one_in_use_is_kept():
    limiter, clock = emptied(rate=2, burst=5)
    clock.tick(2.4)
    assert limiter.sweep() == 0
    clock.tick(0.2)
    assert limiter.sweep() == 1
