"""The README of the Java recipes is made from the catalogue and its examples: run this module to write it."""

import difflib
from pathlib import Path

from patchwright.tools.recipes.java.catalogue import RECIPES
from tests.tools.recipes.java.examples import EXAMPLES, Example

README = Path(__file__).parents[4] / "tools" / "recipes" / "java" / "README.md"

INTRO = """\
# Java recipes

Deterministic rewrites that take a Maven project of the days of JDK 8 to a newer Java; `tools/transformations` puts
them in stages. Read `../platform.py` (what a recipe is told), then `compiler_level.py`, then any other.
May import: `tools`, the standard library, tree-sitter (late).

- `xml.py`: XML with the offset of every tag; `maven.py`: the POMs of a tree as one project, with parents, modules and
  properties, so that a version is changed where it is really written. Comments, order and blanks stay.
- `source.py`: a Java file by its syntax tree, edited in bytes. A file with a syntax error is not touched.
- `floors.toml`: the versions from which plugins and libraries work on newer Javas, each with its source; `floors.py`
  reads it, `raising.py` applies it. What has no good version is named with what to do instead.
- `traps.py` and `advice.py` name what needs a model or a person, with file, line and suggestion. Nothing is invented.

Decisions
- 2026-11-22 tree-sitter instead of ast-grep: the same grammar, which the knowledge of a repository needs anyway, at
  1 MB instead of 46. Undone by: rules that users write themselves.
- 2026-11-22 Versions come from the table, not from a registry at run time: the service speaks to no other places
  (NET-02), a plan is the same tomorrow, and it works offline. A definition's `[knobs]` pin others. Undone by: a
  cache of Maven's metadata that the dependency step fills.
- 2026-11-22 The add-opens option goes into the property `argLine`, which surefire, failsafe and jacoco all read, so
  that no plugin's configuration is changed where none is there.

What follows is generated from the catalogue and the examples that the tests run. Make it again with
`python -m tests.tools.recipes.java.test_java_readme`.
"""


def readme() -> str:
    parts = [INTRO]
    for recipe in RECIPES:
        risk = f"\nRisk: {recipe.risk}\n" if recipe.risk else ""
        parts.append(f"## {recipe.name}\n\n{recipe.title}.\n{risk}")
        parts += [_example(example) for example in EXAMPLES if example.recipe == recipe.name]
    return "\n".join(parts)


def _example(example: Example) -> str:
    return "".join(
        _diff(path, example.before[path], text, example.knobs.target) for path, text in example.after.items()
    )


def _diff(path: str, before: str, after: str, target: int) -> str:
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm=""))[3:]
    note = f"To Java {target}, in" if target != 17 else "In"
    return f"{note} `{path}`:\n\n```diff\n" + "\n".join(lines) + "\n```\n"


def test_the_readme_says_what_the_recipes_do() -> None:
    assert README.read_text(encoding="utf-8") == readme()


if __name__ == "__main__":
    README.write_text(readme(), encoding="utf-8")
