import json

from feedmerge import merge, parse, to_json, to_text


def feed(*entries):
    return parse(json.dumps([{"id": name, "title": name, **({"updated": day} if day else {})} for name, day in entries]))


def ids(entries):
    return [entry.id for entry in entries]


def test_undated_entries_come_last_in_their_order():
    one = feed(("draft", None), ("a", "2026-01-01"), ("b", "2026-01-03"))
    two = feed(("idea", None), ("c", "2026-01-02"))
    assert ids(merge(one, two)) == ["b", "c", "a", "draft", "idea"]


def test_only_undated_entries_keep_their_order():
    assert ids(merge(feed(("z", None), ("a", None)), feed(("m", None)))) == ["z", "a", "m"]


def test_a_dated_entry_wins_over_an_undated_one_in_both_orders():
    dated, undated = feed(("a", "2026-01-01")), feed(("a", None))
    assert merge(dated, undated)[0].updated is not None
    assert merge(undated, dated)[0].updated is not None


def test_of_two_undated_the_first_is_kept():
    first = parse('[{"id": "a", "title": "first"}]')
    second = parse('[{"id": "a", "title": "second"}]')
    assert [entry.title for entry in merge(first, second)] == ["first"]


def test_very_old_dates_come_before_undated_ones():
    assert ids(merge(feed(("draft", None), ("old", "0001-01-01T00:00:00Z")))) == ["old", "draft"]


def test_the_limit_drops_undated_ones_first():
    assert ids(merge(feed(("draft", None), ("a", "2026-01-01")), limit=1)) == ["a"]


def test_undated_entries_can_be_printed_and_written():
    merged = merge(feed(("draft", None), ("a", "2026-01-01")))
    assert to_text(merged).splitlines()[1].strip() == "draft"
    assert "updated" not in json.loads(to_json(merged))[1]
