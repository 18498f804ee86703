"""Merge entries of several feeds into one list, newest first."""

from feedmerge.entries import Entry, parse
from feedmerge.merging import merge
from feedmerge.output import to_json, to_text

__all__ = ["Entry", "merge", "parse", "to_json", "to_text"]
