"""The facade that every door calls: start a run, work on it, decide, look at it."""

import threading
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from patchwright.agent.ahead import get_ahead, load
from patchwright.agent.authorship import authored
from patchwright.agent.candidates import useful
from patchwright.agent.deps import Deps, SandboxKind
from patchwright.agent.errors import (
    BudgetSpent,
    Cancelled,
    GraphVersionMismatch,
    LeaseLost,
    ModelGarbage,
    ModelRefused,
    ModelUnavailable,
    NotNow,
    PauseAsked,
    RunBusy,
    StaleApproval,
    UsageError,
)
from patchwright.agent.issue import Issue, Origin, titled
from patchwright.agent.plan import Approval, Decision, Draft, Plan, plan_sha256
from patchwright.agent.plandiff import PlanChange, plan_diff
from patchwright.agent.run import ENDED, GATE, PARKED, Run, RunStatus
from patchwright.agent.session import Session
from patchwright.agent.state import GRAPH_VERSION, initial
from patchwright.agent.store import lease
from patchwright.agent.store.ledger import Ledger, own
from patchwright.agent.store.store import Store
from patchwright.sandbox.errors import SandboxDied, SandboxError
from patchwright.sandbox.source import open_source
from patchwright.tools.untrusted import GAP, clean

SHOWN_CHANGES = 8
"""Changes of a plan that are named where a decision came too late."""
APPROVAL_HOURS = 24
"""An approval that was not begun with for so long has expired (APR-08)."""

FRESH_SANDBOXES = 2
"""How often a lost sandbox is replaced by a fresh one before the run is parked (REL-06)."""

PAUSE_SECONDS = 5.0
"""How long a command may work on when a human asks for a pause."""

MAX_ISSUE = 100_000
"""Characters of an issue that are kept; the rest is cut, and the cut is said."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a door was asked for. `revision` is any name of a commit in the repository.

    `run_id` is the id that a door has promised already; "" for a new one. `authorization` is the HTTP header by which
    a private repository is fetched: it is not stored.
    """

    repository: str
    text: str
    revision: str = "HEAD"
    include_dirty: bool = False
    sandbox: SandboxKind = "docker"
    origin: Origin = "terminal"
    candidates: int = 1
    transformation: str = ""
    run_id: str = ""
    authorization: str = field(default="", repr=False)


def start(deps: Deps, asked: Asked) -> Run:
    """Freeze the issue on its base commit and store the run. Raises `UsageError` or `SourceRefused`."""
    text = clean(deps.redactor.ours(asked.text))
    if not text.text.replace(GAP, "").strip():
        raise UsageError("The issue is empty. Say in a sentence or more what should change.")
    repository, commit = open_source(
        asked.repository,
        cache=deps.cache,
        revision=asked.revision,
        include_dirty=asked.include_dirty,
        authorization=asked.authorization,
    )
    repository.close()
    title, body = titled(text.text)
    issue = Issue(
        title=title,
        body=_cut(body),
        repository=asked.repository,
        base_commit=commit,
        clone=repository.git_dir.name,
        origin=asked.origin,
        hidden=text.removed,
        transformation=asked.transformation,
    )
    run = deps.store.create_run(issue, GRAPH_VERSION, asked.sandbox, asked.candidates, asked.run_id)
    if len(issue.body) > MAX_ISSUE:
        said = f"The issue is long: its first {MAX_ISSUE:,} characters were kept, the rest was cut."
        deps.store.append(run.id, "warning", {"text": said})
    return run


def drive(deps: Deps, run_id: str) -> Run:
    """Work on a run until it waits for a human or ends.

    Raises `RunBusy`, `GraphVersionMismatch`, `LeaseLost`, `Draining` or `StoreUnusable`. Everything else that
    can go wrong is written to the run, which is parked so that `drive` can go on later.
    """
    run = deps.store.run(run_id)
    if run.graph_version != GRAPH_VERSION:
        raise GraphVersionMismatch(
            f"Run {run_id} was begun by graph version {run.graph_version}; this patchwright has {GRAPH_VERSION}. "
            "Continue it with the version that began it, or start a new run. Nothing was changed."
        )
    if run.status in ENDED:
        return run
    with own(deps.store, run_id, deps.ending) as ledger, closing(Session(deps, ledger)) as session, _watch(session):
        _work(session, ledger)
    return deps.store.run(run_id)


