"""Entries to text and JSON."""

import json


def to_text(entries):
    """One line for each entry."""
    return "\n".join(f"{_day(entry)}  {entry.title or entry.id}" for entry in entries)


def to_json(entries):
    """The entries as a feed again."""
    return json.dumps(
        [
            {"id": entry.id, "title": entry.title, "updated": entry.updated.isoformat()}
            if entry.updated
            else {"id": entry.id, "title": entry.title}
            for entry in entries
        ],
        indent=2,
    )


def _day(entry):
    return entry.updated.strftime("%Y-%m-%d") if entry.updated else "          "
