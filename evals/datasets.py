"""From a file or folder to instances: jsonl, json, parquet, the own format. What is malformed is named."""

import json
from collections.abc import Iterable, Iterator
from importlib import import_module, resources
from pathlib import Path
from typing import Any, cast

from patchwright.agent.errors import UsageError
from patchwright.agent.parse import Malformed, load_json
from patchwright.evals.instance import BadLine, Dataset, Instance
from patchwright.evals.own import read_tasks
from patchwright.evals.swebench import BadRow, read_row

BUILTIN = "builtin"
"""What the set that ships with the project is called."""


def load_dataset(source: str) -> Dataset:
    """The instances of a file, of a folder of tasks, or `builtin`. Raises `UsageError` if there are none."""
    path = builtin() if source == BUILTIN else Path(source)
    found = list(_once(_read(path)))
    instances = tuple(one for one in found if isinstance(one, Instance))
    bad = tuple(one for one in found if isinstance(one, BadLine))
    if not instances:
        why = f" The first reason: {bad[0].where}: {bad[0].reason}." if bad else ""
        raise UsageError(f"{source} holds no instance that can be read.{why}")
    return Dataset(name=BUILTIN if source == BUILTIN else path.name, instances=instances, bad=bad)


def builtin() -> Path:
    """The folder of the built-in tasks."""
    return Path(str(resources.files("patchwright.evals").joinpath("data/tasks")))


def _read(path: Path) -> Iterator[Instance | BadLine]:
    if path.is_dir():
        return read_tasks(path)
    rows = {".jsonl": _lines, ".json": _whole, ".parquet": _parquet}.get(path.suffix)
    if rows is None:
        raise UsageError(f"{path} is no dataset: give a .jsonl, .json or .parquet file, a folder of tasks, or builtin.")
    return _instances(rows(path), path)


def _instances(rows: Iterable[object], path: Path) -> Iterator[Instance | BadLine]:
    for number, row in enumerate(rows, 1):
        try:
            if isinstance(row, Malformed):
                raise BadRow(str(row))
            yield read_row(row)
        except BadRow as error:
            yield BadLine(where=f"{path}, {number}", reason=str(error))


def _once(found: Iterable[Instance | BadLine]) -> Iterator[Instance | BadLine]:
    """A second instance of the same id is a bad line: results are kept by id."""
    seen = set[str]()
    for one in found:
        if isinstance(one, Instance) and one.instance_id in seen:
            yield BadLine(where=one.instance_id, reason="this id was there before")
            continue
        seen.add(one.instance_id if isinstance(one, Instance) else "")
        yield one


def read_text(path: Path) -> str:
    """The file's text; bytes that are not UTF-8 become U+FFFD (LLM-03). Raises `UsageError`."""
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. Name another file.") from None


def _lines(path: Path) -> Iterator[object]:
    for line in read_text(path).split("\n"):
        if line.strip():
            yield parsed(line)


def parsed(line: str) -> object:
    """The JSON value of a line, or the `Malformed` that it is."""
    try:
        return load_json(line)
    except Malformed as error:
        return error


def _whole(path: Path) -> list[object]:
    try:
        value: Any = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON: {error}.") from None
    rows: Any = list(cast("dict[str, Any]", value).values()) if isinstance(value, dict) else value
    if not isinstance(rows, list):
        raise UsageError(f"{path} holds no list of instances.")
    return cast("list[object]", rows)


def _parquet(path: Path) -> list[object]:
    try:
        parquet: Any = import_module("pyarrow.parquet")
    except ImportError:
        raise UsageError(
            f"{path} is a parquet file, and pyarrow is not installed: `pip install patchwright[eval]`."
        ) from None
    rows: list[object] = parquet.read_table(path).to_pylist()
    return rows
