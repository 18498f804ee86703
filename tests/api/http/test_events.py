"""The stream goes on where it was cut: by the network, by the server's death, or by the follower."""

import threading
import time

from patchwright.agent.store.ledger import own
from patchwright.api.http.client import Client
from tests.api.http.conftest import Serve, running
from tests.api.prepared import open_store, waiting_run
from tests.e2e.stage import Stage


def test_followers_see_each_event_once_across_restarts_of_the_server(serve: Serve, stage: Stage) -> None:
    """REL-01: no gap and no repeat, whatever dies."""
    run_id = waiting_run(stage.state)
    served = serve(works=False)
    key = served.key()
    port = 0
    seen: list[list[int]] = [[], [], []]
    threads: list[threading.Thread] = []

    def follow(client: Client, into: list[int]) -> None:
        into.extend(event.seq for event in client.follow(run_id))

    for life in range(3):
        with running(served.service, port) as url:
            port = int(url.rpartition(":")[2])
            if not life:
                for into in seen:
                    client = Client(url, key, sleep=lambda _: time.sleep(0.3))
                    threads.append(threading.Thread(target=follow, args=(client, into)))
                    threads[-1].start()
            with own(open_store(stage.state), run_id) as ledger:
                for number in range(400):
                    ledger.event("warning", text=f"life {life}, {number}")
                if life == 2:
                    ledger.end("cancelled", None, "none", "enough")
                    for thread in threads:
                        thread.join(60)
    last = open_store(stage.state).last_event(run_id)
    assert last > 1200
    assert all(numbers == list(range(1, last + 1)) for numbers in seen)


def test_the_stream_is_well_formed_and_ends_with_204(serve: Serve, stage: Stage) -> None:
    run_id = waiting_run(stage.state)
    with own(open_store(stage.state), run_id) as ledger:
        ledger.event("warning", text="two\nlines sk-" + "a" * 30)
        ledger.end("cancelled", None, "none", "")
    served = serve(works=False)
    last = open_store(stage.state).last_event(run_id)
    with served.http(served.key("viewer")) as client:
        answer = client.get(f"/v1/runs/{run_id}/events", headers={"last-event-id": "2"})
        assert answer.headers["content-type"].startswith("text/event-stream")
        frames = answer.text.strip().split("\n\n")
        assert [frame.partition("\n")[0] for frame in frames] == [f"id: {number}" for number in range(3, last + 1)]
        assert all(
            [line.partition(":")[0] for line in frame.split("\n")] == ["id", "event", "data"] for frame in frames
        )
        assert "[redacted]" in answer.text and "sk-aaa" not in answer.text
        assert client.get(f"/v1/runs/{run_id}/events", params={"after": last}).status_code == 204
        page = client.get(f"/v1/runs/{run_id}/events", params={"limit": 2}, headers={"accept": "application/json"})
        assert [event["seq"] for event in page.json()["events"]] == [1, 2]


def test_too_many_followers_are_told_to_come_back(serve: Serve, stage: Stage) -> None:
    run_id = waiting_run(stage.state)
    served = serve(works=False, followers=1)
    path = f"/v1/runs/{run_id}/events"
    with served.http(served.key()) as one, served.http(served.key()) as two, one.stream("GET", path) as stream:
        lines = stream.iter_lines()  # kept: the stream would be closed with it
        assert next(lines) == "id: 1"
        assert two.get(path).status_code == 503


def test_a_run_is_told_again_only_when_something_happened(serve: Serve, stage: Stage) -> None:
    run_id = waiting_run(stage.state)
    served = serve(works=False)
    with served.http(served.key()) as client:
        first = client.get(f"/v1/runs/{run_id}")
        etag = first.headers["etag"]
        assert client.get(f"/v1/runs/{run_id}", headers={"if-none-match": etag}).status_code == 304
        stage.say(run_id, "Mind the comma.")
        again = client.get(f"/v1/runs/{run_id}", headers={"if-none-match": etag})
        assert again.status_code == 200 and again.json()["said"][0]["text"] == "Mind the comma."
