"""`apply` and `export`: taking a run's result away."""

import os
from dataclasses import dataclass
from pathlib import Path

from patchwright.agent import views
from patchwright.agent.errors import UsageError
from patchwright.api import exits
from patchwright.api.assemble import assemble
from patchwright.api.choices import Choices
from patchwright.api.naming import short
from patchwright.api.outcome import stat_lines
from patchwright.api.place import Place, open_place
from patchwright.api.who import identity


@dataclass(frozen=True, slots=True)
class Target:
    """Where a patch goes: the checkout `to`, a new branch of it, or a new file; all unset: the run's own repository."""

    to: Path | None = None
    branch: str = ""
    patch: Path | None = None


def apply(name: str, target: Target, *, as_json: bool) -> int:
    """Put the patch into a checkout, a branch of it or a file: all of it, or nothing."""
    place = open_place(as_json=as_json)
    run = place.store.run(place.find(name))
    if target.patch and (target.to or target.branch):
        raise UsageError("--patch writes a file and nothing else: leave out --to and --branch.")
    checkout = target.to or Path(run.issue.repository)
    if not target.patch and target.to is None and not checkout.is_dir():
        raise UsageError(
            f"Run {short(run.id)} worked on {run.issue.repository}, which is no folder here. "
            "Name your checkout with --to."
        )
    if run.verdict == "unverified":
        place.screen.say(f"This patch is not verified: {run.reason}", "yellow")
    deps = assemble(place, Choices(no_model=True))
    if target.patch:
        views.save(deps, run.id, target.patch)
        return _told(place, {"id": run.id, "patch": str(target.patch.absolute())}, f"The patch is in {target.patch}.")
    if target.branch:
        who = identity("", os.environ)
        commit = views.branch(deps, run.id, checkout, target.branch, by=who)
        facts = {"id": run.id, "checkout": str(checkout.absolute()), "branch": target.branch, "commit": commit}
        return _told(place, facts, f"Branch {target.branch} of {checkout} holds the patch as commit {commit[:12]}.")
    paths = views.apply(deps, run.id, checkout)
    if as_json:
        place.screen.data({"id": run.id, "checkout": str(checkout.absolute()), "paths": list(paths)})
        return exits.VERIFIED
    lines = stat_lines(views.report(place.store, run.id).files)
    place.screen.show(*(place.screen.text(f"  {line}") for line in lines))
    place.screen.show(place.screen.text(f"Applied to {checkout}. Nothing was staged or committed.", "green"))
    return exits.VERIFIED


def _told(place: Place, facts: dict[str, str], words: str) -> int:
    if place.screen.as_json:
        place.screen.data(facts)
    else:
        place.screen.show(place.screen.text(words, "green"))
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
