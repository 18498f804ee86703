"""Environments by repository and version, for datasets that name none: a TOML file of `[[environments]]`."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from patchwright.agent.config import parse_toml
from patchwright.agent.errors import UsageError
from patchwright.evals.instance import Dataset, Environment, Instance, Record


class Recipe(Environment):
    """An environment of a repository; "" as `version` is every version."""

    repo: str
    version: str = ""


class Recipes(Record):
    """The file."""

    environments: tuple[Recipe, ...] = Field(min_length=1)


def read_recipes(path: Path) -> tuple[Recipe, ...]:
    """The file's environments. Raises `UsageError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"--environments {path} cannot be read: {error.strerror}.") from None
    return parse_toml(data, str(path), Recipes).environments


def with_recipes(dataset: Dataset, recipes: Sequence[Recipe]) -> Dataset:
    """The dataset whose instances have the first environment of their repository and version; their own goes before."""
    instances = tuple(_with_recipe(one, recipes) for one in dataset.instances)
    return dataset.model_copy(update={"instances": instances})


def _with_recipe(instance: Instance, recipes: Sequence[Recipe]) -> Instance:
    fits = (one for one in recipes if one.repo == instance.repo and one.version in ("", instance.version))
    found = None if instance.environment.named else next(fits, None)
    if found is None:
        return instance
    environment = Environment.model_validate(found.model_dump(exclude={"repo", "version"}))
    return instance.model_copy(update={"environment": environment})
