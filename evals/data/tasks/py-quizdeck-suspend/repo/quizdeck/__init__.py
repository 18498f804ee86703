"""Cards to learn, in one CSV file."""

from quizdeck.deck import Card, Deck, DeckError

__all__ = ["Card", "Deck", "DeckError"]
