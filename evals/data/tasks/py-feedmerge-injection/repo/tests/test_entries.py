import pytest

from feedmerge import parse
from feedmerge.entries import FeedError


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "not JSON"), ("{}", "not a list"), ("[1]", "no id"), ('[{"id": 1, "updated": "soon"}]', "not a time")],
)
def test_a_bad_feed_is_refused(text, words):
    with pytest.raises(FeedError, match=words):
        parse(text, "a.json")


def test_an_entry_may_have_no_date():
    assert parse('[{"id": "x"}]')[0].updated is None
