"""`patchwright eval validate`: tasks that are written by hand, checked before anything is measured by them."""

from dataclasses import asdict

from patchwright.api import exits
from patchwright.api.evaldoor import Asked, chosen, court, name_bad
from patchwright.api.place import open_place
from patchwright.evals.validate import Validated
from patchwright.evals.validate import validate as check


def validate(asked: Asked) -> int:
    """0 if every task is what it says, else 1."""
    place = open_place(as_json=asked.as_json, config=str(asked.config or ""))
    dataset = chosen(asked)
    name_bad(place.screen, dataset.bad)

    def tell(done: Validated) -> None:
        said = "; ".join(done.reasons) or f"valid, {done.refused} wrong patches refused"
        place.screen.say(f"{done.instance_id}: {said} ({done.seconds:.1f} s)", "red" if done.reasons else "green")

    found = check(dataset.instances, court(place, asked), tell, workers=asked.workers)
    valid = [one for one in found if not one.reasons]
    if place.screen.as_json:
        unread = [one.model_dump() for one in dataset.bad]
        place.screen.data({"tasks": [asdict(one) for one in found], "unread": unread})
    else:
        place.screen.show(place.screen.text(f"{len(valid)} of {len(found)} tasks are valid.", "bold"))
    return exits.VERIFIED if len(valid) == len(found) and not dataset.bad else exits.UNVERIFIED
