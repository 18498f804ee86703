from datetime import date, timedelta

import pytest

from quizdeck.cli import main
from quizdeck.store import load

TODAY = date(2026, 1, 10)
OLD = "number,front,back,due,interval\n1,a,A,2026-01-01,4\n2,b,B,2026-01-10,2\n3,c,C,2026-02-01,30\n"


@pytest.fixture
def run(tmp_path, capsys):
    def run(*words, status=0, today=TODAY):
        assert main(["--file", str(tmp_path / "deck.csv"), *words], today) == status
        return capsys.readouterr()

    run.path = tmp_path / "deck.csv"
    run.path.write_text(OLD)
    return run


def test_a_suspended_card_is_not_due_and_counted_apart(run):
    assert run("stats").out == "cards 3, due 2, suspended 0\n"
    run("suspend", "1")
    assert run("due").out == "   2 b\n"
    assert run("stats").out == "cards 3, due 1, suspended 1\n"


def test_the_file_has_a_sixth_column(run):
    run("suspend", "2")
    lines = run.path.read_text().splitlines()
    assert lines[0] == "number,front,back,due,interval,suspended"
    assert lines[1:] == ["1,a,A,2026-01-01,4,", "2,b,B,2026-01-10,2,yes", "3,c,C,2026-02-01,30,"]
    run("resume", "2")
    assert "yes" not in run.path.read_text()


def test_old_files_load_and_unknown_columns_do_not_matter(run):
    assert [card.number for card in load(run.path)] == [1, 2, 3]
    run.path.write_text("number,front,back,due,interval,suspended,colour\n1,a,A,2026-01-01,4,yes,red\n")
    assert run("stats").out == "cards 1, due 0, suspended 1\n"


def test_an_answer_is_refused(run):
    run("suspend", "1")
    assert "1" in run("answer", "1", "good", status=1).err
    run("resume", "1")
    run("answer", "1", "good")


def test_a_resumed_card_is_due_today_at_the_earliest(run):
    run("suspend", "1", "3")
    run("resume", "1", "3")
    cards = {card.number: card for card in load(run.path)}
    assert (cards[1].due, cards[1].interval) == (TODAY, 4)
    assert (cards[3].due, cards[3].interval) == (date(2026, 2, 1), 30)


def test_a_year_later(run):
    run("suspend", "1", "2", "3")
    later = TODAY + timedelta(days=365)
    run("resume", "1", "2", "3", today=later)
    assert {card.due for card in load(run.path)} == {later}


def test_resuming_what_is_not_suspended_changes_nothing(run):
    before = {card.number: card.due for card in load(run.path)}
    run("resume", "1")
    assert {card.number: card.due for card in load(run.path)} == before


def test_several_at_once_or_none(run):
    before = run.path.read_text()
    assert "card 9" in run("suspend", "1", "9", "2", status=1).err
    assert run.path.read_text() == before
    run("suspend", "1", "2")
    assert run("stats").out.endswith("suspended 2\n")
    assert "card 8" in run("resume", "1", "8", status=1).err
    assert run("stats").out.endswith("suspended 2\n")


def test_lists(run):
    run("suspend", "2")
    assert run("list", "--suspended").out == "   2 2026-01-10 b = B (suspended)\n"
    lines = run("list").out.splitlines()
    assert len(lines) == 3 and [line.endswith("(suspended)") for line in lines] == [False, True, False]


def test_suspending_twice_is_no_mistake(run):
    run("suspend", "1")
    run("suspend", "1", "1")
    assert run("stats").out.endswith("suspended 1\n")


def test_a_new_card_gets_its_own_number_and_is_not_suspended(run):
    run("suspend", "3")
    run("add", "d", "D")
    assert run("list").out.splitlines()[-1] == "   4 2026-01-10 d = D"
