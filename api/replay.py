"""`replay`: a stored run played again with nobody asked, and where it goes another way."""

from patchwright.agent import replaying
from patchwright.agent.replaying import Replay
from patchwright.api import exits
from patchwright.api.assemble import assemble
from patchwright.api.choices import Choices
from patchwright.api.naming import short
from patchwright.api.place import open_place
from patchwright.api.screen import Screen
from patchwright.api.work import work


def replay(name: str, *, as_json: bool) -> int:
    """0 if it came to the same end the same way, 1 if it diverged, 4 if it could not be played to the end."""
    place = open_place(as_json=as_json)
    old = place.find(name)
    new = replaying.begin(place.store, old).id
    deps = assemble(place, Choices(no_model=True))
    found = replaying.play(deps, old, new, lambda given, run_id: work(given, place.screen, run_id))
    if as_json:
        place.screen.data({**found.model_dump(mode="json"), "same": found.same})
    else:
        _tell(place.screen, found)
    if found.same:
        return exits.VERIFIED
    return exits.UNVERIFIED if found.divergence or found.patch == "different" else exits.INFRASTRUCTURE


def _tell(screen: Screen, found: Replay) -> None:
    head = f"Run {short(found.replays)}, played again as {short(found.run_id)} with {found.calls} recorded answers: "
    if found.same:
        end = {"identical": "the same requests, the same patch.", "none": "the same requests, no patch either."}
        screen.show(screen.text(head + end.get(found.patch, ""), "green"))
        return
    if found.divergence:
        at = f"it diverges at {found.divergence.key} ({found.divergence.role})."
        screen.show(screen.text(head + at, "yellow"), screen.text(found.divergence.what))
    else:
        screen.show(screen.text(head + (found.stopped or "the same requests, but another patch."), "yellow"))
    screen.show(screen.text(f"The patches are {found.patch}." if found.patch != "none" else "There is no patch."))
