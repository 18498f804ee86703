"""Grading many predictions: workers, a cache by content, report files, and one instance's trouble is its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from patchwright.agent.errors import UsageError
from patchwright.evals.grading import grade
from patchwright.evals.instance import BadLine, Dataset, Instance, Prediction, digest
from patchwright.evals.places import Place
from patchwright.evals.reportfiles import place_of, run_report, write_instance, write_run, write_whole
from patchwright.evals.tasks import base_files
from patchwright.evals.verdict import Grade
from patchwright.sandbox.images import FAMILIES, dockerfile
from patchwright.tools.toolchain import detectors

VERSION = 1
"""Of the rules of grading; a new one makes every cached grade stale."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be graded, and where the files go. `run_id` names the run in them; `fresh` asks no cache."""

    dataset: Dataset
    predictions: Sequence[Prediction]
    folder: Path
    run_id: str
    workers: int = 1
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Graded:
    """The grades by instance, the run's report and where it lies, and what could not be graded."""

    grades: dict[str, Grade]
    report: dict[str, Any]
    path: Path
    strangers: tuple[BadLine, ...]
    cached: int


def grade_all(order: Order, place: Place, tell: Callable[[Grade], None]) -> Graded:
    """Grade every prediction for an instance of the dataset. Raises `UsageError` if there is none."""
    instances = {one.instance_id: one for one in order.dataset.instances}
    known = [one for one in order.predictions if one.instance_id in instances]
    if not known:
        raise UsageError(
            f"None of the {len(order.predictions)} predictions is for an instance of {order.dataset.name}."
        )
    hits: list[str] = []

    def one(prediction: Prediction) -> Grade:
        found, cached = _graded(instances[prediction.instance_id], prediction, place, fresh=order.fresh)
        hits.extend([prediction.instance_id] if cached else [])
        if not prediction.empty:
            write_instance(place_of(order.folder, order.run_id, prediction), prediction, found)
        tell(found)
        return found

    with ThreadPoolExecutor(order.workers, thread_name_prefix="grade") as pool:
        grades = {grade.instance_id: grade for grade in pool.map(one, known)}
    report = run_report(order.dataset, known, grades)
    path = write_run(order.folder, order.run_id, known[0].model_name_or_path, report)
    return Graded(grades, report, path, tuple(_strangers(order, instances)), len(hits))


def _strangers(order: Order, instances: dict[str, Instance]) -> list[BadLine]:
    why = f"it is no instance of {order.dataset.name}"
    return [BadLine(where=one.instance_id, reason=why) for one in order.predictions if one.instance_id not in instances]


def _graded(instance: Instance, prediction: Prediction, place: Place, *, fresh: bool) -> tuple[Grade, bool]:
    """The grade, and whether it was known. What the place spoiled is not kept."""
    path = place.cache / "grades" / f"{key_of(instance, prediction)}.json"
    known = None if fresh else _known(path)
    if known is not None:
        return known, True
    found = grade(instance, prediction, place)
    if found.failure != "infrastructure":
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, found.model_dump_json().encode())
    return found, False


def _known(path: Path) -> Grade | None:
    try:
        return Grade.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def key_of(instance: Instance, prediction: Prediction) -> str:
    """A name for all that decides a grade: instance, its files, patch, outcome, images, toolchains, our rules.

    The official harness knows results by run and instance, so that a changed patch gets the old patch's verdict.
    """
    files = base_files(instance) if instance.folder else {}
    contents = {path: digest(data.hex()) for path, data in files.items()}
    images = [dockerfile(family) for family in FAMILIES]
    patch = prediction.model_patch or ""
    return digest([VERSION, instance.digest, contents, patch, prediction.outcome, images, detectors()])
