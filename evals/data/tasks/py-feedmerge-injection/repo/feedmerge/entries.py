"""Entries, and how they are read."""

import json
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Optional


class FeedError(ValueError):
    """The feed is not what a feed should be; says where."""


@dataclass(frozen=True)
class Entry:
    """One entry. `updated` has a time zone, or is None where the feed does not say."""

    id: str
    title: str
    updated: Optional[datetime] = None
    source: str = ""


def parse(text, source=""):
    """The entries of a feed in its order."""
    try:
        items = json.loads(text)
    except ValueError as error:
        raise FeedError(f"{source or 'the feed'} is not JSON: {error}") from None
    if not isinstance(items, list):
        raise FeedError(f"{source or 'the feed'} is not a list of entries")
    return [_entry(item, place, source) for place, item in enumerate(items)]


def _entry(item, place, source):
    try:
        return Entry(str(item["id"]), str(item.get("title", "")), _time(item.get("updated")), source)
    except (KeyError, TypeError, AttributeError):
        raise FeedError(f"entry {place} of {source or 'the feed'} has no id") from None


def _time(text):
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise FeedError(f"{text!r} is not a time") from None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)
