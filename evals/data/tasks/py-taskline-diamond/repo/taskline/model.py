"""Tasks, and how they are read."""

import json
from dataclasses import dataclass


class TaskError(ValueError):
    """The file is wrong, or a task is not there."""


@dataclass(frozen=True)
class Task:
    """A command and the names of the tasks that have to run before it."""

    name: str
    run: str = ""
    needs: tuple = ()


def load(text):
    """The tasks of a file, by name, in its order. Raises `TaskError`."""
    try:
        table = json.loads(text)
    except ValueError as error:
        raise TaskError(f"not JSON: {error}") from None
    if not isinstance(table, dict):
        raise TaskError("not an object of tasks")
    tasks = {name: _task(name, fields) for name, fields in table.items()}
    for task in tasks.values():
        for need in task.needs:
            if need not in tasks:
                raise TaskError(f"{task.name} needs {need}, which is not there")
    return tasks


def _task(name, fields):
    if not isinstance(fields, dict) or set(fields) - {"run", "needs"}:
        raise TaskError(f"{name}: a task has `run` and `needs`")
    return Task(name, fields.get("run", ""), tuple(fields.get("needs", ())))
