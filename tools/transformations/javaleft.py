"""What Java recipes leave: what they named, and the compiler's errors in files that no recipe changes, with advice."""

from typing import TYPE_CHECKING

from patchwright.tools.checks import Results
from patchwright.tools.recipes.java.advice import advise
from patchwright.tools.tree import FileTree

if TYPE_CHECKING:
    from patchwright.tools.transformations.planning import DryRun


def java_left(run: "DryRun", base: FileTree, baseline: Results, release: tuple[int, ...]) -> list[str]:
    """A line for each: file, line, who says what, and the suggestion."""
    touched = {path for one in run.recipes for path in one.rewrite.changes}
    removed = any(one.recipe.name == "java.removed-modules" for one in run.recipes)
    lines = [f"{item.path}:{item.line} {item.kind}: {item.reason}" for item in run.leftovers]
    for result in baseline.checks:
        for found in result.diagnostics:
            advice = advise(found)
            solved = found.path in touched or (removed and advice == "depend on its library")
            if found.severity == "error" and not solved:
                lines.append(
                    f"{found.path}:{found.line} {found.source}: {found.message}{f' ({advice})' if advice else ''}"
                )
    return lines
