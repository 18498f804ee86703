"""A page of runs, newest first, as far as a key may see them."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from patchwright.agent.run import Run
from patchwright.agent.store.store import Store
from patchwright.api.http.problems import Refused
from patchwright.api.http.requests import Requests
from patchwright.api.http.rights import sees
from patchwright.api.http.schemas import RunLine, RunList

PAGE = 200
"""Runs that are read at once."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs: an empty field means any. `scope` are the globs of the key."""

    scope: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    verdict: str = ""
    repository: str = ""
    requested_by: str = ""
    origin: str = ""
    title: str = ""

    def has(self, run: Run, requested_by: str) -> bool:
        """Whether the run is one of them."""
        return (
            sees(self.scope, run.issue.repository)
            and (not self.status or run.status in self.status)
            and self.verdict in ("", run.verdict)
            and self.repository in ("", run.issue.repository)
            and self.requested_by in ("", requested_by)
            and self.origin in ("", run.issue.origin)
            and self.title.casefold() in run.issue.title.casefold()
        )


def page(store: Store, requests: Requests, wanted: Wanted, limit: int, cursor: str) -> RunList:
    """At most `limit` of the wanted runs behind the cursor. Raises `Refused` (422) for a cursor that is none."""
    lines = list[RunLine]()
    for run, requested_by in _all(store, requests, *_place(cursor)):
        if wanted.has(run, requested_by):
            if len(lines) == limit:
                return RunList(runs=tuple(lines), next=_cursor(lines[-1]))
            lines.append(_line(run, requested_by))
    return RunList(runs=tuple(lines), next=None)


def _all(store: Store, requests: Requests, at: str, run_id: str) -> Iterator[tuple[Run, str]]:
    """Every run behind that place with who asked for it."""
    query = (
        "SELECT id FROM runs WHERE ?='' OR created_at<? OR (created_at=? AND id<?) "
        "ORDER BY created_at DESC, id DESC LIMIT ?"
    )
    while True:
        rows = list(store.database.connection().execute(query, (at, at, at, run_id, PAGE)))
        for row in rows:
            run, claim = store.run(row["id"]), requests.of_run(row["id"])
            at, run_id = run.created_at, run.id
            yield run, claim.asked_by if claim else ""
        if len(rows) < PAGE:
            return


def _line(run: Run, requested_by: str) -> RunLine:
    return RunLine(
        id=run.id,
        status=run.status,
        outcome=run.outcome,
        verdict=run.verdict,
        reason=run.reason,
        title=run.issue.title,
        repository=run.issue.repository,
        base_commit=run.issue.base_commit,
        origin=run.issue.origin,
        requested_by=requested_by,
        created_at=run.created_at,
        updated_at=run.updated_at,
    )


def _cursor(line: RunLine) -> str:
    return base64.urlsafe_b64encode(f"{line.created_at}|{line.id}".encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[str, str]:
    """The time and id of the last run that was seen; nothing for the beginning."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        text = ""
    at, bar, run_id = text.partition("|")
    if cursor and not (bar and at and run_id):
        raise Refused(422, "invalid", "This cursor is none: take `next` of the page before as it is.")
    return at, run_id
