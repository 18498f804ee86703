"""A run becomes one trace, and a collector on loopback that speaks the real protocol receives it."""

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from patchwright.agent.events import Event, EventKind
from patchwright.agent.issue import Issue
from patchwright.agent.state import GRAPH_VERSION
from patchwright.agent.store.database import open_database
from patchwright.agent.store.ledger import own
from patchwright.agent.store.store import Store
from patchwright.api.observing.spans import Span, since, spans_of
from patchwright.api.observing.traces import is_wanted, send_traces

STORY: list[tuple[str, EventKind, dict[str, Any]]] = [
    ("00.000", "run_created", {"title": "Mend it", "base": "b" * 40}),
    ("00.100", "status_changed", {"status": "baseline", "reason": ""}),
    ("02.100", "command_finished", {"check": "pytest", "exit_code": 1, "seconds": 2.0, "tests": 3, "problem": ""}),
    ("02.200", "status_changed", {"status": "planning", "reason": ""}),
    ("03.200", "model_called", {"role": "planner", "model": "m", "tokens_in": 70, "tokens_out": 9, "seconds": 0.5}),
    ("03.300", "plan_drafted", {"revision": 1, "sha256": "f" * 64, "author": "planner", "steps": 1}),
    ("03.400", "status_changed", {"status": "awaiting_approval", "reason": "waits"}),
    ("08.000", "approval_recorded", {"decision": "approve", "by": "ann", "revision": 1, "sha256": "f" * 64}),
    ("08.100", "status_changed", {"status": "executing", "reason": ""}),
    ("08.200", "step_started", {"step": 1, "title": "Mend", "recipe": ""}),
    ("08.300", "tool_called", {"tool": "edit", "refused": True, "arguments": {"text": "never told"}}),
    ("09.000", "attempt_verified", {"step": 1, "green": True, "fixed": 1, "broken": 0}),
    ("09.100", "step_finished", {"step": 1, "result": "green", "reason": ""}),
    ("09.200", "status_changed", {"status": "awaiting_review", "reason": ""}),
    ("09.200", "run_ended", {"outcome": "patch", "verdict": "verified", "reason": ""}),
]


def story() -> list[Event]:
    return [
        Event(run_id="r1", seq=seq, at=f"2026-11-23T01:00:{at}Z", kind=kind, data=data)
        for seq, (at, kind, data) in enumerate(STORY, 1)
    ]


def tree(spans: list[Span]) -> dict[str, str]:
    names = {span.number: span.name for span in spans}
    return {span.name: names.get(span.parent, "") for span in spans}


def test_a_run_is_phases_steps_and_calls_one_within_the_other() -> None:
    assert tree(spans_of(story())) == {
        "invoke_agent patchwright": "",
        "baseline": "invoke_agent patchwright",
        "check pytest": "baseline",
        "planning": "invoke_agent patchwright",
        "chat m": "planning",
        "executing": "invoke_agent patchwright",
        "step": "executing",
        "execute_tool edit": "step",
    }


def test_spans_say_when_what_and_how_it_ended() -> None:
    spans = {span.name: span for span in spans_of(story())}
    assert (spans["check pytest"].end - spans["check pytest"].begin) == 2_000_000_000
    assert spans["chat m"].attributes["gen_ai.usage.input_tokens"] == 70
    assert spans["execute_tool edit"].failed
    assert [fact.name for fact in spans["step"].facts] == ["attempt_verified"]
    assert spans["invoke_agent patchwright"].attributes["patchwright.verdict"] == "verified"
    assert "never told" not in str(spans)


def test_what_is_told_again_has_the_same_numbers_and_nothing_open_is_told() -> None:
    whole, half = spans_of(story()), spans_of(story()[:11])
    assert {span.number for span in half} <= {span.number for span in whole}
    assert [span.name for span in half] == ["check pytest", "baseline", "chat m", "planning", "execute_tool edit"]
    assert [span.name for span in since(whole, 14)] == ["invoke_agent patchwright"]


@contextmanager
def collector(status: int = 200) -> Generator[tuple[str, list[ExportTraceServiceRequest]]]:
    taken: list[ExportTraceServiceRequest] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", taken
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    database = open_database(tmp_path / "patchwright.db")
    yield Store(database)
    database.close()


def ended_run(store: Store) -> str:
    issue = Issue(title="t", body="b", repository="/r", base_commit="b" * 40, clone="c", origin="terminal")
    run = store.create_run(issue, GRAPH_VERSION, "local", 1)
    with own(store, run.id) as ledger:
        ledger.status("planning")
        ledger.end("rejected", None, "none", "no")
    return run.id


def test_a_collector_receives_the_trace_of_a_run(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = ended_run(store)
    with collector() as (url, taken):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert is_wanted({"OTEL_EXPORTER_OTLP_ENDPOINT": url})
        assert send_traces(store, run_id, 0)
    (sent,) = [one for request in taken for one in request.resource_spans]
    spans = sent.scope_spans[0].spans
    assert [span.name for span in spans] == ["planning", "invoke_agent patchwright"]
    assert spans[0].parent_span_id == spans[1].span_id
    assert {attribute.key for attribute in sent.resource.attributes} >= {"service.name", "service.version"}


def test_a_collector_that_refuses_costs_the_run_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = ended_run(store)
    with collector(status=400) as (url, _):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert not send_traces(store, run_id, 0)
