"""A client of the API: typed calls, errors as `PatchwrightError`, and events that are followed across cuts."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pydantic import BaseModel, ValidationError

from patchwright.agent.errors import NotNow, PatchwrightError, RunNotFound, StaleApproval, UsageError
from patchwright.agent.events import Event
from patchwright.agent.plan import Decision, Draft
from patchwright.agent.report import Report
from patchwright.api.http.schemas import (
    Artifacts,
    Decide,
    EventList,
    Message,
    NewRevision,
    NewRun,
    PlanHistory,
    PlanView,
    Problem,
    Resume,
    RunList,
    RunView,
    TransformationLine,
    Transformations,
    VerificationView,
)

if TYPE_CHECKING:
    import httpx2

R = TypeVar("R", bound=BaseModel)

SECONDS = 30.0
"""How long an answer may take."""
SILENCE = 45.0
"""Without a sign of life for so long a stream is dead; the server gives one every 15 seconds."""
TRIES = 6
"""How often in a row a connection is tried before a stream is given up."""

_ERRORS: dict[str, type[PatchwrightError]] = {
    "not-found": RunNotFound,
    "not-there": NotNow,
    "stale-approval": StaleApproval,
    "not-now": NotNow,
    "run-busy": NotNow,
}


class ServerError(PatchwrightError):
    """The server cannot be reached, or does not answer as it should: try again later."""


class Denied(UsageError):
    """The server refuses: no valid key, no right, or too often (`retry_after` in seconds, 0: not by waiting)."""

    def __init__(self, message: str, status: int, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class Client:
    """Speaks to `patchwright serve` at `base_url`, as whoever has this key. Close it, or use it as a context.

    Every method raises `ServerError`, `Denied`, `RunNotFound`, `NotNow`, `StaleApproval` or `UsageError`.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        transport: "httpx2.BaseTransport | None" = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        import httpx2  # late: takes 0.1 s

        self._sleep = sleep
        self._http = httpx2.Client(
            base_url=base_url,
            headers={"authorization": f"Bearer {key}"},
            timeout=SECONDS,
            follow_redirects=False,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    # runs

    def start(self, new: NewRun, *, idempotency_key: str = "") -> RunView:
        """Ask for a run; with the same `idempotency_key` it is the same run, however often it is asked for."""
        headers = {"idempotency-key": idempotency_key} if idempotency_key else {}
        return self._post("/v1/runs", new, RunView, headers)

    def runs(
        self,
        *,
        status: Sequence[str] = (),
        repository: str = "",
        requested_by: str = "",
        title: str = "",
        limit: int = 50,
        cursor: str = "",
    ) -> RunList:
        """A page of runs, newest first."""
        wanted = {"repository": repository, "requested_by": requested_by, "title": title, "cursor": cursor}
        query: dict[str, Any] = {name: value for name, value in wanted.items() if value}
        return self._get("/v1/runs", RunList, {**query, "status": list(status), "limit": limit})

    def run(self, run_id: str) -> RunView:
        """A run as it stands."""
        return self._get(f"/v1/runs/{run_id}", RunView)

    # the plan

    def plan(self, run_id: str) -> PlanHistory:
        """All revisions of its plan."""
        return self._get(f"/v1/runs/{run_id}/plan", PlanHistory)

    def edit(self, run_id: str, draft: Draft, *, revision: int, sha256: str) -> PlanView:
        """A revision made by hand of that one."""
        new = NewRevision(revision=revision, sha256=sha256, draft=draft)
        return self._post(f"/v1/runs/{run_id}/plan", new, PlanView)

    def decide(
        self,
        run_id: str,
        decision: Decision,
        *,
        revision: int,
        sha256: str,
        notes: str = "",
        candidates: int | None = None,
        policy: str = "",
    ) -> RunView:
        """Approve, send back or reject exactly that revision; `policy` is recorded as what decided."""
        given = Decide(
            revision=revision, sha256=sha256, decision=decision, notes=notes, candidates=candidates, policy=policy
        )
        return self._post(f"/v1/runs/{run_id}/approval", given, RunView)

    # steering

    def say(self, run_id: str, text: str) -> RunView:
        """Say something to its model."""
        return self._post(f"/v1/runs/{run_id}/messages", Message(text=text), RunView)

    def pause(self, run_id: str) -> RunView:
        """Park it at its next safe point."""
        return self._post(f"/v1/runs/{run_id}/pause", None, RunView)

    def resume(self, run_id: str, add_budget: dict[str, float] | None = None) -> RunView:
        """Let it go on, with a larger budget if one is given."""
        return self._post(f"/v1/runs/{run_id}/resume", Resume(add_budget=add_budget or {}), RunView)

    def cancel(self, run_id: str) -> RunView:
        """End it."""
        return self._post(f"/v1/runs/{run_id}/cancel", None, RunView)

    # what there is of it

    def events(self, run_id: str, after: int = 0) -> list[Event]:
        """The events that are there now behind number `after`."""
        found = list[Event]()
        while True:
            page = self._get(f"/v1/runs/{run_id}/events", EventList, {"after": after}).events
            found += page
            if not page:
                return found
            after = page[-1].seq

    def follow(self, run_id: str, after: int = 0) -> Iterator[Event]:
        """The events behind number `after` as they come, each once, until the run has ended.

        A stream that is cut, also by a restart of the server, goes on where it was.
        """
        tries = 0
        while tries < TRIES:
            try:
                for event in self._stream(run_id, after):
                    if event is None:
                        return
                    after, tries = event.seq, 0
                    yield event
            except ServerError:
                if tries + 1 >= TRIES:
                    raise
            tries += 1
            self._sleep(min(0.2 * 2**tries, 10))

    def patch(self, run_id: str, candidate: int | None = None) -> bytes:
        """The patch. Raises `NotNow` if there is none."""
        query = {"candidate": candidate} if candidate else None
        return self._send("GET", f"/v1/runs/{run_id}/patch", params=query).content

    def report(self, run_id: str) -> Report:
        """What it came to. Raises `NotNow` if it has not ended."""
        return self._get(f"/v1/runs/{run_id}/report", Report)

    def verification(self, run_id: str) -> VerificationView:
        """What the judges say. Raises `NotNow` if it has not ended."""
        return self._get(f"/v1/runs/{run_id}/verification", VerificationView)

    def artifacts(self, run_id: str) -> tuple[str, ...]:
        """The names of all that is kept of it."""
        return self._get(f"/v1/runs/{run_id}/artifacts", Artifacts).names

    def artifact(self, run_id: str, name: str) -> bytes:
        """What is kept under that name."""
        from urllib.parse import quote

        return self._send("GET", f"/v1/runs/{run_id}/artifacts/{quote(name)}").content

    def transformations(self) -> tuple[TransformationLine, ...]:
        """What can be asked for by name."""
        return self._get("/v1/transformations", Transformations).transformations

    # the wire

    def _get(self, path: str, shape: type[R], query: dict[str, Any] | None = None) -> R:
        headers = {"accept": "application/json"}
        return _read(self._send("GET", path, params=query, headers=headers).content, shape)

    def _post(self, path: str, record: BaseModel | None, shape: type[R], headers: dict[str, str] | None = None) -> R:
        content = record.model_dump_json().encode() if record else b""
        sent = {**(headers or {}), **({"content-type": "application/json"} if record else {})}
        return _read(self._send("POST", path, content=content, headers=sent).content, shape)

    def _send(self, method: str, path: str, **what: Any) -> "httpx2.Response":
        import httpx2

        try:
            response = self._http.request(method, path, **what)
        except httpx2.HTTPError as error:
            raise self._unreachable(error) from error
        _check(response)
        return response

    def _stream(self, run_id: str, after: int) -> Iterator[Event | None]:
        """Events of one connection; None: the run has ended and there are no more."""
        import httpx2

        headers = {"accept": "text/event-stream", "last-event-id": str(after)}
        timeout = httpx2.Timeout(SECONDS, read=SILENCE)
        try:
            with self._http.stream("GET", f"/v1/runs/{run_id}/events", headers=headers, timeout=timeout) as response:
                if response.status_code == 204:
                    yield None
                    return
                if response.is_error:
                    response.read()
                _check(response)
                yield from _events(response.iter_lines())
        except httpx2.HTTPError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> ServerError:
        said = str(error) or type(error).__name__
        return ServerError(
            f"The server {self._http.base_url} cannot be reached ({said}). Is it running, and the address right?"
        )


def _events(lines: Iterable[str]) -> Iterator[Event]:
    """The events of a stream; one that was cut short is left out, and comes again."""
    data = ""
    for line in lines:
        if line.startswith("data:"):
            data = line[5:].strip()
        elif not line and data:
            yield _read(data.encode(), Event)
            data = ""


def _read(data: bytes, shape: type[R]) -> R:
    try:
        return shape.model_validate_json(data)
    except ValidationError as error:
        what = f"no {shape.__name__} ({error.error_count()} faults)"
        raise ServerError(f"The server's answer is {what}: is it another version of patchwright?") from error


def _check(response: "httpx2.Response") -> None:
    """Raises the error that a bad answer tells of."""
    if response.is_success:
        return
    try:
        told = Problem.model_validate_json(response.content)
    except ValidationError:
        raise ServerError(f"The server answered {response.status_code} without saying why.") from None
    kind = told.type.rpartition(":")[2]
    detail = "; ".join([told.detail, *(f"{fault.where}: {fault.what}" for fault in told.errors)])
    if kind in _ERRORS:
        raise _ERRORS[kind](detail)
    if told.status >= 500:
        raise ServerError(detail)
    wait = response.headers.get("retry-after", "0")
    raise Denied(detail, told.status, float(wait) if wait.isdigit() else 0.0)
