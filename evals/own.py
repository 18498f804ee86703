"""The own format: a folder with `task.toml`, `issue.md`, `repo/` or a `repository`, `hidden/`, `reference.patch`."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from patchwright.evals.instance import BadLine, Instance

TASK = "task.toml"
RECORDING = "recording.jsonl"
MOST_BYTES = 16 << 20
"""Of one file of a task."""


class BadTask(ValueError):
    """The folder is no task; says what is wrong in it."""


def read_tasks(folder: Path) -> Iterator[Instance | BadLine]:
    """The task in this folder, or those in its folders, by name."""
    places = [folder] if (folder / TASK).is_file() else sorted(one.parent for one in folder.glob(f"*/{TASK}"))
    for place in places:
        try:
            yield read_task(place)
        except BadTask as error:
            yield BadLine(where=str(place), reason=str(error))


def read_task(folder: Path) -> Instance:
    """One task. Raises `BadTask`."""
    table = _table(folder / TASK)
    has_files = (folder / "repo").is_dir()
    repository = table.pop("repository", "")
    if has_files == bool(repository):
        raise BadTask("it needs either a folder repo/ or a `repository` in task.toml")
    fields = {
        **table,
        "repo": repository or folder.name,
        "problem_statement": _text(folder / "issue.md"),
        "patch": _text(folder / "reference.patch", needed=False),
        "hidden": {path.relative_to(folder / "hidden").as_posix(): _bytes(path) for path in _files(folder / "hidden")},
        "folder": str(folder),
    }
    try:
        return Instance.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadTask(f"task.toml: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise BadTask(f"task.toml is not valid TOML: {error}") from None


def _files(folder: Path) -> list[Path]:
    """Regular files, none through a link."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _text(path: Path, *, needed: bool = True) -> str:
    if not needed and not path.is_file():
        return ""
    try:
        return _bytes(path).decode()
    except UnicodeDecodeError:
        raise BadTask(f"{path.name} is not UTF-8 text") from None


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadTask(f"{path.name} has more than {MOST_BYTES >> 20} MB")
        return path.read_bytes()
    except OSError as error:
        raise BadTask(f"{path.name} cannot be read: {error.strerror}") from None
