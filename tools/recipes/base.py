"""What a recipe is: a guard, a rewrite, and words for a person. It never raises on any input."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from patchwright.tools.tree import FileTree


@dataclass(frozen=True, slots=True)
class Leftover:
    """A place that the recipe saw and could not do: it "needs a model" or a person."""

    path: str
    line: int
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What a recipe would do to a tree: new bytes by path (None deletes), and what it left, with reasons."""

    changes: Mapping[str, bytes | None] = field(default_factory=dict[str, "bytes | None"])
    leftovers: tuple[Leftover, ...] = ()


class Recipe(Protocol):
    """One deterministic rewrite. Idempotent; keeps every byte outside its hunks."""

    @property
    def name(self) -> str:
        """Short and stable, such as "python.collections-abc"."""
        ...

    @property
    def title(self) -> str:
        """One line for the plan: what it does and why."""
        ...

    @property
    def risk(self) -> str:
        """What it may change for users of the code, in words; "" if nothing."""
        ...

    def apply(self, tree: FileTree) -> Rewrite:
        """Compute the rewrite of the whole tree; touches nothing."""
        ...
