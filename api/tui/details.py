"""More of one event: edits as small diffs, a command with its output, what a model said."""

import difflib
from typing import Any

from rich.text import Text

from patchwright.agent.events import Event
from patchwright.agent.parse import listing, mapping
from patchwright.api.tui.pen import Pen
from patchwright.api.tui.source import Call, Source

MANY = 60
"""Lines of one detail that are shown here; the trajectory shows all."""
SMALL = 24
"""Lines of a small diff."""


def details(pen: Pen, source: Source, run_id: str, event: Event, width: int) -> list[Text]:
    """What is known of the event beyond its line. May block."""
    match event.kind:
        case "model_called":
            return _model(pen, source.call(run_id, str(event.data.get("key", ""))), width)
        case "tool_called":
            return _tool(pen, source, run_id, event.data, width)
        case _:
            return _data(pen, event.data, width)


def _model(pen: Pen, call: Call | None, width: int) -> list[Text]:
    if call is None or call.reply is None:
        return [pen.line(("nothing is kept of it", pen.ink.quiet))]
    lines = pen.wrapped(call.reply.content, width) if call.reply.content else []
    for made in call.reply.tool_calls:
        lines.append(pen.line((f"calls {made.name}", pen.ink.accent)))
        lines += _arguments(pen, made.arguments, width)
    return _cut(pen, lines)


def _tool(pen: Pen, source: Source, run_id: str, data: dict[str, Any], width: int) -> list[Text]:
    key = str(data.get("key", ""))
    before, _, number = key.rpartition("/")
    answer = source.call(run_id, before)
    calls = answer.reply.tool_calls if answer and answer.reply else ()
    at = int(number) - 1 if number.isdigit() else -1
    arguments = calls[at].arguments if 0 <= at < len(calls) else dict(data.get("arguments") or {})
    if data.get("edits") and (small := small_diff(pen, str(data.get("tool", "")), arguments)):
        return small
    outcome = source.call(run_id, key)
    lines = _arguments(pen, arguments, width)
    lines += pen.wrapped(outcome.outcome if outcome else str(data.get("says", "")), width, pen.ink.quiet)
    return _cut(pen, lines)


def small_diff(pen: Pen, tool: str, arguments: dict[str, Any]) -> list[Text]:
    """What an edit changes, without its surroundings; nothing for a call that says no text."""
    if tool == "create":
        pairs = [("", str(arguments.get("text", "")))]
    else:
        swaps = [mapping(one) for one in listing(arguments.get("edits"))]
        pairs = [(str(one.get("old", "")), str(one.get("new", ""))) for one in swaps]
    lines = [_changed(pen, line) for old, new in pairs for line in _diff(old, new)]
    return _cut(pen, lines, SMALL)


def _diff(old: str, new: str) -> list[str]:
    """The lines of a unified diff without its heads."""
    found = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1))[2:]
    return [line for line in found if not line.startswith("@@")]


def _changed(pen: Pen, line: str) -> Text:
    ink = pen.ink
    under = {"+": ink.added, "-": ink.removed}.get(line[:1], ink.quiet)
    mark = {"+": ink.added_mark, "-": ink.removed_mark}.get(line[:1], ink.quiet)
    return pen.line((line[:1], mark + under), (line[1:], ink.plain + under))


def _arguments(pen: Pen, arguments: dict[str, Any], width: int) -> list[Text]:
    lines = list[Text]()
    for name, value in arguments.items():
        lines += pen.labelled(name[:9], [str(value)], width)
    return lines


def _data(pen: Pen, data: dict[str, Any], width: int) -> list[Text]:
    """The facts of any other event, as they are."""
    return _cut(
        pen,
        _arguments(
            pen, {name.replace("_", " "): value for name, value in data.items() if value not in ("", [], None)}, width
        ),
    )


def _cut(pen: Pen, lines: list[Text], most: int = MANY) -> list[Text]:
    if len(lines) <= most:
        return lines
    return [*lines[:most], pen.line((f"… {len(lines) - most} more lines (5 Trajectory shows all)", pen.ink.quiet))]
