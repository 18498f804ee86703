"""`say` and `pause`: what a human does to a run while it works, from another terminal."""

import os
from dataclasses import dataclass

from patchwright.agent import steering
from patchwright.agent.deps import Deps
from patchwright.agent.run import WORKING, Run
from patchwright.api import exits
from patchwright.api.assemble import assemble
from patchwright.api.choices import recall
from patchwright.api.naming import short
from patchwright.api.place import Place, open_place
from patchwright.api.who import identity


@dataclass(frozen=True, slots=True)
class Word:
    """Who speaks to which run."""

    name: str
    by: str
    as_json: bool


def say(word: Word, text: str) -> int:
    """Keep words for the run's model."""
    place, deps, run = _open(word)
    steering.say(deps, run.id, text, by=identity(word.by, os.environ))
    when = "before its next call" if run.status in WORKING else "when the run goes on"
    return _tell(place, run, f"The model of run {short(run.id)} hears it {when}.")


def pause(word: Word) -> int:
    """Park the run at its next safe point."""
    place, deps, run = _open(word)
    run = steering.pause(deps, run.id, by=identity(word.by, os.environ))
    name = short(run.id)
    if run.status == "paused":
        return _tell(place, run, f"Run {name} is paused. `patchwright resume {name}` goes on.")
    soon = "a command has a few seconds left, a model may finish its answer"
    return _tell(place, run, f"Run {name} parks at its next safe point: {soon}.")


def _open(word: Word) -> tuple[Place, Deps, Run]:
    place = open_place(as_json=word.as_json)
    run_id = place.find(word.name)
    return place, assemble(place, recall(place.store, run_id), run_id), place.store.run(run_id)


def _tell(place: Place, run: Run, words: str) -> int:
    """One sentence, or for a program the whole run."""
    if place.screen.as_json:
        from patchwright.agent.views import summary

        place.screen.data(summary(place.store, run.id))
    else:
        place.screen.show(place.screen.text(words))
    return exits.VERIFIED
