"""A name that moved in the standard library, and the import statements that bind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from patchwright.tools.recipes.branches import Version
from patchwright.tools.recipes.source import Source

BOTH: Version = (3, 3)
"""The first Python 3 that has most of the new places: the oldest that projects for both claim."""


@dataclass(frozen=True, slots=True)
class Move:
    """`module.name` is now `new_module.new_name`.

    `everywhere`: on Python 2.7 and early 3 too; `since`: else the first Python 3 that has the new place.
    """

    module: str
    name: str
    new_module: str
    new_name: str
    everywhere: bool = False
    since: Version = BOTH

    def old_import(self, local: str) -> str:
        """The import of the old place that binds `local`."""
        return from_import(self.module, self.name, local)

    def new_import(self, local: str) -> str:
        """The import of the new place that binds `local`."""
        return from_import(self.new_module, self.new_name, local)


Table = Mapping[str, Move]


@dataclass(frozen=True, slots=True)
class Local:
    """A moved name and what it is called in one file."""

    move: Move
    name: str


def moved(
    module: str, names: Iterable[str], new_module: str, *, everywhere: bool = False, since: Version = BOTH
) -> dict[str, Move]:
    """Table entries for names that kept their name."""
    return {f"{module}.{name}": Move(module, name, new_module, name, everywhere, since) for name in names}


def renamed(old: str, new: str, *, everywhere: bool = False, since: Version = BOTH) -> dict[str, Move]:
    """A table entry for one dotted name."""
    (module, name), (new_module, new_name) = old.rsplit(".", 1), new.rsplit(".", 1)
    return {old: Move(module, name, new_module, new_name, everywhere, since)}


def from_import(module: str, name: str, local: str) -> str:
    """The statement that binds `local` to a name of a module."""
    return f"from {module} import {name}" + (f" as {local}" if local != name else "")


def joined(lines: Iterable[str]) -> list[str]:
    """Imports from one module in one statement, in order."""
    names: dict[str, list[str]] = {}
    for line in lines:
        head, _, name = line.partition(" import ")
        if name not in names.setdefault(head, []):
            names[head].append(name)
    return [f"{head} import {', '.join(found)}" for head, found in names.items()]


def block(source: Source, indent: str, locals_: Iterable[Local], *, both: bool) -> str:
    """The import statements for moved names, without the first indent and the last line end."""
    found = list(locals_)
    new = joined(local.move.new_import(local.name) for local in found)
    if not both:
        return (source.newline + indent).join(new)
    step = "\t" if indent.endswith("\t") else "    "
    old = joined(local.move.old_import(local.name) for local in found)
    lines = ["try:", *(step + line for line in new), "except ImportError:", *(step + line for line in old)]
    return (source.newline + indent).join(lines)
