"""From a baseline to recipe steps: what the failures show, then what hides behind them and is certain to break."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from patchwright.tools.checks import Results
from patchwright.tools.recipes.base import Leftover, Rewrite
from patchwright.tools.recipes.branches import Version
from patchwright.tools.recipes.catalogue import catalogue
from patchwright.tools.recipes.code import Code
from patchwright.tools.recipes.diagnosis import Diagnosis, Unexplained, diagnose, unexplained
from patchwright.tools.recipes.removed import removed_names
from patchwright.tools.recipes.rule import PythonRecipe
from patchwright.tools.tree import FileTree

TARGET: Version = (3, 11)

_EXAMPLES = re.compile(r"(?:^|/)(?:docs?|examples?|samples?|demos?)/")
_TESTS = re.compile(r"(?:^|/)(?:tests?/.*|conftest|test[^/]*|[^/]*_tests?)\.py$")


@dataclass(frozen=True, slots=True)
class PlannedRecipe:
    """One step: `rewrite.changes` are the files after this recipe *and all before it* in the plan.

    `diagnosis` is None for what the baseline cannot show yet; `reason` says in words what called for it.
    """

    name: str
    title: str
    reason: str
    rewrite: Rewrite
    diagnosis: Diagnosis | None = None
    found: tuple[str, ...] = ()
    """Places "path:line" that change."""


@dataclass(frozen=True, slots=True)
class RecipePlan:
    """All that recipes would do, what they leave, and failing tests that no recipe knows."""

    steps: tuple[PlannedRecipe, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    unexplained: tuple[Unexplained, ...] = ()


def plan_recipes(results: Results, tree: FileTree, target: Version = TARGET) -> tuple[PlannedRecipe, ...]:
    """The steps for this baseline, in the order to apply them."""
    return recipe_plan(results, tree, target).steps


def recipe_plan(results: Results, tree: FileTree, target: Version = TARGET) -> RecipePlan:
    """Steps and all that is left. Pure: reads the tree, changes nothing."""
    recipes = catalogue(target)
    diagnoses = {diagnosis.recipe: diagnosis for diagnosis in diagnose(results, recipes)}
    ordered = sorted(recipes, key=lambda recipe: _rank(recipe, diagnoses))
    code = Code(tree)
    steps: list[PlannedRecipe] = []
    leftovers: list[Leftover] = []
    idle: list[Diagnosis] = []
    for recipe in ordered:
        rewrite = recipe.apply(code)
        leftovers += rewrite.leftovers
        if rewrite.changes:
            steps.append(_step(recipe, diagnoses.get(recipe.name), code, rewrite))
            code = code.after(rewrite.changes)
        elif recipe.name in diagnoses:
            idle.append(diagnoses[recipe.name])
    left = left_of(code, leftovers, idle, target)
    return RecipePlan(tuple(steps), left, unexplained(results, recipes, code.modules, left))


def left_of(code: Code, named: Sequence[Leftover], idle: Sequence[Diagnosis], target: Version) -> tuple[Leftover, ...]:
    """All that recipes leave in a tree: what they named, errors that they found no cause of, what is gone for good."""
    found = (*named, *map(_elsewhere, idle), *removed_names(code, target))
    return tuple(named_as_example(code, item) for item in dict.fromkeys(found))


def left_lines(leftovers: Sequence[Leftover], unknown: Sequence[Unexplained]) -> list[str]:
    """The same and failures that no recipe knows, a line each: place, kind, what is wrong and what to do."""
    places = [f"{item.path}:{item.line} {item.kind}: {item.reason}" for item in leftovers]
    tests = [
        f"{_place(item)}{_kind(item)}: {item.error}{f' ({item.environment})' if item.environment else ''}"
        for item in unknown
    ]
    return list(dict.fromkeys(places + tests))


def _place(item: Unexplained) -> str:
    """Where it was seen, as far as a report says it: "path:line ", "path " or ""."""
    line = f":{item.line}" if item.line else ""
    return f"{item.path}{line} " if item.path else ""


def _kind(item: Unexplained) -> str:
    if item.environment:
        return f"environment, not the code: {item.test}"
    return f"failing test {item.test}" if item.test else "diagnostic"


def _rank(recipe: PythonRecipe, diagnoses: dict[str, Diagnosis]) -> tuple[int, int]:
    """What fails now comes first, most tests first; then the catalogue's order."""
    diagnosis = diagnoses.get(recipe.name)
    return (0, -len(diagnosis.tests)) if diagnosis else (1, 0)


def _step(recipe: PythonRecipe, diagnosis: Diagnosis | None, before: Code, rewrite: Rewrite) -> PlannedRecipe:
    found = tuple(_places(before, rewrite))
    return PlannedRecipe(recipe.name, recipe.title, reason(diagnosis, found), rewrite, diagnosis, found)


def reason(diagnosis: Diagnosis | None, found: tuple[str, ...]) -> str:
    """What calls for a recipe, in words: failing tests and their error, else the places that were found."""
    if diagnosis is None:
        return f"found at {', '.join(found[:3])}; hidden behind the failures above"
    tests = f"{len(diagnosis.tests)} failing tests" if len(diagnosis.tests) != 1 else "1 failing test"
    return f"{tests} with: {diagnosis.signature}"


def is_example(path: str) -> bool:
    """Whether the file lies where examples and documentation do."""
    return _EXAMPLES.search(path) is not None


def named_as_example(code: Code, left: Leftover) -> Leftover:
    """The same, and that the file is an example or documentation if it lies there and no test imports it."""
    if not is_example(left.path):
        return left
    stem = re.escape(left.path.rpartition("/")[2].removesuffix(".py")).encode("utf-8", "surrogateescape")
    imports = re.compile(rb"^[ \t]*(?:from|import)[ \t][^\r\n]*\b" + stem + rb"\b", re.MULTILINE)
    if any(_TESTS.search(path) and imports.search(code.read(path)) for path in code.python_paths):
        return left
    return replace(left, reason=f"{left.reason} (an example or documentation: no test imports it)")


def _elsewhere(diagnosis: Diagnosis) -> Leftover:
    """A signature that nothing in the tree explains: the cause may be a dependency, or code made at run time."""
    path, _, line = (diagnosis.files or (":0",))[0].rpartition(":")
    return Leftover(
        path, int(line), diagnosis.recipe, f"{diagnosis.signature}: nothing here that the recipe could change"
    )


def _places(before: Code, rewrite: Rewrite) -> Iterator[str]:
    """The first line of each file that a rewrite changes."""
    for path, data in rewrite.changes.items():
        old, new = before.read(path).split(b"\n"), (data or b"").split(b"\n")
        same = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        yield f"{path}:{same + 1}"
