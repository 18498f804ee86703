"""What the commands of `patchwright eval` do: assemble a place, measure, print."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from patchwright.agent.deps import Deps
from patchwright.agent.errors import UsageError
from patchwright.api import exits
from patchwright.api.assemble import assemble, instance
from patchwright.api.choices import Choices
from patchwright.api.place import Place, open_place
from patchwright.api.screen import Screen
from patchwright.evals import places
from patchwright.evals.datasets import load_dataset
from patchwright.evals.harness import Graded, Order, grade_all
from patchwright.evals.instance import BadLine, Dataset
from patchwright.evals.predictions import load_predictions
from patchwright.evals.recipes import read_recipes, with_recipes
from patchwright.evals.reportfiles import counted
from patchwright.evals.verdict import Grade

SHOWN_BAD = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What several commands are told."""

    dataset: str
    instances: tuple[str, ...]
    into: Path
    workers: int
    mirror: Path | None
    allow_images: bool
    config: Path | None
    as_json: bool
    environments: Path | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many have to be resolved, in percent: what a CI asks for."""

    least: float = 0.0
    most: float = 100.0

    def hold(self, resolved: int, of: int) -> bool:
        """Whether so many are neither too few nor too many."""
        return self.least <= 100 * resolved / max(of, 1) <= self.most


NO_BOUNDS = Bounds()


def court(place: Place, asked: Asked) -> places.Place:
    """Where instances are graded, by the operator's settings."""
    deps = assemble(place, Choices(no_model=True))
    return court_of(place, deps, mirror=asked.mirror, allow_images=asked.allow_images)


def court_of(place: Place, deps: Deps, *, mirror: Path | None, allow_images: bool) -> places.Place:
    """The same with dependencies that are there already.

    Its containers have a label of their own: the reaper, which knows runs, would take them for left over.
    """
    from patchwright.sandbox.docker import DockerSandboxes

    runtime = place.settings.sandbox.runtime
    return places.Place(
        cache=deps.cache,
        sandboxes=DockerSandboxes(f"{instance(place.settings)}-eval", runtime=runtime),
        prepare_image=deps.prepare_image,
        limits=deps.limits,
        say=place.screen.say,
        mirror=mirror,
        allow_images=allow_images,
    )


def grade(asked: Asked, source: str, *, run_id: str, fresh: bool, bounds: Bounds) -> int:
    """0 if all that was submitted was graded, 1 if something could not be read or judged, or the bounds do not hold."""
    place = open_place(as_json=asked.as_json, config=str(asked.config or ""))
    dataset = chosen(asked)
    predictions, bad = load_predictions(source, dataset)
    order = Order(dataset, predictions, asked.into, run_id, asked.workers, fresh)
    done: list[str] = []

    def tell(found: Grade) -> None:
        done.append(found.instance_id)
        what = "resolved" if found.resolved else found.failure
        note = f" ({found.notes[0][:160]})" if found.notes and not found.resolved else ""
        style = "green" if found.resolved else "yellow"
        place.screen.say(f"{len(done)} of {len(predictions)}  {found.instance_id}: {what}{note}", style)

    found = grade_all(order, court(place, asked), tell)
    _show(place, found, (*dataset.bad, *bad, *found.strangers))
    report = found.report
    clean = not (dataset.bad or bad or found.strangers or report["infra_failure_instances"])
    held = bounds.hold(report["resolved_instances"], report["submitted_instances"])
    return exits.VERIFIED if clean and held else exits.UNVERIFIED


def _show(place: Place, found: Graded, bad: Sequence[BadLine]) -> None:
    screen, report = place.screen, found.report
    name_bad(screen, bad)
    if screen.as_json:
        rows = {name: grade.model_dump(mode="json", exclude={"output"}) for name, grade in found.grades.items()}
        unread = [one.model_dump() for one in bad]
        screen.data({**report, "report": str(found.path), "cached": found.cached, "grades": rows, "unread": unread})
        return
    total, resolved = report["submitted_instances"], report["resolved_instances"]
    kinds = ", ".join(f"{number} {name}" for name, number in counted(found.grades.values()).items())
    screen.show(screen.text(f"{resolved} of {total} resolved ({kinds}).", "bold"))
    screen.show(screen.text(f"{found.cached} from the cache. The report: {found.path}"))


def name_bad(screen: Screen, bad: Sequence[BadLine]) -> None:
    """Name what could not be read, the first ones one by one."""
    for one in bad[:SHOWN_BAD]:
        screen.say(f"Left out: {one.where}: {one.reason}", "yellow")
    if len(bad) > SHOWN_BAD:
        screen.say(f"... and {len(bad) - SHOWN_BAD} more that could not be read.", "yellow")


def chosen(asked: Asked) -> Dataset:
    """The dataset, or the named instances of it. Raises `UsageError`."""
    dataset = load_dataset(asked.dataset)
    known = {one.instance_id for one in dataset.instances}
    missing = [name for name in asked.instances if name not in known]
    if missing:
        raise UsageError(f"{dataset.name} has no instance {missing[0]!r}. It has: {', '.join(sorted(known)[:8])}.")
    recipes = read_recipes(asked.environments) if asked.environments else ()
    return with_recipes(dataset.only(asked.instances), recipes)
