"""The command line."""

import argparse
import sys
from datetime import date

from quizdeck.deck import FACTORS, DeckError
from quizdeck.store import load, save


def build_parser():
    parser = argparse.ArgumentParser(prog="quizdeck")
    parser.add_argument("--file", default="deck.csv")
    commands = parser.add_subparsers(dest="command", required=True)
    adding = commands.add_parser("add")
    adding.add_argument("front")
    adding.add_argument("back")
    commands.add_parser("due")
    answering = commands.add_parser("answer")
    answering.add_argument("number", type=int)
    answering.add_argument("grade", choices=list(FACTORS))
    commands.add_parser("list")
    commands.add_parser("stats")
    return parser


def main(argv=None, today=None):
    options = build_parser().parse_args(argv)
    try:
        deck = load(options.file)
        for line in ACTIONS[options.command](deck, options, today or date.today()):
            print(line)
        if options.command in ("add", "answer"):
            save(deck, options.file)
    except (OSError, DeckError) as error:
        print(f"quizdeck: {error}", file=sys.stderr)
        return 1
    return 0


def show(card):
    return f"{card.number:>4} {card.due} {card.front} = {card.back}"


def add(deck, options, today):
    yield show(deck.add(options.front, options.back, today))


def due(deck, options, today):
    for card in deck.due(today):
        yield f"{card.number:>4} {card.front}"


def answer(deck, options, today):
    yield show(deck.answer(options.number, options.grade, today))


def list_cards(deck, options, today):
    for card in deck:
        yield show(card)


def stats(deck, options, today):
    yield f"cards {len(deck)}, due {len(deck.due(today))}"


ACTIONS = {"add": add, "due": due, "answer": answer, "list": list_cards, "stats": stats}
