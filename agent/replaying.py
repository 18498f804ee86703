"""A stored run played again: its answers and its decisions, with nobody asked, in sandboxes of its own.

The new run has the origin "replay". Its decisions are those of the run it replays: nobody has approved
it, and it is never delivered.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from patchwright.agent import asked, runs
from patchwright.agent.deps import Deps, Rung
from patchwright.agent.errors import ModelRefused, NotNow
from patchwright.agent.messages import ModelRole, Reply, Request
from patchwright.agent.parse import listing, mapping
from patchwright.agent.plan import Approval, Plan, Record
from patchwright.agent.recorded import DIVERGENCE, Divergence
from patchwright.agent.run import ENDED, GATE, Run
from patchwright.agent.state import GRAPH_VERSION
from patchwright.agent.store.store import Store

AUTHORS = ("planner", "editor", "recipes")
"""Who writes a revision of a plan by itself; every other author is a human."""

Drive = Callable[[Deps, str], Run]


class Replay(Record):
    """What a replay came to. `stopped` says why it did not come as far as the run that it replays."""

    run_id: str
    replays: str
    calls: int
    divergence: Divergence | None
    patch: Literal["identical", "different", "none"]
    stopped: str = ""

    @property
    def same(self) -> bool:
        """Whether it went the same way to the same end."""
        return self.divergence is None and self.patch != "different" and not self.stopped


def begin(store: Store, run_id: str) -> Run:
    """A run that will go the way of that one. Raises `NotNow` if its requests were not stored."""
    played = [
        call["key"] for call in store.answers(run_id) if call["kind"] == "model_called" and "!" not in call["key"]
    ]
    if any(store.artifact(run_id, asked.name(key)) is None for key in played):
        raise NotNow(
            f"Run {run_id} was made before requests were stored with their answers: it cannot be replayed. "
            "Start a new run; that one can be."
        )
    return store.create_replay(run_id, GRAPH_VERSION)


def play(deps: Deps, old: str, new: str, drive: Drive = runs.drive) -> Replay:
    """Drive the run `new` that `begin` has made of `old` to its end, deciding as was decided."""
    given = replace(deps, models=ladders(deps.store, new))
    run = drive(given, new)
    while run.status in GATE and _decide(given, old, run):
        run = drive(given, new)
    stopped = _stopped(deps.store.run(old), run)
    if run.status not in ENDED:
        runs.cancel(given, new)
    return _compared(deps.store, old, new, stopped)


def ladders(store: Store, run_id: str) -> Callable[[ModelRole], tuple[Rung, ...]]:
    """The models that the run had, by name and context; none of them is asked."""

    def ladder(role: ModelRole) -> tuple[Rung, ...]:
        data = store.artifact(run_id, f"ladders/{role}.json")
        rungs = [mapping(one) for one in listing(json.loads(data))] if data else []
        return tuple(Rung(str(rung["name"]), _Nobody(), int(rung["context"])) for rung in rungs)

    return ladder


class _Nobody:
    """Stands where a model stood; the answers are in the record."""

    def complete(self, request: Request) -> Reply:
        raise ModelRefused("A replay asks nobody.")


def _decide(deps: Deps, old_id: str, run: Run) -> bool:
    """Do what a human did at this revision: decide, or write the next. False if nobody did, or on another plan."""
    store, plan = deps.store, deps.store.plan(run.id)
    old = store.plan(old_id, plan.revision) if plan else None
    if plan is None or old is None:
        return False
    if plan.draft != old.draft:
        _differs(deps, run.id, old, plan)
        return False
    decision = next((one for one in store.approvals(old_id) if one.revision == plan.revision), None)
    if decision is None:
        return _rewrite(deps, run.id, store.plan(old_id, plan.revision + 1), plan)
    _repeat(deps, run.id, decision)
    return True


def _repeat(deps: Deps, run_id: str, old: Approval) -> None:
    runs.decide(deps, run_id, old.decision, by=old.by, revision=old.revision, notes=old.notes)


def _rewrite(deps: Deps, run_id: str, following: Plan | None, plan: Plan) -> bool:
    """The next revision, if a human wrote it."""
    if following is None or following.author in AUTHORS:
        return False
    if following.draft == plan.draft:
        number = following.terms.candidates
        runs.with_candidates(deps, run_id, number, by=following.author, revision=plan.revision)
    else:
        runs.edit(deps, run_id, following.draft, by=following.author)
    return True


def _differs(deps: Deps, run_id: str, old: Plan, new: Plan) -> None:
    """A plan that is another one was not decided on."""
    if deps.store.artifact(run_id, DIVERGENCE) is None:
        what = asked.texts_differ(old.draft.model_dump_json(indent=1), new.draft.model_dump_json(indent=1))
        found = Divergence(key=f"plan/{new.revision}", role="planner", what=f"the plan is another one:\n{what}")
        deps.store.keep(run_id, DIVERGENCE, found.model_dump_json().encode())


def _stopped(old: Run, new: Run) -> str:
    if new.status == old.status or new.status in ENDED or old.status not in ENDED:
        return ""
    return f"it is {new.status}: {new.reason}"


def _compared(store: Store, old: str, new: str, stopped: str) -> Replay:
    found = store.artifact(new, DIVERGENCE)
    before, after = store.artifact(old, "patch.diff"), store.artifact(new, "patch.diff")
    calls = sum(call["kind"] == "model_called" for call in store.answers(new))
    divergence = Divergence.model_validate_json(found) if found else None
    return Replay(
        run_id=new, replays=old, calls=calls, divergence=divergence, patch=_same(before, after), stopped=stopped
    )


def _same(before: bytes | None, after: bytes | None) -> Literal["identical", "different", "none"]:
    if before is None and after is None:
        return "none"
    return "identical" if before == after else "different"
