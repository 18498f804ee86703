"""A human's acts on a run, from `approve` and `revise` to `say`, `pause` and `resume`. No model reaches this file."""

import os
import re
from dataclasses import dataclass

from patchwright.agent import runs, steering
from patchwright.agent.budget import read_addition
from patchwright.agent.deps import Deps
from patchwright.agent.errors import NotNow, UsageError
from patchwright.agent.plan import Decision, Plan
from patchwright.agent.run import ENDED, WORKING, Run
from patchwright.agent.store import lease
from patchwright.api import exits
from patchwright.api.asking import edit_by_hand
from patchwright.api.assemble import assemble, reap_in_background
from patchwright.api.choices import NOTHING_NAMED, Choices, merged, recall, remember
from patchwright.api.concluding import conclude, show_changes
from patchwright.api.naming import short
from patchwright.api.place import Place, open_place
from patchwright.api.who import identity
from patchwright.api.work import work

HASH_DIGITS = 12
"""How much of a hash has to be given, where one is (APR-02)."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts on which run, with which options."""

    name: str
    by: str = ""
    as_json: bool = False
    full: bool = False
    choices: Choices = NOTHING_NAMED


@dataclass(frozen=True, slots=True)
class Named:
    """The revision that is approved, some of its hash, and how often it is to be executed if not as it says."""

    revision: int
    sha256: str = ""
    candidates: int | None = None


def approve(act: Act, named: Named, *, note: str, execute: bool) -> int:
    """Record the approval of that revision, then execute it."""
    place, run = _open(act)
    deps = _deps(place, run, act)
    revision, sha256 = named.revision, checked_hash(named.sha256)
    if named.candidates is not None:
        who = identity(act.by, os.environ)
        plan = runs.with_candidates(deps, run.id, named.candidates, by=who, revision=revision, sha256=sha256)
        revision, sha256 = plan.revision, plan.sha256
    _decide(deps, act, run, "approve", revision, sha256, note)
    if not execute:
        _tell(place, run, f"Revision {revision} is approved. `patchwright resume {short(run.id)}` executes it.")
        return exits.VERIFIED
    return conclude(place, _work(place, deps, run), full=act.full)


def revise(act: Act, *, feedback: str) -> int:
    """Send the current revision back with words, and show the one that comes of it."""
    if not feedback.strip():
        raise UsageError("Say in a few words what should be different.")
    place, run = _open(act)
    deps, old = _deps(place, run, act), _plan(place, run)
    _decide(deps, act, run, "revise", old.revision, old.sha256, feedback)
    return _show_revision(place, _work(place, deps, run), old, full=act.full)


def edit(act: Act) -> int:
    """A human's own revision, made in an editor."""
    place, run = _open(act)
    deps, old = _deps(place, run, act), _plan(place, run)
    new = edit_by_hand(place.screen, deps, run.id, old, identity(act.by, os.environ))
    if new is None:
        _tell(place, run, "The plan was left as it is.")
        return exits.of_run(run)
    return _show_revision(place, place.store.run(run.id), old, full=act.full)


def reject(act: Act, *, note: str) -> int:
    """End the run at the gate."""
    place, run = _open(act)
    deps, plan = _deps(place, run, act), _plan(place, run)
    _decide(deps, act, run, "reject", plan.revision, plan.sha256, note)
    work(deps, place.screen, run.id)
    _tell(place, run, f"Run {short(run.id)} is rejected. Nothing was changed.")
    return exits.VERIFIED


def cancel(act: Act) -> int:
    """End the run wherever it is."""
    place, run = _open(act)
    held = lease.is_held(place.store.database, run.id)
    runs.cancel(_deps(place, run, act), run.id)
    _tell(
        place,
        run,
        "The process that works on it stops within seconds." if held else f"Run {short(run.id)} is cancelled.",
    )
    return exits.VERIFIED


def say(act: Act, text: str) -> int:
    """Keep words for the run's model."""
    place, run = _open(act)
    deps = _deps(place, run, act)
    steering.say(deps, run.id, text, by=identity(act.by, os.environ))
    when = "before its next call" if run.status in WORKING else "when the run goes on"
    heard = f"The model of run {short(run.id)} hears it {when}."
    _tell(place, run, heard if deps.models("editor") else "No model is configured: the report will tell it.")
    return exits.VERIFIED


def pause(act: Act) -> int:
    """Park the run at its next safe point."""
    place, run = _open(act)
    name, run = short(run.id), steering.pause(_deps(place, run, act), run.id, by=identity(act.by, os.environ))
    soon = "parks at its next safe point: a command has a few seconds left, a model may finish its answer"
    paused = f"is paused. `patchwright resume {name}` goes on"
    _tell(place, run, f"Run {name} {paused if run.status == 'paused' else soon}.")
    return exits.VERIFIED


def resume(act: Act, *, add_budget: str = "") -> int:
    """Go on with a run that is parked, or show what it waits for; with a larger budget if one is given."""
    added = read_addition(add_budget) if add_budget else {}
    place, run = _open(act)
    if run.status in ENDED and not added:
        return conclude(place, run, full=act.full)
    steering.resume(_deps(place, run, act), run.id, by=identity(act.by, os.environ), added=added)
    if act.choices != NOTHING_NAMED:
        remember(place.store, run.id, merged(recall(place.store, run.id), act.choices))
    return conclude(place, _work(place, _deps(place, run, act), run), full=act.full)


def checked_hash(sha256: str) -> str:
    """The hash as given, "" if none was. Raises `UsageError` if it is too short to bind to a plan."""
    if sha256 and not re.fullmatch(rf"[0-9a-f]{{{HASH_DIGITS},64}}", sha256.lower()):
        raise UsageError(f"--sha256 takes {HASH_DIGITS} to 64 hex digits of the plan's hash.")
    return sha256.lower()


def _open(act: Act) -> tuple[Place, Run]:
    place = open_place(as_json=act.as_json, config=act.choices.config)
    run_id = place.find(act.name)
    config = recall(place.store, run_id).config
    if config and not act.choices.config:
        place = open_place(as_json=act.as_json, config=config)
    return place, place.store.run(run_id)


def _deps(place: Place, run: Run, act: Act) -> Deps:
    return assemble(place, merged(recall(place.store, run.id), act.choices), run.id)


def _work(place: Place, deps: Deps, run: Run) -> Run:
    reap_in_background(place.settings, place.store, run.sandbox)
    return work(deps, place.screen, run.id)


def _plan(place: Place, run: Run) -> Plan:
    plan = place.store.plan(run.id)
    if plan is None:
        raise NotNow(f"Run {short(run.id)} is {run.status}: it has no plan yet.")
    return plan


def _decide(deps: Deps, act: Act, run: Run, decision: Decision, revision: int, sha256: str, notes: str) -> None:
    who = identity(act.by, os.environ)
    runs.decide(deps, run.id, decision, by=who, revision=revision, sha256=sha256, notes=notes)


def _show_revision(place: Place, run: Run, old: Plan, *, full: bool) -> int:
    code = conclude(place, run, full=full)
    new = place.store.plan(run.id)
    if new is not None and not place.screen.as_json:
        show_changes(place.screen, old, new)
    return code


def _tell(place: Place, run: Run, words: str) -> None:
    """One sentence, or for a program the whole run."""
    if place.screen.as_json:
        from patchwright.agent.views import summary

        place.screen.data(summary(place.store, run.id))
    else:
        place.screen.show(place.screen.text(words))
