"""The webhook's address, as GitHub and everybody else reach it."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from patchwright.agent.store.lease import this_holder
from patchwright.api.github import desk
from patchwright.api.github.routes import MOST, WEBHOOK, router
from patchwright.api.github.worker import work
from patchwright.evals.github.hooks import Delivery, commented, ping
from tests.api.github.stage import ANNA, SECRET, Stage


@pytest.fixture
def client(stage: Stage) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(router(stage.door))
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


def delivered(stage: Stage, text: str = "/patchwright fix", by: str = ANNA) -> Delivery:
    issue = stage.home.issues[1] if stage.home.issues else stage.issue()
    return commented(stage.hub, stage.home, stage.hub.comment(stage.home, issue.number, by, text))


def post(client: TestClient, one: Delivery, **changed: str) -> tuple[int, str]:
    headers = {**one.headers(SECRET), **{name.replace("_", "-"): value for name, value in changed.items()}}
    answer = client.post(WEBHOOK, content=one.body, headers=headers)
    return answer.status_code, answer.json().get("said", "")


def test_a_signed_delivery_is_kept_once_whatever_its_guid(client: TestClient, stage: Stage) -> None:
    """WH-01, WH-03, WH-06"""
    one = delivered(stage)
    assert post(client, one) == (202, "kept")
    assert post(client, one) == (202, "known already")
    assert post(client, replace(one, guid="another")) == (202, "known already")
    assert stage.runs() == [] and len(stage.door.book.asks()) == 1


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        "sha1=abc",
        "sha256=" + "Z" * 64,
        "sha256=\N{LATIN SMALL LETTER E WITH ACUTE}",
    ],
)
def test_whatever_is_wrong_with_the_signature_the_answer_is_the_same(
    client: TestClient, stage: Stage, header: str
) -> None:
    """WH-01"""
    one = delivered(stage)
    given = {name.encode(): value.encode() for name, value in one.headers(SECRET).items()}
    answer = client.post(WEBHOOK, content=one.body, headers={**given, b"x-hub-signature-256": header.encode("latin-1")})
    assert (answer.status_code, answer.json()["said"]) == (401, "the signature is missing or wrong")
    assert stage.door.book.asks() == []


def test_without_a_secret_every_delivery_is_refused(stage: Stage) -> None:
    """CFG-02: also one that is signed with the empty secret."""
    app = FastAPI()
    app.include_router(router(replace(stage.door, settings=replace(stage.door.settings, webhook_secret=""))))
    one = delivered(stage)
    with TestClient(app) as client:
        assert client.post(WEBHOOK, content=one.body, headers=one.headers("")).status_code == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b"\xff", b'"x"', b"[" * 100_000, json.dumps({"repository": 5, "action": []}).encode()],
)
def test_no_signed_bytes_at_all_break_it(client: TestClient, stage: Stage, body: bytes) -> None:
    """WH-02"""
    for event in ("issue_comment", "ping", "push", "workflow_run"):
        status, _ = post(client, Delivery(event, "g1", body))
        assert status in (202, 400)


def test_other_events_bots_edits_and_foreign_repositories_ask_for_nothing(client: TestClient, stage: Stage) -> None:
    """AUTH-02, AUTH-03, APR-06"""
    one = delivered(stage)
    payload: dict[str, Any] = json.loads(one.body)
    others = [
        ping(stage.hub, stage.home),
        replace(one, body=json.dumps({**payload, "action": "edited"}).encode()),
        replace(
            one, body=json.dumps({**payload, "repository": {**payload["repository"], "full_name": "evil/x"}}).encode()
        ),
        delivered(stage, by="other[bot]"),
        delivered(stage, by="patchwright[bot]"),
        delivered(stage, "Thanks for all the fish"),
        replace(one, event="push"),
    ]
    assert [post(client, other)[1].partition(":")[0] for other in others] == ["ignored"] * len(others)
    assert stage.door.book.asks() == []


def test_large_and_encoded_bodies_and_odd_headers_are_refused(client: TestClient, stage: Stage) -> None:
    """WH-04"""
    one = delivered(stage)
    assert post(client, replace(one, body=b"{" + b" " * MOST))[0] == 413
    assert post(client, one, content_encoding="gzip")[0] == 415
    assert post(client, replace(one, guid="x" * 101))[0] == 400
    assert client.get(WEBHOOK).status_code == 405


def test_many_doubled_and_shuffled_deliveries_start_exactly_the_right_runs(client: TestClient, stage: Stage) -> None:
    """WH-03, REL-01: twelve issues, each asked for by one comment, delivered nine times under two GUIDs by many at once."""
    issues = [stage.issue(f"The word is wrong {at}") for at in range(12)]
    asked = [
        commented(stage.hub, stage.home, stage.hub.comment(stage.home, one.number, ANNA, "/patchwright fix"))
        for one in issues
    ]
    noise = [delivered(stage, "/patchwright fix", by="stranger")]
    many = [replace(one, guid=f"{one.guid}{at % 2}") for at in range(9) for one in reversed(asked + noise)]
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(partial(post, client), many))
    assert sorted(said).count((202, "kept")) == 13
    stage.settle()
    assert sorted(run.issue.title for run in stage.runs()) == sorted(one.title for one in issues)
    assert stage.hub.made["comment"] == 12


def test_one_process_sits_at_the_desk_and_another_takes_over_when_it_is_dead(stage: Stage) -> None:
    """REL-05"""
    database = stage.door.book.store.database
    us = this_holder()
    dead = replace(us, pid=2**22 + 1, started=1)
    assert desk.take(database, dead) and desk.take(database, us)
    other = replace(us, thread=us.thread + 1)
    assert not desk.take(database, other)
    desk.leave(database, us)
    assert desk.take(database, other)
    desk.leave(database, other)


def test_the_loop_does_what_is_kept_and_stops_when_told(client: TestClient, stage: Stage) -> None:
    """REL-07"""
    post(client, delivered(stage, "/patchwright status", by="stranger"))
    stop = threading.Event()
    loop = threading.Thread(target=work, args=(stage.door, stop))
    loop.start()
    for _ in range(100):
        if stage.door.book.asks()[0][1] == "done":
            break
        stop.wait(0.1)
    stop.set()
    loop.join(20)
    assert not loop.is_alive() and stage.door.book.asks()[0][1] == "done"
