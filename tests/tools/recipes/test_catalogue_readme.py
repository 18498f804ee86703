"""The README of the recipes is made from the catalogue and its examples: `python -m tests.tools.recipes.test_catalogue_readme`."""

import difflib
from pathlib import Path

from patchwright.tools.recipes.catalogue import RECIPES
from tests.tools.recipes.examples import EXAMPLES, Example

README = Path(__file__).parents[3] / "tools" / "recipes" / "README.md"

INTRO = """\
# Recipes

Deterministic rewrites for Python code that breaks on newer Pythons: the embedded default that needs no model.
Read `planning.py` first (a baseline becomes steps), then `rule.py` (what a recipe is) and any one recipe.
May import: `tools`, the standard library; no third-party parser (positions come from `ast`, edits are byte-exact).

- `diagnosis.py` maps error signatures to recipes, and names failures that are the environment's.
- `catalogue.py` lists the recipes; `moves.py`, `methods.py`, `modules.py`, `calls.py` are engines that they share.
- `branches.py` tells which code runs on which Python: what is guarded by `try`, `hasattr` or a version test is left alone.
- `removed.py` names what is gone and has no recipe: it needs a model or a person, and nothing is invented.
- A project that claims Python 2 (metadata, `tox.ini`) gets `try: new / except ImportError: old`; others the short form.
- `shims.py`: where such a project has a compatibility module that tells Python 2 from 3, and the file or a neighbour
  imports from it already, the guarded import goes there once, one line a side of its branch, and each old import
  becomes one line (`from webob.compat import Mapping`). Only where that is shorter, and never against a circle of
  imports (`modulenames.py`) or a name that means something else there.

Decisions (November 2026): `ast` and splices instead of libcst or lib2to3 (half the time is the parser alone; no byte
moves that we did not mean; undone if positions of `ast` prove wrong). Static finds are limited to what is certain
to break on the target, since blanket modernising breaks code. An edit that would not parse is not made.

What follows is generated from the catalogue and the examples that the tests run. Make it again with
`python -m tests.tools.recipes.test_catalogue_readme`.
"""


def readme() -> str:
    parts = [INTRO]
    for recipe in RECIPES:
        version = f"{recipe.removed[0]}.{recipe.removed[1]}"
        parts.append(f"## {recipe.name}\n\n{recipe.title}.\nBreaks on Python {version} and later.\n")
        parts += [_example(example) for example in EXAMPLES if example.recipe == recipe.name]
    return "\n".join(parts)


def _example(example: Example) -> str:
    old, new = example.before.splitlines(), example.after.splitlines()
    lines = list(difflib.unified_diff(old, new, n=9, lineterm=""))[3:]
    note = "Where Python 2 is claimed:\n\n" if example.python2 else ""
    return note + "```diff\n" + "\n".join(lines) + "\n```\n"


def test_the_readme_says_what_the_recipes_do() -> None:
    assert README.read_text(encoding="utf-8") == readme()


if __name__ == "__main__":
    README.write_text(readme(), encoding="utf-8")
