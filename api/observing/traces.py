"""Sends a run's spans where OpenTelemetry's own variables say (OTLP over HTTP); nowhere if they say nothing."""

import logging
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

from patchwright.agent.run import ENDED
from patchwright.agent.store.store import Store
from patchwright.api.observing.spans import Span, since, spans_of, trace_number

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import SpanContext

WHERE = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
SECONDS = 5
"""How long a collector may take: a run does not wait for it longer."""

EVENTS = 1_000_000

log = logging.getLogger(__name__)


def is_wanted(env: Mapping[str, str]) -> bool:
    """Whether somebody collects traces."""
    return any(env.get(name) for name in WHERE)


def send_traces(store: Store, run_id: str, seq: int) -> bool:
    """Send the spans that ended after event `seq`, all of them once the run has ended; whether they were taken.

    What a killed process had not sent is sent with the rest then: a span's number is always the same.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import SpanExportResult

    spans = spans_of(store.events(run_id, limit=EVENTS))
    ended = store.run(run_id).status in ENDED
    wanted = list(readable(run_id, spans if ended else since(spans, seq)))
    exporter = OTLPSpanExporter(timeout=SECONDS)
    try:
        taken = exporter.export(wanted) is SpanExportResult.SUCCESS
    finally:
        exporter.shutdown()  # type: ignore[no-untyped-call]
    if not taken:
        log.warning("The traces of run %s were not taken by the collector; the run is not touched by that.", run_id)
    return taken


def readable(run_id: str, spans: "Iterable[Span]") -> "Iterable[ReadableSpan]":
    """The spans as OpenTelemetry's exporters take them."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.trace import Status, StatusCode

    resource = Resource.create({"service.name": "patchwright", "service.version": version("patchwright")})
    for span in spans:
        yield ReadableSpan(
            name=span.name,
            context=_context(run_id, span.number),
            parent=_context(run_id, span.parent) if span.parent else None,
            resource=resource,
            attributes=span.attributes,
            events=[Event(fact.name, fact.attributes, fact.at) for fact in span.facts],
            status=Status(StatusCode.ERROR, span.failed) if span.failed else Status(StatusCode.UNSET),
            start_time=span.begin,
            end_time=span.end,
        )


def _context(run_id: str, number: int) -> "SpanContext":
    from opentelemetry.trace import SpanContext, TraceFlags

    return SpanContext(trace_number(run_id), number, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
