"""`apply` and `export`: taking a run's result away."""

from pathlib import Path

from patchwright.agent import views
from patchwright.agent.errors import UsageError
from patchwright.api import exits
from patchwright.api.assemble import assemble
from patchwright.api.choices import Choices
from patchwright.api.naming import short
from patchwright.api.outcome import stat_lines
from patchwright.api.place import open_place


def apply(name: str, *, to: Path | None, as_json: bool) -> int:
    """Put the patch into a checkout: all of it, or nothing."""
    place = open_place(as_json=as_json)
    run = place.store.run(place.find(name))
    checkout = to or Path(run.issue.repository)
    if to is None and not checkout.is_dir():
        raise UsageError(
            f"Run {short(run.id)} worked on {run.issue.repository}, which is no folder here. "
            "Name your checkout with --to."
        )
    if run.verdict == "unverified":
        place.screen.say(f"This patch is not verified: {run.reason}", "yellow")
    paths = views.apply(assemble(place, Choices(no_model=True)), run.id, checkout)
    if as_json:
        place.screen.data({"id": run.id, "checkout": str(checkout.absolute()), "paths": list(paths)})
        return exits.VERIFIED
    lines = stat_lines(views.report(place.store, run.id).files)
    place.screen.show(*(place.screen.text(f"  {line}") for line in lines))
    place.screen.show(place.screen.text(f"Applied to {checkout}. Nothing was staged or committed.", "green"))
    return exits.VERIFIED


def export(name: str, *, to: Path | None) -> int:
    """Write one archive with everything that is known of the run."""
    place = open_place()
    run_id = place.find(name)
    target = to or Path(f"patchwright-{short(run_id)}.tar.gz")
    if target.exists():
        raise UsageError(f"{target} is there already and was left as it is. Name another file with --to.")
    try:
        views.export(place.store, run_id, target)
    except OSError as error:
        raise UsageError(f"{target} cannot be written ({error.strerror}). Name another file with --to.") from None
    place.screen.show(place.screen.text(f"Everything about run {short(run_id)} is in {target}."))
    return exits.VERIFIED
