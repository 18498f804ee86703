"""Let the enforcer accept the target: a range of Java versions that ends before it."""

import re

from patchwright.tools.recipes.base import Rewrite
from patchwright.tools.recipes.java.maven import Edits, Place, Project
from patchwright.tools.recipes.java.versions import major
from patchwright.tools.recipes.platform import Knobs, TreeRecipe
from patchwright.tools.tree import FileTree

_RANGE = re.compile(r"[\[(]\s*([\d._]*)\s*,\s*([\d._]*)\s*([\])])")


def rewrite(tree: FileTree, knobs: Knobs) -> Rewrite:
    """`requireJavaVersion` of each built POM."""
    project, edits = Project(tree), Edits()
    for path in project.built:
        document = project.poms[path]
        for rule in document.root.every("requireJavaVersion"):
            version = rule.child("version")
            written = project.written(Place(path, document, version)) if version else None
            if written is not None and _shuts_out(written.element.text, knobs.target):
                edits.set_text(written, f"[{knobs.target},)")
    return Rewrite(project.changes(edits))


def _shuts_out(text: str, target: int) -> bool:
    found = _RANGE.fullmatch(text)
    if found is None:
        return bool(re.fullmatch(r"\[[\d._]+\]", text)) and major(text) != target
    return bool(found[2]) and (major(found[2]), found[3] == "]") <= (target, False)


RECIPE = TreeRecipe(
    name="java.enforcer-java",
    title="Let the enforcer plugin accept the target Java release",
    rewrite=rewrite,
)
