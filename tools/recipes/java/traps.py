"""What compiles on the target and fails when it runs: found, named, and never changed."""

import re
from dataclasses import dataclass

from patchwright.tools.recipes.base import Leftover, Rewrite
from patchwright.tools.recipes.java.removed_modules import without_comments
from patchwright.tools.recipes.platform import Knobs, TreeRecipe
from patchwright.tools.toolchains.base import with_suffix
from patchwright.tools.tree import FileTree


@dataclass(frozen=True, slots=True)
class Trap:
    """Code that fails from Java `since` on, and what to do instead."""

    pattern: re.Pattern[bytes]
    since: int
    advice: str


TRAPS = (
    Trap(
        re.compile(rb"\(\s*(?:java\.net\.)?URLClassLoader\s*\)[^;\n]*getSystemClassLoader\s*\("),
        9,
        "the system class loader is no URLClassLoader: use the java.class.path property or a loader of your own",
    ),
    Trap(
        re.compile(
            rb"getProperty\s*\(\s*\"java\.version\"\s*\)\s*\.\s*(?:startsWith|charAt|substring|split|compareTo)"
        ),
        9,
        'the version is "17.0.1" now, not "1.8.0": use Runtime.version().feature()',
    ),
    Trap(re.compile(rb"getProperty\s*\(\s*\"java\.ext\.dirs\""), 9, "there are no extension folders any more"),
    Trap(
        re.compile(rb"\bsetSecurityManager\s*\("), 18, "it throws UnsupportedOperationException: there is no successor"
    ),
    Trap(re.compile(rb"\bThread\.currentThread\(\)\s*\.\s*stop\s*\("), 20, "it throws: interrupt the thread instead"),
    Trap(re.compile(rb"getDeclaredField\s*\(\s*\"modifiers\""), 12, "the field modifiers cannot be found any more"),
)

_HINT = re.compile(rb"URLClassLoader|getProperty|setSecurityManager|stop\s*\(|getDeclaredField")


def rewrite(tree: FileTree, knobs: Knobs) -> Rewrite:
    """The places, as leftovers."""
    traps = [trap for trap in TRAPS if trap.since <= knobs.target]
    left: list[Leftover] = []
    for path in with_suffix(tree.paths(), ".java"):
        data = tree.read(path)
        if _HINT.search(data):
            code = without_comments(data)
            found = (
                (code.count(b"\n", 0, one.start()) + 1, trap) for trap in traps for one in trap.pattern.finditer(code)
            )
            left += [Leftover(path, line, "fails when it runs", trap.advice) for line, trap in found]
    return Rewrite(leftovers=tuple(left))


RECIPE = TreeRecipe(
    name="java.run-time-traps",
    title="Name what compiles on the target and fails when it runs",
    rewrite=rewrite,
)