def _work(session: Session, ledger: Ledger) -> None:
    try:
        ledger.stop_if_asked()
        if session.run.status in PARKED:
            ledger.status(ledger.store.last_work(ledger.run_id))
        _invoke(session)
        ledger.store.request_pause(ledger.run_id, "")  # it stands by itself now
    except Cancelled:
        ledger.end("cancelled", None, "none", "cancelled by a human")
    except PauseAsked as error:
        ledger.status("paused", str(error))
    except BudgetSpent as error:
        ledger.status("paused_budget", str(error))
    except UsageError as error:
        ledger.status("paused_config", session.deps.redactor.text(str(error)))
    except (ModelUnavailable, ModelRefused, ModelGarbage, SandboxError) as error:
        ledger.status("infra_failed", session.deps.redactor.text(str(error)))


def _invoke(session: Session) -> None:
    """Drive the graph; a sandbox that is lost on the way is replaced by a fresh one."""
    for lost in range(1, FRESH_SANDBOXES + 2):
        try:
            return _invoke_once(session)
        except SandboxDied as error:
            session.close_sandbox()
            session.ledger.stop_if_asked()
            if lost > FRESH_SANDBOXES:
                raise
            text = f"The sandbox was lost ({error}); going on in a fresh one, {lost} of {FRESH_SANDBOXES}."
            session.ledger.event("warning", text=text)
    return None


def _invoke_once(session: Session) -> None:
    """Until the graph ends, or waits for a decision that no human has made yet."""
    session.ledger.stop_if_asked()
    if session.deps.store.plan(session.ledger.run_id) is None:
        get_ahead(session)
    load()
    from patchwright.agent.checkpoints import TOLD, open_saver
    from patchwright.agent.graph import build

    ledger = session.ledger
    with open_saver(ledger) as saver:
        graph: Any = build(saver)
        config: Any = {"configurable": {"thread_id": ledger.run_id}, "recursion_limit": 100_000}
        found = graph.get_state(config)
        metadata: dict[str, Any] = found.metadata or {}
        ledger.tell_after(metadata.get(TOLD, ledger.told()))
        given = _given(session, found)
        while given is not _WAIT:
            ledger.stop_if_asked()
            graph.invoke(given, config, context=session, durability="sync")
            # A decision may have come before the graph stood at its interrupt: after a crash, or just now.
            found = graph.get_state(config)
            given = _answer(session, found.interrupts[0].value) if found.interrupts else _WAIT


_WAIT = object()
"""There is nothing to give to the graph: it has ended or waits for a human."""


def _given(session: Session, found: Any) -> Any:
    """What the graph goes on with: its first state, a human's decision, or nothing (None) after a crash."""
    if not found.next and not found.values:
        return initial(session.ledger.run_id, session.issue.base_commit)
    return _answer(session, found.interrupts[0].value) if found.interrupts else None


def _answer(session: Session, question: dict[str, Any]) -> Any:
    """The human's decision on the newest revision as the graph's resume value, or `_WAIT` if there is none."""
    from langgraph.types import Command

    store, run_id = session.deps.store, session.ledger.run_id
    plan = store.plan(run_id)
    decided = [a for a in store.approvals(run_id) if plan and a.revision == plan.revision]
    if plan is None or not decided or plan.revision < question["revision"]:
        return _WAIT
    approval = decided[-1]
    if approval.decision == "approve":
        if expired(approval, store.clock()):
            store.add_plan(run_id, _next(plan, plan.author, plan.draft, session.issue, plan.notes))
            waiting: RunStatus = "needs_input" if plan.author == "editor" else "awaiting_approval"
            session.ledger.status(waiting, "the approval expired; approve the new revision")
            return _WAIT
        session.plan(plan.revision)
    return Command(resume=approval.model_dump())


def is_due(store: Store, run_id: str) -> bool:
    """Whether a run that waits has been decided on, so that there is work again."""
    run, plan = store.run(run_id), store.plan(run_id)
    decided = {approval.revision for approval in store.approvals(run_id)}
    return run.status in GATE and plan is not None and plan.revision in decided


def expired(approval: Approval, now: datetime) -> bool:
    """Whether the approval is too old to begin with."""
    given = datetime.fromisoformat(approval.at)
    return now - given > timedelta(hours=APPROVAL_HOURS)


def decide(
    deps: Deps, run_id: str, decision: Decision, *, by: str, revision: int, sha256: str = "", notes: str = ""
) -> Run:
    """Record a human's decision on that revision; `sha256` may be its first 12 digits or more.

    Raises `NotNow` if the run doesn't wait for a decision, `StaleApproval` if the plan has moved on.
    The work itself is `drive`.
    """
    run, plan = _waiting(deps, run_id)
    _check_named(deps, plan, run_id, revision, sha256)
    deps.store.decide(
        run_id,
        Approval(
            decision=decision,
            by=by,
            revision=plan.revision,
            sha256=plan.sha256,
            notes=deps.redactor.ours(notes),
            at=deps.store.now(),
        ),
    )
    return deps.store.run(run.id)


