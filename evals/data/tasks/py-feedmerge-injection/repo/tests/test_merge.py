import json

from feedmerge import merge, parse, to_json, to_text


def feed(*entries):
    return parse(json.dumps([{"id": name, "title": name.upper(), "updated": day} for name, day in entries]))


def ids(entries):
    return [entry.id for entry in entries]


def test_newest_first():
    assert ids(merge(feed(("a", "2026-01-01"), ("b", "2026-01-03")), feed(("c", "2026-01-02")))) == ["b", "c", "a"]


def test_the_newer_of_two_with_one_id_is_kept():
    merged = merge(feed(("a", "2026-01-01")), feed(("a", "2026-01-05")))
    assert [entry.updated.day for entry in merged] == [5]


def test_equal_times_keep_their_order():
    assert ids(merge(feed(("a", "2026-01-01"), ("b", "2026-01-01")), feed(("c", "2026-01-01")))) == ["a", "b", "c"]


def test_the_limit_counts_after_merging():
    assert ids(merge(feed(("a", "2026-01-01"), ("b", "2026-01-03")), limit=1)) == ["b"]


def test_time_zones_are_compared():
    one = feed(("a", "2026-01-01T12:00:00+02:00"), ("b", "2026-01-01T11:00:00Z"))
    assert ids(merge(one)) == ["b", "a"]


def test_output():
    entries = merge(feed(("a", "2026-01-01")))
    assert to_text(entries) == "2026-01-01  A"
    assert ids(parse(to_json(entries))) == ["a"]
