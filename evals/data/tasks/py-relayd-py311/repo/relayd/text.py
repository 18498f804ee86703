"""Small things."""

from html.parser import HTMLParser


def unescape(text):
    """Text without the entities of HTML."""
    return HTMLParser().unescape(text)


def _take(iterator, size):
    for _ in range(size):
        yield next(iterator)


def batches(items, size):
    """Lists of at most `size` items."""
    iterator = iter(items)
    while True:
        batch = list(_take(iterator, size))
        if not batch:
            return
        yield batch


def first_line(text):
    """The first line that is not empty, without leading numbers."""
    import re

    found = re.search("^[ ]*(?:\d+[.)])?(?P<line>.*\S)(?m)", text)
    return found.group("line").strip() if found else ""
