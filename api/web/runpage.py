"""Everything that the page of a run shows, put together from the store."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from patchwright.agent import views
from patchwright.agent.errors import NotNow, PatchwrightError
from patchwright.agent.events import Event
from patchwright.agent.plan import Plan, Record
from patchwright.agent.report import Report
from patchwright.agent.run import ENDED, GATE, PARKED, WORKING, Run, RunStatus, Usage
from patchwright.agent.store import lease
from patchwright.api.difftext import warnings
from patchwright.api.follow import recorded
from patchwright.api.http.acts import check_decides
from patchwright.api.http.caller import Caller
from patchwright.api.http.history import history
from patchwright.api.http.rights import may_steer
from patchwright.api.http.schemas import PlanHistory, Revision
from patchwright.api.outcome import BAD
from patchwright.api.render import plan_warnings, scope_words
from patchwright.api.web.diffs import FileView, view
from patchwright.api.wording import Mood, Narrator
from patchwright.tools.checks import TestChange

LINES = 200
"""Lines of progress that the page begins with; the trajectory has all."""


class Told(Record):
    """A fact as a line for a person."""

    seq: int
    at: str
    text: str
    mood: Mood


class Lines(Record):
    """What is new of a run."""

    lines: tuple[Told, ...]
    status: RunStatus


@dataclass(frozen=True, slots=True)
class RunPage:
    """What is known of a run, and what whoever looks may do about it."""

    run: Run
    standing: str
    requested_by: str
    usage: Usage
    history: PlanHistory
    current: Revision | None
    plan: Plan | None
    scope: str
    alarms: tuple[str, ...]
    at_gate: bool
    may_decide: bool
    why_not: str
    may_steer: bool
    is_working: bool
    is_parked: bool
    has_ended: bool
    lines: tuple[Told, ...]
    last_event: int
    report: Report | None
    counts: tuple[tuple[str, int], ...]
    worse: tuple[str, ...]
    files: tuple[FileView, ...]
    patch_alarms: tuple[str, ...]
    artifacts: tuple[str, ...]


def run_page(caller: Caller, run_id: str) -> RunPage:
    """All of it. Raises `RunNotFound` or `Refused`."""
    store, run = caller.service.store, caller.run(run_id)
    claim, plan = caller.service.requests.of_run(run_id), store.plan(run_id)
    told, revisions = list(recorded(store, run_id)), history(store, run)
    report, patch = _report(caller, run_id), _patch(caller, run_id)
    why_not = _why_not(caller, run)
    return RunPage(
        run=run,
        standing=_standing(caller, run),
        requested_by=claim.asked_by if claim else "",
        usage=store.usage(run_id),
        history=revisions,
        current=revisions.revisions[-1] if revisions.revisions else None,
        plan=plan,
        scope=scope_words(plan) if plan else "",
        alarms=tuple(plan_warnings(plan)) if plan else (),
        at_gate=run.status in GATE,
        may_decide=run.status in GATE and not why_not,
        why_not=why_not,
        may_steer=may_steer(caller.key.role, caller.key.id, claim.key_id if claim else ""),
        is_working=run.status in ("queued", *WORKING),
        is_parked=run.status in PARKED,
        has_ended=run.status in ENDED,
        lines=told_lines(told)[-LINES:],
        last_event=told[-1].seq if told else 0,
        report=report,
        counts=tuple(sorted(Counter(change.verdict for change in report.changes).items())) if report else (),
        worse=tuple(_change(change) for change in report.changes if change.verdict in BAD) if report else (),
        files=view(patch, report.origins if report else ()),
        patch_alarms=tuple(warnings("diff", patch.decode("utf-8", "replace"))),
        artifacts=tuple(store.artifacts(run_id)),
    )


def told_lines(events: list[Event]) -> tuple[Told, ...]:
    """The events that say something, as lines."""
    narrator = Narrator()
    found = ((event, narrator.line(event)) for event in events)
    return tuple(Told(seq=event.seq, at=event.at, text=line[0], mood=line[1]) for event, line in found if line)


def draft_fields(plan: Plan) -> Mapping[str, Any]:
    """The plan as the fields of the form by which it is edited."""
    scope = plan.draft.scope
    return {"summary": plan.draft.summary, "paths": "\n".join(scope.paths), "scope": scope, "steps": plan.draft.steps}


def _standing(caller: Caller, run: Run) -> str:
    """The status in words, and whether somebody works on it."""
    words = run.status.replace("_", " ")
    if run.status in ENDED | GATE | PARKED:
        return words
    held = lease.is_held(caller.service.store.database, run.id)
    return f"{words} ({'at work' if held else 'waits for a worker'})"


def _why_not(caller: Caller, run: Run) -> str:
    """Why whoever looks may not decide on the plan; "" if they may."""
    try:
        check_decides(caller, run.id)
    except PatchwrightError as error:
        return str(error)
    return ""


def _change(change: TestChange) -> str:
    return f"{change.verdict.replace('_', ' ')}: {change.id} {change.message[:200]}"


def _report(caller: Caller, run_id: str) -> Report | None:
    try:
        return views.report(caller.service.store, run_id)
    except NotNow:
        return None


def _patch(caller: Caller, run_id: str) -> bytes:
    try:
        return views.patch(caller.service.store, run_id)
    except NotNow:
        return b""
