import pytest

from tests.clock import Clock
from tollgate import All, Limiter


def test_a_burst_is_let_through_and_then_refused():
    limiter = Limiter(rate=2, burst=3, clock=Clock())
    assert [limiter.ask("a").allowed for _ in range(4)] == [True, True, True, False]


def test_tokens_come_back_with_time():
    clock = Clock()
    limiter = Limiter(rate=2, burst=2, clock=clock)
    limiter.ask("a", 2)
    clock.tick(1)
    assert limiter.ask("a", 2).allowed


def test_a_bucket_never_holds_more_than_its_burst():
    clock = Clock()
    limiter = Limiter(rate=2, burst=2, clock=clock)
    clock.tick(100)
    assert [limiter.ask("a").allowed for _ in range(3)] == [True, True, False]


def test_keys_have_buckets_of_their_own():
    limiter = Limiter(rate=1, burst=1, clock=Clock())
    assert limiter.ask("a").allowed and limiter.ask("b").allowed
    assert len(limiter) == 2


def test_full_buckets_are_forgotten():
    clock = Clock()
    limiter = Limiter(rate=1, burst=2, clock=clock)
    limiter.ask("a")
    assert limiter.sweep() == 0
    clock.tick(5)
    assert limiter.sweep() == 1 and len(limiter) == 0


def test_more_than_the_burst_is_an_error():
    with pytest.raises(ValueError, match="burst"):
        Limiter(rate=1, burst=1).ask("a", 2)
    with pytest.raises(ValueError, match="above 0"):
        Limiter(rate=0, burst=1)


def test_all_takes_from_none_if_one_refuses():
    clock = Clock()
    wide, narrow = Limiter(rate=1, burst=5, clock=clock), Limiter(rate=1, burst=1, clock=clock)
    both = All(wide, narrow)
    assert both.ask("a").allowed
    assert not both.ask("a").allowed
    assert wide.ask("a", 4).allowed