def with_candidates(deps: Deps, run_id: str, number: int, *, by: str, revision: int, sha256: str = "") -> Plan:
    """The plan executed `number` times, as a revision of a human's; the plan itself if it says so already.

    Raises `NotNow` or `StaleApproval`.
    """
    run, plan = _waiting(deps, run_id)
    _check_named(deps, plan, run_id, revision, sha256)
    terms = plan.terms.model_copy(update={"candidates": useful(plan.draft.steps, number)})
    if terms == plan.terms:
        return plan
    revised = _next(plan.model_copy(update={"terms": terms}), by, plan.draft, run.issue, plan.notes)
    deps.store.add_plan(run_id, revised)
    return revised


def edit(deps: Deps, run_id: str, draft: Draft, *, by: str, revision: int = 0, sha256: str = "") -> Plan:
    """A human's own revision, made of `revision` if that is named. Raises `NotNow` or `StaleApproval`."""
    run, plan = _waiting(deps, run_id)
    _check_named(deps, plan, run_id, revision or plan.revision, sha256)
    revised = _next(plan, by, authored(plan.draft, draft, by), run.issue, plan.notes)
    deps.store.add_plan(run_id, revised)
    return revised


def cancel(deps: Deps, run_id: str) -> Run:
    """Stop a run in any state; a process that works on it stops within seconds (REL-04)."""
    run = deps.store.run(run_id)
    if run.status in ENDED:
        raise NotNow(f"Run {run_id} has ended already ({run.status}); there is nothing to cancel.")
    deps.store.request_cancel(run_id)
    if not lease.is_held(deps.store.database, run_id):
        with suppress(RunBusy), own(deps.store, run_id) as ledger:
            ledger.end("cancelled", None, "none", "cancelled by a human")
    return deps.store.run(run_id)


def _waiting(deps: Deps, run_id: str) -> tuple[Run, Plan]:
    run, plan = deps.store.run(run_id), deps.store.plan(run_id)
    if run.status not in GATE or plan is None:
        raise NotNow(f"Run {run_id} is {run.status}: it does not wait for a decision on a plan.")
    return run, plan


def _check_named(deps: Deps, plan: Plan, run_id: str, revision: int, sha256: str) -> None:
    if revision != plan.revision or not plan.sha256.startswith(sha256):
        raise StaleApproval(
            f"The decision names revision {revision}{f' ({sha256})' if sha256 else ''}, but the plan of run {run_id} "
            f"is now at revision {plan.revision} ({plan.sha256[:12]}), by {plan.author}. "
            f"{_difference(deps.store.plan(run_id, revision), plan)} `patchwright show {run_id}` shows it."
        )


def _next(plan: Plan, author: str, draft: Draft, issue: Issue, notes: tuple[str, ...]) -> Plan:
    return Plan(
        revision=plan.revision + 1,
        author=author,
        draft=draft,
        terms=plan.terms,
        notes=notes,
        sha256=plan_sha256(issue, draft, plan.terms, notes),
    )


def _difference(old: Plan | None, new: Plan) -> str:
    if old is None:
        return "There is no such revision."
    if old.revision == new.revision:
        return "The hash is another: what you saw is not this plan."
    changes = [f"{change.mark} {change.what}{_named(change)}" for change in plan_diff(old, new)]
    more = f" and {len(changes) - SHOWN_CHANGES} more" if len(changes) > SHOWN_CHANGES else ""
    return f"What changed: {'; '.join(changes[:SHOWN_CHANGES])}{more}."


def _named(change: PlanChange) -> str:
    """What came or went, in words; what only changed is named by its place."""
    words = change.after or change.before
    return f" {words[:80]!r}" if change.mark in "+-" and words else ""


def _cut(text: str) -> str:
    if len(text) <= MAX_ISSUE:
        return text
    return f"{text[:MAX_ISSUE]}\n[cut here: {len(text) - MAX_ISSUE} more characters were left out]"


class _watch:
    """While the context lasts, a cancel by a human or a lost lease interrupts the running command.

    A pause lets a command work on for a few seconds, and a model answer: what it says is paid for.
    """

    def __init__(self, session: Session, every: float = 0.5) -> None:
        self._session = session
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        patience = PAUSE_SECONDS
        while not self._stop.wait(self._every):
            try:
                self._session.ledger.stop_if_cancelled()
                ledger = self._session.ledger
                patience -= self._every if ledger.ending() or ledger.pause_by() else 0
            except (Cancelled, LeaseLost):
                patience = 0
            if patience <= 0:
                self._session.interrupt()  # and again: a sandbox may just have been opening
