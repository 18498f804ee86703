"""Predictions files in all shapes of the field, and the two that check a dataset: `gold` and `empty`."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from patchwright.agent.errors import UsageError
from patchwright.agent.parse import Malformed
from patchwright.evals.datasets import parsed, read_text
from patchwright.evals.instance import EMPTY, GOLD, BadLine, Dataset, Prediction

MOST_PATCH = 8 << 20
"""Bytes of one patch; a larger one is named and counted as an error."""


def load_predictions(source: str, dataset: Dataset) -> tuple[tuple[Prediction, ...], tuple[BadLine, ...]]:
    """One prediction for each id, and what could not be read. Raises `UsageError` if there is none at all."""
    if source in (GOLD, EMPTY):
        return tuple(_checking(source, dataset)), ()
    found = list(_once(_read(Path(source))))
    predictions = tuple(one for one in found if isinstance(one, Prediction))
    if not predictions:
        raise UsageError(f"{source} holds no prediction that can be read.")
    return predictions, tuple(one for one in found if isinstance(one, BadLine))


def line_of(prediction: Prediction) -> bytes:
    """The prediction as a line of a predictions file."""
    return json.dumps(prediction.model_dump(exclude_defaults=True)).encode() + b"\n"


def _checking(source: str, dataset: Dataset) -> Iterator[Prediction]:
    for one in dataset.instances:
        gold = source == GOLD
        patch, outcome = (one.patch, one.outcome) if gold else ("", "")
        yield Prediction(instance_id=one.instance_id, model_name_or_path=source, model_patch=patch, outcome=outcome)


def _read(path: Path) -> Iterator[Prediction | BadLine]:
    rows = _lines(path) if path.suffix == ".jsonl" else _whole(path)
    for number, row in enumerate(rows, 1):
        where = f"{path}, {number}"
        try:
            yield Prediction.model_validate(_fields(row))
        except (ValidationError, Malformed) as error:
            yield BadLine(where=where, reason=str(error).partition("\n")[0])


def _fields(row: object) -> dict[str, Any]:
    """What counts of a row; other keys, which many tools add, are left out."""
    if isinstance(row, Malformed):
        raise row
    if not isinstance(row, dict):
        raise Malformed("it is not an object")
    given = cast("dict[str, Any]", row)
    return {"model_name_or_path": "None", **{key: given[key] for key in Prediction.model_fields if key in given}}


def _once(found: Iterable[Prediction | BadLine]) -> Iterator[Prediction | BadLine]:
    seen = set[str]()
    for one in found:
        if isinstance(one, Prediction) and one.instance_id in seen:
            yield BadLine(where=one.instance_id, reason="there was a prediction for this id before")
            continue
        if isinstance(one, Prediction):
            seen.add(one.instance_id)
        yield one


def _lines(path: Path) -> Iterator[object]:
    return (parsed(line) for line in read_text(path).split("\n") if line.strip())


def _whole(path: Path) -> list[object]:
    try:
        value: Any = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON: {error}.") from None
    if isinstance(value, dict):
        return [_named(name, row) for name, row in cast("dict[str, Any]", value).items()]
    if not isinstance(value, list):
        raise UsageError(f"{path} holds neither a list nor an object of predictions.")
    return cast("list[object]", value)


def _named(name: str, row: object) -> object:
    """Of a dict by id: the prediction, or the patch alone."""
    if isinstance(row, Mapping):
        return {"instance_id": name, **cast("Mapping[str, Any]", row)}
    return {"instance_id": name, "model_patch": row}
