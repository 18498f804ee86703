"""The table of versions: from which one on a plugin or library works on newer Javas, with where that is known from."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from patchwright.tools.recipes.java.versions import older

Kind = Literal["plugin", "dependency"]
Text = Annotated[str, Field(min_length=1)]


class Row(BaseModel):
    """Frozen; a name is `group:artifact`, and `group:*` is every artifact of a group."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[\w.-]+:[\w.*-]+$")]

    def names(self, coordinate: str) -> bool:
        """Whether the row is about this `group:artifact`."""
        head, star, _ = self.name.partition("*")
        return coordinate.startswith(head) if star else coordinate == self.name


class Floor(Row):
    """Versions in [`since`, `floor`) are raised to `to`; `source` says where the floor is known from.

    It holds for targets from `java` on.
    """

    kind: Kind
    floor: Text
    to: Text
    since: str = "0"
    java: int = 17
    why: Text
    source: Text


class Opened(Row):
    """A library that reaches into these packages of the JDK: in versions in [`since`, `below`)."""

    packages: tuple[Text, ...]
    since: str = "0"
    below: str = "99999"
    source: Text


class Gone(Row):
    """What has no version that works: named with what to do, never replaced."""

    kind: Kind
    advice: Text


class Table(BaseModel):
    """The whole table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    floor: tuple[Floor, ...]
    opened: tuple[Opened, ...]
    gone: tuple[Gone, ...]


@cache
def table() -> Table:
    """The table that is shipped."""
    data = resources.files("patchwright.tools.recipes.java").joinpath("floors.toml").read_bytes()
    return Table.model_validate(tomllib.loads(data.decode()))


def floor_for(rows: Iterable[Floor], kind: Kind, name: str, version: str, target: int) -> Floor | None:
    """The row that raises this version; None if it is new enough or nothing is known of it."""
    return next(
        (
            row
            for row in rows
            if row.kind == kind
            and row.names(name)
            and row.java <= target
            and not older(version, row.since)
            and older(version, row.floor)
        ),
        None,
    )
