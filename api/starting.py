"""`plan` and `run`: an issue goes in."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from patchwright.agent import runs
from patchwright.agent.deps import Deps, SandboxKind
from patchwright.agent.errors import UsageError
from patchwright.agent.run import GATE, Run
from patchwright.api.asking import decide_in_terminal
from patchwright.api.assemble import assemble, import_client_in_background, reap_in_background
from patchwright.api.choices import Choices, remember
from patchwright.api.concluding import conclude, show_plan
from patchwright.api.place import Place, open_place
from patchwright.api.who import identity
from patchwright.api.work import parking, work

LONGEST_FILE = 16 << 20


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for on the command line."""

    repository: str
    issue: str
    revision: str
    include_dirty: bool
    sandbox: SandboxKind
    choices: Choices
    as_json: bool
    full: bool = False
    candidates: int = 1
    transformation: str = ""


def plan(order: Order) -> int:
    """Start a run, drive it to the gate, show the plan and stop."""
    place, deps, started = _begin(order)
    with parking(started.id):
        return conclude(place, work(deps, place.screen, started.id), full=order.full)


def run(order: Order, *, yes: bool, by: str) -> int:
    """Start a run, ask at the gate, execute, show what it came to."""
    who = identity(by, os.environ, "terminal, --yes" if yes else "terminal")
    place, deps, started = _begin(order)
    with parking(started.id):
        planned = work(deps, place.screen, started.id)
        if yes:
            ended = _approve_unasked(place, deps, planned, who, full=order.full)
            return conclude(place, ended)
        if not place.screen.interactive():
            return conclude(place, planned, full=order.full)
        ended, shown = decide_in_terminal(place, deps, planned, who, full=order.full)
        return conclude(place, ended, shown=shown)


def issue_text(given: str) -> str:
    """The issue: the words themselves, `@file`, or `-` for standard input. Raises `UsageError`."""
    if given == "-":
        return sys.stdin.buffer.read(LONGEST_FILE).decode("utf-8", "replace")
    if not given.startswith("@"):
        return given
    path = Path(given[1:])
    try:
        with path.open("rb") as file:
            return file.read(LONGEST_FILE).decode("utf-8", "replace")
    except OSError as error:
        raise UsageError(
            f"The issue file {path} cannot be read ({error.strerror}). "
            "If the text itself begins with @, give it by standard input: `-`."
        ) from None


def repository_name(given: str) -> str:
    """A local path made absolute, so that later commands find it from anywhere; a URL as it is."""
    return str(Path(given).resolve()) if Path(given).exists() else given


def _begin(order: Order) -> tuple[Place, Deps, Run]:
    place = open_place(as_json=order.as_json, config=order.choices.config)
    deps = assemble(place, order.choices)
    text = issue_text(order.issue)
    reap_in_background(place.settings, place.store, order.sandbox)
    if place.settings.roles and not (order.choices.recording or order.choices.no_model):
        import_client_in_background()
    asked = runs.Asked(
        repository=repository_name(order.repository),
        text=text,
        revision=order.revision,
        include_dirty=order.include_dirty,
        sandbox=order.sandbox,
        candidates=order.candidates,
        transformation=order.transformation,
    )
    started = runs.start(deps, asked)
    remember(place.store, started.id, order.choices)
    _say_conditions(place, order)
    return place, deps, started


def _say_conditions(place: Place, order: Order) -> None:
    """What a person should know about this run before it goes on."""
    if order.choices.recording:
        place.screen.say(f"The model is a recording ({order.choices.recording}): no live model is asked.", "yellow")
    if order.sandbox == "local":
        place.screen.say("Sandbox local: the repository's code runs on this machine without isolation.", "yellow")


def _approve_unasked(place: Place, deps: Deps, run: Run, who: str, *, full: bool) -> Run:
    """`--yes`: the named human has approved beforehand; an amendment is still asked about."""
    plan = place.store.plan(run.id)
    if run.status not in GATE or plan is None:
        return run
    if not place.screen.as_json:
        show_plan(place.screen, run, plan, full=full)
        place.screen.show("")
    runs.decide(deps, run.id, "approve", by=who, revision=plan.revision, sha256=plan.sha256)
    return work(deps, place.screen, run.id)
