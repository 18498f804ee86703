"""Which model did what in a run, from its events."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from patchwright.agent.events import Event
from patchwright.agent.plan import Record
from patchwright.tools.untrusted import printable


class RungLine(Record):
    """One model of a role: what it was asked and answered, the attempts it made, and for whom it stood in."""

    role: str
    name: str
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    attempts: tuple[str, ...] = ()
    instead_of: tuple[str, ...] = ()


def rung_lines(events: Iterable[Event], attempts: Sequence[Mapping[str, Any]]) -> tuple[RungLine, ...]:
    """A line for each model in the order of its first answer; `attempts` are those of the store."""
    results = {(row["candidate"], row["step"], row["attempt"]): str(row["result"]) for row in attempts}
    lines = dict[tuple[str, str], RungLine]()
    for event in events:
        if event.kind == "model_called" and not event.data.get("failed"):
            key = (str(event.data["role"]), str(event.data.get("rung") or event.data.get("model") or "unknown"))
            lines[key] = _with(lines.get(key, RungLine(role=key[0], name=key[1])), event.data, results)
    return tuple(lines.values())


def _with(line: RungLine, data: Mapping[str, Any], results: Mapping[tuple[int, int, int], str]) -> RungLine:
    made = _attempt(str(data["key"]), results)
    stood = data.get("instead_of")
    return line.model_copy(
        update={
            "calls": line.calls + 1,
            "tokens_in": line.tokens_in + int(data.get("tokens_in", 0)),
            "tokens_out": line.tokens_out + int(data.get("tokens_out", 0)),
            "attempts": tuple(dict.fromkeys((*line.attempts, *([made] if made else [])))),
            "instead_of": tuple(dict.fromkeys((*line.instead_of, *([str(stood)] if stood else [])))),
        }
    )


def _attempt(key: str, results: Mapping[tuple[int, int, int], str]) -> str:
    """The attempt that a key `edit/CANDIDATE/STEP/ATTEMPT/TURN` belongs to, with its result; "" for another key."""
    parts = key.split("/")
    if parts[0] != "edit" or len(parts) < 5:
        return ""
    candidate, step, attempt = (int(part) for part in parts[1:4])
    result = results.get((candidate, step, attempt), "refused by the checks")
    which = f"candidate {candidate}, " if candidate > 1 else ""
    return f"{which}step {step + 1}, attempt {attempt}: {result}"


def did(line: RungLine) -> str:
    """What a model did, in words."""
    stood = [f"stood in for {printable(name)}" for name in line.instead_of]
    return "; ".join([*stood, *line.attempts])
