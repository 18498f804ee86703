"""A model played from a recording, and the making of recordings. Ships with the product; is labelled.

A recording is JSONL, one answer a line: `{"role": "editor", "match": "...", "last": "...", "reply": {...}}`.
Each role's answers are played in order. `match` (written by hand) is text that the last message has to
hold; `last` (written by `RecordingModel`) is the fingerprint of the last message: it finds the place after
a resume, and a difference is reported and not fatal, since outputs hold times.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from patchwright.agent.answers import Call, Said
from patchwright.agent.errors import ModelRefused, UsageError
from patchwright.agent.messages import Model, ModelRole, Reply, Request
from patchwright.agent.parse import Malformed, load_json
from patchwright.agent.replies import read_reply
from patchwright.agent.roles import ReplyLimits
from patchwright.agent.run import Usage
from patchwright.tools.secrets import Redactor, every_text
from patchwright.tools.untrusted import printable

LABEL = "recording"
"""What stands where a model's name would stand."""


class Record(BaseModel):
    """One line of a recording."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: ModelRole
    match: str = ""
    last: str = ""
    reply: Reply


def fingerprint(request: Request) -> str:
    """A short name for the last message of a request."""
    text = request.messages[-1].content if request.messages else ""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def read_recording(path: Path) -> tuple[Record, ...]:
    """The lines of a recording. Raises `UsageError` naming the line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise UsageError(f"The recording {path} cannot be read ({error.strerror}). Name another file.") from None
    except UnicodeDecodeError:
        raise UsageError(f"The recording {path} is not UTF-8 text. Name another file.") from None
    return tuple(_record(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip())


def _record(line: str, place: str) -> Record:
    try:
        return Record.model_validate(load_json(line))
    except (Malformed, ValidationError) as error:
        raise UsageError(f"{place} is not a line of a recording: {error}") from None


class ScriptedModel:
    """Plays a recording, for one or all roles; looking up an answer takes the same time at turn 1 and 1,000.

    `played` says how many answers of each role a resumed run already has; without it, the place is
    found by the first request. `on_difference` is told where a request is not the recorded one;
    `strict` makes that an end.
    """

    def __init__(
        self,
        recording: Path | Sequence[Record],
        played: Mapping[ModelRole, int] | None = None,
        strict: bool = False,
        on_difference: Callable[[str], None] | None = None,
    ) -> None:
        records = read_recording(recording) if isinstance(recording, Path) else tuple(recording)
        self.name = str(recording) if isinstance(recording, Path) else "the recording"
        self.differences: list[str] = []
        self._strict = strict
        self._tell = on_difference
        self._by_role = defaultdict[ModelRole, list[Record]](list)
        self._places = dict[tuple[ModelRole, str], int]()
        self._next = defaultdict[ModelRole, int](int, played or {})
        for record in records:
            self._places.setdefault((record.role, record.last), len(self._by_role[record.role]))
            self._by_role[record.role].append(record)

    def complete(self, request: Request) -> Reply:
        """The recorded answer. Raises `ModelRefused` where the recording ends or does not fit."""
        place = self._place(request)
        records = self._by_role[request.role]
        if place >= len(records):
            raise ModelRefused(
                f"{self.name} holds {len(records)} answers of the {request.role}, and one more was asked for."
                " Use a recording of this very task, or configure a model."
            )
        self._compare(records[place], request, place)
        self._next[request.role] = place + 1
        return self._answer(records[place].reply, request, place)

    def _place(self, request: Request) -> int:
        """The next answer of the role; a player that has just begun looks where a resumed run stands."""
        at, records = self._next[request.role], self._by_role[request.role]
        if at or not records or (records[0].match and _fits(records[0], request)):
            return at
        found = self._places.get((request.role, fingerprint(request)))
        return found if found is not None else self._first_match(request)

    def _first_match(self, request: Request) -> int:
        text = _last(request)
        records = self._by_role[request.role]
        return next((place for place, one in enumerate(records) if one.match and one.match in text), 0)

    def _compare(self, record: Record, request: Request, place: int) -> None:
        where = f"{self.name}, answer {place + 1} of the {request.role}"
        if not _fits(record, request):
            raise ModelRefused(
                f"{where}, expects a last message with {record.match[:200]!r}, but it is"
                f" {printable(_last(request)[:200])!r}. Use a recording of this very task."
            )
        if record.last and record.last != fingerprint(request):
            self._differs(f"{where}, was recorded for another last message")

    def _differs(self, text: str) -> None:
        self.differences.append(text)
        if self._tell:
            self._tell(text)
        if self._strict:
            raise ModelRefused(f"{text}. Use a recording of this very task.")

    def _answer(self, reply: Reply, request: Request, place: int) -> Reply:
        """The answer, checked like one from an endpoint: the tools of today decide what is a call."""
        calls = [Call(call.id or f"{place}", call.name, [json.dumps(call.arguments)]) for call in reply.tool_calls]
        content = reply.content or (json.dumps(reply.parsed) if reply.parsed is not None else "")
        try:
            read = read_reply(Said(content=content, calls=calls, finish="stop"), request, ReplyLimits())
        except Malformed as error:
            raise ModelRefused(
                f"{self.name}, answer {place + 1} of the {request.role}, is unusable: {error}."
            ) from None
        return read.model_copy(
            update={"usage": reply.usage if reply.usage.requests else Usage(requests=1), "model": LABEL}
        )


def _fits(record: Record, request: Request) -> bool:
    """Whether a person's `match` allows this request; a fingerprint only finds, it does not forbid."""
    return record.match in _last(request)


def _last(request: Request) -> str:
    return request.messages[-1].content if request.messages else ""


class RecordingModel:
    """Passes requests on and writes each answer to a recording, without secrets."""

    def __init__(self, inner: Model, path: Path, redactor: Redactor) -> None:
        self._inner = inner
        self._path = path
        self._redactor = redactor

    def complete(self, request: Request) -> Reply:
        """The inner model's answer; raises what it raises."""
        reply = self._inner.complete(request)
        record = Record(role=request.role, last=fingerprint(request), reply=reply)
        line = json.dumps(every_text(record.model_dump(mode="json", exclude_defaults=True), self._redactor.text))
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        return reply
