"""Cards, and when they are due."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

FACTORS = {"again": 0, "hard": 1, "good": 2, "easy": 3}


class DeckError(ValueError):
    """What was asked for is not possible; says why."""


@dataclass(frozen=True)
class Card:
    """One card. `interval` is in days."""

    number: int
    front: str
    back: str
    due: date
    interval: int = 1

    def answered(self, grade, today):
        """The card after an answer."""
        interval = max(1, self.interval * FACTORS[grade])
        return replace(self, due=today + timedelta(days=interval), interval=interval)


class Deck:
    """All cards by their numbers."""

    def __init__(self, cards=()):
        self.cards = {card.number: card for card in cards}

    def __iter__(self):
        return iter(sorted(self.cards.values(), key=lambda card: card.number))

    def __len__(self):
        return len(self.cards)

    def card(self, number):
        """The card of this number. Raises `DeckError`."""
        if number not in self.cards:
            raise DeckError(f"there is no card {number}")
        return self.cards[number]

    def add(self, front, back, today):
        """A new card, due today."""
        card = Card(max(self.cards, default=0) + 1, front, back, today)
        self.cards[card.number] = card
        return card

    def due(self, today):
        """What is to be learned today, the longest overdue first."""
        return sorted((card for card in self if card.due <= today), key=lambda card: card.due)

    def answer(self, number, grade, today):
        """Move a card to its next date. Raises `DeckError`."""
        if grade not in FACTORS:
            raise DeckError(f"an answer is one of {', '.join(FACTORS)}, not {grade}")
        self.cards[number] = self.card(number).answered(grade, today)
        return self.cards[number]
