"""`patchwright gc`: what ended long ago goes, with what was kept for it; what a run still needs stays."""

from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta

from patchwright.agent.config import Settings
from patchwright.agent.run import ENDED, Run
from patchwright.agent.store import retention
from patchwright.agent.store.sqlite import SqliteDatabase
from patchwright.agent.store.store import Store
from patchwright.api import exits
from patchwright.api.place import Place, open_place

UNITS = ("bytes", "KB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class Freed:
    """What was freed, or would be."""

    runs: int
    run_bytes: int
    results: int
    clones: int
    clone_bytes: int
    images: int
    dry_run: bool


def collect(*, days: float, dry_run: bool, as_json: bool) -> int:
    """Free it and say what it was."""
    place, age = open_place(as_json=as_json), timedelta(days=days)
    runs = retention.old(place.store.runs(), place.store.clock(), age)
    weights = {run.id: retention.weight(place.store, run.id) for run in runs}
    gone = runs if dry_run else [run for run in runs if retention.forget(place.store, run)]
    if not dry_run:
        _forget_legs(place.settings, place.store, gone)
    results = retention.count_results if dry_run else retention.forget_results
    number = results(place.store, place.store.clock(), age)
    clones = _clones(place, age, dry_run)
    images = 0 if dry_run else _images(place)
    if not dry_run:
        _shrink(place.store)
    freed = Freed(len(gone), sum(weights[run.id] for run in gone), number, len(clones), sum(clones), images, dry_run)
    _tell(place, freed, days)
    return exits.VERIFIED


def _needed(store: Store) -> list[Run]:
    return [run for run in store.runs() if run.status not in ENDED]


def _forget_legs(settings: Settings, store: Store, gone: Sequence[Run]) -> None:
    """DBOS's rows of their legs; nothing is imported for a store that has none."""
    from patchwright.api.dispatch.queue import LegQueue, is_there

    if gone and is_there(settings):
        with closing(LegQueue(settings, store)) as queue:
            queue.forget(run.id for run in gone)


def _clones(place: Place, age: timedelta, dry_run: bool) -> list[int]:
    """The sizes of the clones that go: of no run that has not ended, and not used for so long."""
    from patchwright.sandbox.pruning import prune_clones, stale_clones

    cache, needed = place.settings.state / "cache", {run.issue.clone for run in _needed(place.store)}
    find = stale_clones if dry_run else prune_clones
    return [clone.size for clone in find(cache, needed, unused=age)]


def _images(place: Place) -> int:
    """Images of repositories and dependencies that nobody used for 30 days, where there is an engine."""
    from patchwright.sandbox.builds import engine
    from patchwright.sandbox.dependencies import prune_images
    from patchwright.sandbox.errors import EngineUnavailable

    images = (place.store.artifact(run.id, "image") for run in _needed(place.store))
    needed = {image.decode() for image in images if image}
    with suppress(EngineUnavailable), engine() as client:
        return len(prune_images(client, needed))
    return 0


def _shrink(store: Store) -> None:
    """A file gives its free pages back to the disk; a server does that by itself."""
    if isinstance(store.database, SqliteDatabase):
        with store.database.usable():
            store.database.connection().execute("VACUUM")


def _tell(place: Place, freed: Freed, days: float) -> None:
    if place.screen.as_json:
        place.screen.data(asdict(freed))
        return
    word = "Would free" if freed.dry_run else "Freed"
    place.screen.show(
        f"{word}: {freed.runs} runs that ended more than {days:g} days ago ({size(freed.run_bytes)}), "
        f"{freed.clones} clones ({size(freed.clone_bytes)}), {freed.results} kept results, {freed.images} images."
    )


def size(number: float) -> str:
    """Bytes as a person reads them."""
    for unit in UNITS[:-1]:
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} {UNITS[-1]}"
