import pytest

from cachebox import Cache, Stats, memoize


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_entries_are_gone_after_their_time(clock):
    cache = Cache(5, ttl=60, clock=clock)
    cache.set("a", 1)
    clock.now = 59.9
    assert cache.get("a") == 1
    clock.now = 60
    assert cache.get("a") is None and cache.stats == Stats(hits=1, misses=1)


def test_nothing_sees_an_expired_entry(clock):
    cache = Cache(5, ttl=10, clock=clock)
    cache.set("a", 1)
    cache.set("b", 2, ttl=100)
    clock.now = 50
    assert "a" not in cache and "b" in cache
    assert len(cache) == 1 and list(cache) == ["b"] and cache.items() == [("b", 2)]
    assert cache.peek("a", "none") == "none"
    assert cache.pop("a", "none") == "none"
    with pytest.raises(KeyError):
        cache.pop("a")
    assert repr(cache) == "Cache(1 of 5)"


def test_pop_of_an_expired_entry_raises(clock):
    cache = Cache(5, ttl=10, clock=clock)
    cache.set("a", 1)
    clock.now = 11
    with pytest.raises(KeyError):
        cache.pop("a")


def test_one_entry_may_have_its_own_time_or_none(clock):
    cache = Cache(5, ttl=10, clock=clock)
    cache.set("short", 1, ttl=1)
    cache.set("ever", 2, ttl=None)
    clock.now = 5
    assert "short" not in cache
    clock.now = 1e9
    assert cache.get("ever") == 2


def test_without_ttl_nothing_expires_but_what_says_so(clock):
    cache = Cache(5, clock=clock)
    cache.set("a", 1)
    cache.set("b", 2, ttl=3)
    clock.now = 1e9
    assert list(cache) == ["a"]


def test_room_is_made_of_expired_entries_first(clock):
    cache = Cache(2, clock=clock)
    cache.set("old", 1)
    cache.set("short", 2, ttl=1)
    clock.now = 2
    cache.set("new", 3)
    assert list(cache) == ["old", "new"] and cache.stats.evictions == 0


def test_reading_does_not_prolong_and_setting_does(clock):
    cache = Cache(5, ttl=10, clock=clock)
    cache.set("read", 1)
    cache.set("set", 1)
    clock.now = 8
    cache.get("read")
    cache.set("set", 2)
    clock.now = 12
    assert "read" not in cache and cache.get("set") == 2


def test_setting_again_without_a_time_takes_the_one_of_the_cache(clock):
    cache = Cache(5, ttl=10, clock=clock)
    cache.set("a", 1, ttl=None)
    cache.set("a", 2)
    clock.now = 11
    assert "a" not in cache


@pytest.mark.parametrize("ttl", [0, -1])
def test_a_ttl_has_to_be_above_0(ttl):
    with pytest.raises(ValueError):
        Cache(5, ttl=ttl)
    with pytest.raises(ValueError):
        Cache(5).set("a", 1, ttl=ttl)


def test_a_refused_set_changes_nothing(clock):
    cache = Cache(1, clock=clock)
    cache.set("a", 1)
    with pytest.raises(ValueError):
        cache.set("b", 1, ttl=-1)
    assert list(cache) == ["a"]


def test_memoize_passes_it_on(clock):
    calls = []

    @memoize(2, ttl=10, clock=clock)
    def double(n):
        calls.append(n)
        return 2 * n

    double(1)
    clock.now = 11
    double(1)
    assert calls == [1, 1]


def test_memoize_remembers_none(clock):
    calls = []

    @memoize(2, ttl=10, clock=clock)
    def nothing():
        calls.append(1)

    nothing()
    nothing()
    assert calls == [1]
