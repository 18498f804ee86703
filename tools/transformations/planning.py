"""The dry run of a definition on a tree: per stage, what each recipe would change, and which versions move. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from patchwright.tools.recipes.base import Leftover, Recipe, Rewrite
from patchwright.tools.recipes.code import Code
from patchwright.tools.recipes.platform import Knobs
from patchwright.tools.recipes.registry import find_recipe
from patchwright.tools.transformations.definition import Definition
from patchwright.tools.tree import FileTree


@dataclass(frozen=True, slots=True)
class PlannedRecipe:
    """One recipe of a stage; `rewrite.changes` are the files after it *and all before it*."""

    stage: str
    recipe: Recipe
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
    """Versions that change: "group:artifact 1 -> 2", "Python >=2.7, <3.9 -> >=2.7"."""


def knobs_of(definition: Definition, evidence: Knobs) -> Knobs:
    """What recipes are told: the definition's target and knobs, and what the base has shown."""
    return replace(
        evidence,
        release=definition.release,
        pin=definition.knobs.pin,
        forbid=frozenset(definition.knobs.forbid),
    )


def dry_run(definition: Definition, tree: FileTree, evidence: Knobs) -> DryRun:
    """Every recipe of every stage on top of the ones before it; touches nothing."""
    knobs = knobs_of(definition, evidence)
    planned: list[PlannedRecipe] = []
    leftovers: list[Leftover] = []
    trees: dict[str, FileTree] = {}
    now = first = Code(tree)
    for stage in definition.stages:
        for name in stage.recipes:
            recipe = find_recipe(name, knobs)
            if recipe is None:
                continue  # a definition names none that is not there
            rewrite = recipe.apply(now)
            leftovers += rewrite.leftovers
            if rewrite.changes:
                planned.append(PlannedRecipe(stage.name, recipe, rewrite, tuple(_places(now, rewrite))))
                now = now.after(rewrite.changes)
        trees[stage.name] = now
    versions = definition.language.versions
    return DryRun(tuple(planned), trees, tuple(dict.fromkeys(leftovers)), tuple(_moves(versions(first), versions(now))))


def _places(before: FileTree, rewrite: Rewrite) -> Iterator[str]:
    known = set(before.paths())
    for path, data in rewrite.changes.items():
        old = before.read(path).split(b"\n") if path in known else []
        new = (data or b"").split(b"\n")
        same = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        yield f"{path}:{same + 1}"


def _moves(old: Mapping[str, frozenset[str]], new: Mapping[str, frozenset[str]]) -> Iterator[str]:
    for name, versions in sorted(new.items()):
        if versions != old.get(name, frozenset()):
            was = ", ".join(sorted(old.get(name, frozenset()))) or "not there"
            yield f"{name} {was} -> {', '.join(sorted(versions))}"
