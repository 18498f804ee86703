"""How a recipe of whole trees is written down: what it does, given the platform to move to and the user's knobs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from patchwright.tools.diagnostics import Diagnostic
from patchwright.tools.recipes.base import Rewrite
from patchwright.tools.tree import FileTree


@dataclass(frozen=True, slots=True)
class Knobs:
    """What a transformation gives to its recipes.

    `release` is the platform's: (17,) of Java, (3, 13) of Python. `pin` are versions to take by `group:artifact`,
    `forbid` the ones that must stay as they are. `diagnostics` are the compiler's on the base, `opened` the packages
    that tests of the base failed to reach by reflection ("java.base/java.lang"), `failing` the build plugins that
    failed on stub sources for the target ("group:artifact:version").
    """

    release: tuple[int, ...] = (17,)
    pin: Mapping[str, str] = field(default_factory=dict[str, str])
    forbid: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()
    opened: frozenset[str] = frozenset()
    failing: frozenset[str] = frozenset()

    @property
    def target(self) -> int:
        """The release by its first number, which is all of it for Java."""
        return self.release[0]


Rewriter = Callable[[FileTree, Knobs], Rewrite]


@dataclass(frozen=True, slots=True)
class TreeRecipe:
    """One deterministic rewrite of a tree (a `Recipe`); `risk` says in words what it may change."""

    name: str
    title: str
    rewrite: Rewriter
    risk: str = ""
    knobs: Knobs = Knobs()

    def apply(self, tree: FileTree) -> Rewrite:
        """Compute the rewrite of the whole tree; touches nothing and raises nothing."""
        return self.rewrite(tree, self.knobs)
