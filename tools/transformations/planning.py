"""The dry run of a definition on a tree: per stage, what each recipe would change, and which versions move. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from patchwright.tools.recipes.base import Leftover, Rewrite
from patchwright.tools.recipes.java.catalogue import java_recipe
from patchwright.tools.recipes.java.maven import Project
from patchwright.tools.recipes.java.raising import declared
from patchwright.tools.recipes.java.rule import JavaRecipe, Knobs
from patchwright.tools.transformations.definition import Definition
from patchwright.tools.tree import FileTree


@dataclass(frozen=True, slots=True)
class PlannedRecipe:
    """One recipe of a stage; `rewrite.changes` are the files after it *and all before it*."""

    stage: str
    recipe: JavaRecipe
    rewrite: Rewrite
    places: tuple[str, ...]
    """Where each file changes first: "path:line"."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """All that the recipes of a definition would do, and the tree after each stage, by the stage's name."""

    recipes: tuple[PlannedRecipe, ...]
    trees: Mapping[str, FileTree]
    leftovers: tuple[Leftover, ...]
    moves: tuple[str, ...]
    """Versions that change: "group:artifact 1 -> 2"."""


class Changed:
    """A tree with changes on top (a `FileTree`)."""

    def __init__(self, tree: FileTree, changes: Mapping[str, bytes | None]) -> None:
        self._tree, self._changes = tree, dict(changes)
        kept = [path for path in tree.paths() if path not in self._changes]
        self._paths = sorted([*kept, *(path for path, data in self._changes.items() if data is not None)])

    @property
    def key(self) -> str:
        """The key of the tree below; the changes are not in it."""
        return self._tree.key

    def paths(self) -> list[str]:
        """All regular files, sorted."""
        return self._paths

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises KeyError."""
        if path not in self._changes:
            return self._tree.read(path)
        data = self._changes[path]
        if data is None:
            raise KeyError(path)
        return data


def knobs_of(definition: Definition, evidence: Knobs) -> Knobs:
    """What recipes are told: the definition's target and knobs, and what the base has shown."""
    return replace(
        evidence,
        target=definition.target,
        pin=definition.knobs.pin,
        forbid=frozenset(definition.knobs.forbid),
    )


def dry_run(definition: Definition, tree: FileTree, evidence: Knobs) -> DryRun:
    """Every recipe of every stage on top of the ones before it; touches nothing."""
    knobs = knobs_of(definition, evidence)
    planned: list[PlannedRecipe] = []
    leftovers: list[Leftover] = []
    trees: dict[str, FileTree] = {}
    now: FileTree = tree
    for stage in definition.stages:
        for name in stage.recipes:
            recipe = java_recipe(name, knobs)
            if recipe is None:
                continue  # a definition names none that is not there
            rewrite = recipe.apply(now)
            leftovers += rewrite.leftovers
            if rewrite.changes:
                planned.append(PlannedRecipe(stage.name, recipe, rewrite, tuple(_places(now, rewrite))))
                now = Changed(now, rewrite.changes)
        trees[stage.name] = now
    return DryRun(tuple(planned), trees, tuple(dict.fromkeys(leftovers)), tuple(_moves(tree, now)))


def _places(before: FileTree, rewrite: Rewrite) -> Iterator[str]:
    known = set(before.paths())
    for path, data in rewrite.changes.items():
        old = before.read(path).split(b"\n") if path in known else []
        new = (data or b"").split(b"\n")
        same = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        yield f"{path}:{same + 1}"


def _moves(before: FileTree, after: FileTree) -> Iterator[str]:
    old, new = _versions(before), _versions(after)
    for name, versions in sorted(new.items()):
        if versions != old.get(name, frozenset()):
            was = ", ".join(sorted(old.get(name, frozenset()))) or "not there"
            yield f"{name} {was} -> {', '.join(sorted(versions))}"


def _versions(tree: FileTree) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for one in declared(Project(tree), ("plugin", "dependency", "parent")):
        if one.number:
            found[one.name] = found.get(one.name, frozenset()) | {one.number}
    return found
