"""What the door to GitHub remembers, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from patchwright.agent.issue import Issue
from patchwright.agent.state import GRAPH_VERSION
from patchwright.agent.store.database import open_database
from patchwright.agent.store.lease import this_holder
from patchwright.agent.store.store import Store
from patchwright.api.github import desk
from patchwright.api.github.book import Book, Conversation
from patchwright.api.github.events import Ask, Place
from patchwright.api.github.grammar import Command, Misread
from patchwright.api.github.payloads import User
from patchwright.evals.bench.postgres import Server

PLACE = Place(3_000_000_001, "acme/words", 12)
ASK = Ask(
    "comment:1:3000000002",
    PLACE,
    User(id=3_000_000_003, login="anna"),
    "comment",
    3_000_000_002,
    "d",
    Command("fix"),
    "2026-11-23T00:00:02Z",
)


@pytest.fixture(params=["sqlite", "postgres"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Book]:
    if request.param == "sqlite":
        place: Path | str = tmp_path / "patchwright.db"
    else:
        server: Server = request.getfixturevalue("postgres_server")
        place = server.new_database()
    database = open_database(place)
    yield Book(Store(database), clock=lambda: 1_800_000_000.25)
    database.close()


def conversation(run_id: str) -> Conversation:
    return Conversation(
        run_id=run_id,
        place=PLACE,
        asked_by="anna",
        asked_by_id=3_000_000_003,
        asked_at="2026-11-23T00:00:02Z",
        words="w",
        revision="main",
        onto="main",
        branch="patchwright/12-a",
    )


def test_a_delivery_and_a_comment_are_kept_once_and_done_in_the_order_in_which_they_were_said(book: Book) -> None:
    """WH-03, REL-01"""
    earlier = replace(ASK, key="comment:1:1", at="2026-11-23T00:00:01Z", command=Misread("why"))
    assert [book.hear(guid, "issue_comment", ASK) for guid in ("g1", "g1", "g2")] == ["new", "again", "again"]
    assert book.hear("g3", "issue_comment", earlier) == "new"
    first = book.next_ask()
    assert first and first.ask == earlier and first.tries == 1
    book.later(earlier, 5.0, "busy")
    second = book.next_ask()
    assert second and second.ask == ASK and len(second.run_id) == 32
    book.done(ASK, "done")
    assert book.next_ask() is None and book.unfinished()
    assert book.hear("g4", "issue_comment", ASK) == "again"


def test_a_conversation_is_looked_at_when_its_run_has_told_something(book: Book) -> None:
    issue = Issue(title="t", repository="r", base_commit="b" * 40, clone="c.git", origin="github")
    run = book.store.create_run(issue, GRAPH_VERSION, "local")
    book.open_conversation(conversation(run.id))
    book.open_conversation(conversation(run.id))
    (found,) = book.with_news()
    book.looked_at(found, 0.0, book.store.last_event(run.id))
    assert book.with_news() == [] and not book.unfinished()
    book.store.append(run.id, "warning", {"text": "news"})
    assert book.with_news() == [found]
    book.change(run.id, approver="anna", ended=True)
    assert book.with_news() == []
    changed = book.conversation(run.id)
    assert changed and changed.approver == "anna" and book.at(PLACE) == [changed]
    assert book.started_since(3_000_000_003, "2020-01-01") == 1


def test_what_is_posted_was_meant_before_and_is_found_by_its_number(book: Book) -> None:
    """REL-02"""
    book.open_conversation(conversation("r" * 32))
    assert [book.mean(f"pull:{'r' * 32}") for _ in range(2)] == [True, False]
    book.posted(f"pull:{'r' * 32}", 3_000_000_009, "x")
    post = book.post(f"pull:{'r' * 32}")
    assert post and (post.remote, post.digest) == (3_000_000_009, "x")
    made = book.of_pull(replace(PLACE, number=3_000_000_009))
    assert made and made.run_id == "r" * 32
    assert book.of_pull(replace(PLACE, repository_id=1, number=3_000_000_009)) is None


def test_one_holder_sits_at_the_desk(book: Book) -> None:
    database, us = book.store.database, this_holder()
    other = replace(us, thread=us.thread + 1)
    assert desk.take(database, us) and desk.take(database, us) and not desk.take(database, other)
    desk.leave(database, us)
    assert desk.take(database, other)
