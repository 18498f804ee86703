from datetime import date

import pytest

from quizdeck import Deck, DeckError
from quizdeck.cli import main
from quizdeck.store import load

TODAY = date(2026, 1, 10)


@pytest.fixture
def run(tmp_path, capsys):
    def run(*words, status=0):
        assert main(["--file", str(tmp_path / "deck.csv"), *words], TODAY) == status
        return capsys.readouterr()

    run.path = tmp_path / "deck.csv"
    return run


def test_a_card_is_due_at_once_and_later_after_its_interval():
    deck = Deck()
    card = deck.add("a", "b", TODAY)
    assert deck.due(TODAY) == [card]
    for grade, interval in (("good", 2), ("easy", 6), ("hard", 6), ("again", 1)):
        card = deck.answer(1, grade, TODAY)
        assert card.interval == interval and (card.due - TODAY).days == interval


def test_mistakes_are_told():
    with pytest.raises(DeckError, match="card 7"):
        Deck().answer(7, "good", TODAY)
    with pytest.raises(DeckError, match="not well"):
        Deck().answer(7, "well", TODAY)


def test_the_command_line(run):
    run("add", "der Hund", "the dog")
    run("add", "die Katze", "the cat, with a comma")
    assert run("due").out.split("\n")[0] == "   1 der Hund"
    assert run("answer", "1", "good").out == "   1 2026-01-12 der Hund = the dog\n"
    assert run("stats").out.startswith("cards 2, due 1")
    assert len(run("list").out.splitlines()) == 2
    assert "card 9" in run("answer", "9", "good", status=1).err


def test_a_damaged_file_is_told_by_line(run):
    run.path.write_text("number,front,back,due,interval\n1,a,b,soon,1\n")
    assert "line 2" in run("list", status=1).err
    assert load(run.path.with_name("none.csv")).cards == {}
