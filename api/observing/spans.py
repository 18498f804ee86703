"""A run's events as spans: run > phase > step > model call, tool or command. Pure.

Names and attributes are those of OpenTelemetry's semantic conventions for generative AI. A span's number follows from
the run and the event that began it, so that whoever tells a run again tells the same spans.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from patchwright.agent.events import Event, EventKind

Attributes = dict[str, str | int | float | bool]

SECOND = 1_000_000_000
WORKING = ("preparing", "baseline", "planning", "executing", "verifying", "reviewing")
"""Statuses in which something is done: the phases of a run."""
TOLD: Mapping[EventKind, Sequence[str]] = {
    "plan_drafted": ("revision", "sha256", "author", "steps"),
    "approval_recorded": ("decision", "by", "revision", "sha256"),
    "attempt_verified": ("green", "fixed", "broken", "passed", "total", "new_diagnostics"),
    "verified": ("verdict", "passed_before", "passed_after"),
    "stuck": ("reason",),
    "edit_refused": ("reason",),
    "step_reverted": ("reason",),
    "warning": ("text",),
    "worker_lost": ("why",),
}
"""Facts that are told within the span around them, and what of each."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened within a span."""

    name: str
    at: int
    attributes: Attributes


@dataclass(slots=True)
class Span:
    """Something that took time, in nanoseconds since 1970. `seq` is the event that ended it; 0 while it is open."""

    number: int
    parent: int
    name: str
    begin: int
    attributes: Attributes
    end: int = 0
    seq: int = 0
    failed: str = ""
    facts: list[Fact] = field(default_factory=list[Fact])


def trace_number(run_id: str) -> int:
    """The trace of a run, 128 bits."""
    return int.from_bytes(hashlib.sha256(run_id.encode()).digest()[:16])


def span_number(run_id: str, seq: int) -> int:
    """The span that this event began, 64 bits."""
    return int.from_bytes(hashlib.sha256(f"{run_id}/{seq}".encode()).digest()[:8])


def spans_of(events: Sequence[Event]) -> list[Span]:
    """The spans of a run that have ended, in the order in which they did. `events` are all of it so far."""
    told = _Told()
    for event in events:
        told.take(event)
    return told.ended


class _Told:
    """What is open: the run, at most one phase in it, at most one step in that."""

    def __init__(self) -> None:
        self.ended: list[Span] = []
        self._open: list[Span] = []
        self._before = 0

    def take(self, event: Event) -> None:
        """The next event."""
        now, data = _nanoseconds(event.at), event.data
        match event.kind:
            case "run_created":
                self._begin(event, now, "invoke_agent patchwright", _of_run(event))
            case "status_changed":
                self._phase(event, now)
            case "step_started":
                name = str(data.get("recipe") or "step")
                self._begin(event, now, name, _named("patchwright.step", data, ("step", "title")))
            case "step_finished":
                failed = "" if data.get("result") == "green" else str(data.get("reason") or data.get("result"))
                self._end(event, now, 2, failed)
            case "run_ended":
                self._end(event, now, 1, "")
                self._open[0].attributes |= _named("patchwright", data, ("outcome", "verdict"))
                self._end(event, now, 0, "")
            case "model_called" | "tool_called" | "command_finished":
                self._call(event, now)
            case _ if event.kind in TOLD and self._open:
                fact = Fact(event.kind, now, _named("patchwright", data, TOLD[event.kind]))
                self._open[-1].facts.append(fact)
            case _:
                pass
        self._before = now

    def _phase(self, event: Event, now: int) -> None:
        status = str(event.data.get("status"))
        self._end(event, now, 1, str(event.data.get("reason")) if status == "infra_failed" else "")
        if status in WORKING:
            self._begin(event, now, status, {})

    def _begin(self, event: Event, now: int, name: str, attributes: Attributes) -> None:
        parent = self._open[-1].number if self._open else 0
        self._open.append(Span(span_number(event.run_id, event.seq), parent, name, now, attributes))

    def _end(self, event: Event, now: int, depth: int, failed: str) -> None:
        """Everything that is open at this depth and deeper."""
        while len(self._open) > depth:
            span = self._open.pop()
            span.end, span.seq, span.failed = now, event.seq, failed
            self.ended.append(span)

    def _call(self, event: Event, now: int) -> None:
        """It is told when it has ended; one that does not say how long it took began after the event before it."""
        seconds = event.data.get("seconds")
        begin = now - int(seconds * SECOND) if isinstance(seconds, int | float) else self._before or now
        name, attributes = _of_call(event)
        self._begin(event, begin, name, attributes)
        failed = bool(event.data.get("failed") or event.data.get("refused") or event.data.get("problem"))
        self._end(event, now, len(self._open) - 1, str(event.data.get("problem") or "failed") if failed else "")


def _of_run(event: Event) -> Attributes:
    return {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "patchwright",
        "gen_ai.conversation.id": event.run_id,
        **_named("patchwright", event.data, ("title", "base")),
    }


def _of_call(event: Event) -> tuple[str, Attributes]:
    data = event.data
    if event.kind == "model_called":
        model = str(data.get("model", ""))
        return f"chat {model}", {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": model,
            "gen_ai.agent.name": str(data.get("role", "")),
            "gen_ai.usage.input_tokens": int(data.get("tokens_in", 0)),
            "gen_ai.usage.output_tokens": int(data.get("tokens_out", 0)),
        }
    if event.kind == "tool_called":
        tool = str(data.get("tool", ""))
        return f"execute_tool {tool}", {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}
    return f"check {data.get('check', '')}", _named("patchwright.check", data, ("exit_code", "tests", "problem"))


def _named(prefix: str, data: Mapping[str, Any], names: Sequence[str]) -> Attributes:
    return {f"{prefix}.{name}": data[name] for name in names if isinstance(data.get(name), str | int | float | bool)}


def _nanoseconds(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp() * 1000) * (SECOND // 1000)


def since(spans: Sequence[Span], seq: int) -> Iterator[Span]:
    """Those that ended with a later event than this one."""
    return (span for span in spans if span.seq > seq)
