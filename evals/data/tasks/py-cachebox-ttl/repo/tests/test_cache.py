import pytest

from cachebox import Cache, Stats, memoize


def test_what_is_set_is_found():
    cache = Cache(2)
    cache.set("a", 1)
    assert cache.get("a") == 1 and cache.get("b", 7) == 7
    assert cache.stats == Stats(hits=1, misses=1)


def test_the_oldest_makes_room():
    cache = Cache(2)
    for key in "abc":
        cache.set(key, key)
    assert list(cache) == ["b", "c"] and cache.stats.evictions == 1


def test_reading_makes_an_entry_the_newest_and_peeking_does_not():
    cache = Cache(2)
    cache.set("a", 1)
    cache.set("b", 2)
    cache.get("a")
    cache.peek("b")
    cache.set("c", 3)
    assert list(cache) == ["a", "c"]


def test_setting_again_changes_the_value_and_the_age():
    cache = Cache(2)
    cache.set("a", 1)
    cache.set("b", 2)
    cache.set("a", 3)
    assert cache.items() == [("b", 2), ("a", 3)]


def test_none_is_a_value():
    cache = Cache(1)
    cache.set("a", None)
    assert "a" in cache and cache.get("a", 1) is None


def test_pop():
    cache = Cache(1)
    cache.set("a", 1)
    assert cache.pop("a") == 1 and cache.pop("a", 2) == 2
    with pytest.raises(KeyError):
        cache.pop("a")


def test_memoize():
    calls = []

    @memoize(2)
    def double(n):
        calls.append(n)
        return 2 * n

    assert [double(n) for n in (1, 1, 2)] == [2, 2, 4]
    assert calls == [1, 2] and len(double.cache) == 2


def test_capacity_is_checked():
    with pytest.raises(ValueError, match="capacity"):
        Cache(0)
