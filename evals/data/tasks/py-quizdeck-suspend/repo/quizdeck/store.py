"""The deck as a CSV file."""

import csv
import os
from datetime import date
from pathlib import Path

from quizdeck.deck import Card, Deck, DeckError

COLUMNS = ("number", "front", "back", "due", "interval")


def load(path):
    """The deck in a file; an empty one if there is none. Raises `DeckError`."""
    if not Path(path).exists():
        return Deck()
    with open(path, newline="", encoding="utf-8") as file:
        return Deck(_card(row, number) for number, row in enumerate(csv.DictReader(file), 2))


def save(deck, path):
    """Write the deck, as a whole or not at all."""
    beside = f"{path}.new"
    with open(beside, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for card in deck:
            writer.writerow([card.number, card.front, card.back, card.due.isoformat(), card.interval])
    os.replace(beside, path)


def _card(row, line):
    try:
        return Card(
            int(row["number"]), row["front"], row["back"], date.fromisoformat(row["due"]), int(row["interval"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DeckError(f"line {line} is no card: {error}") from None
