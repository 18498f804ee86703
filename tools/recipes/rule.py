"""How a Python recipe is written down: a cheap guard, what it finds in one file, and the errors that call for it."""

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from patchwright.tools.recipes.base import Leftover, Rewrite
from patchwright.tools.recipes.branches import PYTHON_2, Version, runs_on
from patchwright.tools.recipes.code import Code, as_code
from patchwright.tools.recipes.move import Move
from patchwright.tools.recipes.shims import Home, Needed, Shims
from patchwright.tools.recipes.source import Edit, Source, Unreadable, parse, splice
from patchwright.tools.tree import FileTree

ROUNDS = 20
"""How often a file is rewritten until nothing is found; nested finds need one round each."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a finder may ask beside the file itself."""

    target: Version
    claims_python2: bool
    shims: Shims | None = None
    """The project's compatibility modules, if names for both Pythons may be taken from them."""

    def both(self, source: Source, node: ast.AST) -> bool:
        """Whether code here must go on running on Python 2."""
        return self.claims_python2 and runs_on(source, node, PYTHON_2)

    def home(self, source: Source, moves: Iterable[Move]) -> Home | None:
        """The compatibility module from which a file may take names; None if there is none."""
        return self.shims.home(source.path, moves) if self.shims else None


Found = Edit | Leftover | Needed
Finder = Callable[[Source, Context], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class PythonRecipe:
    """One deterministic rewrite of Python files (a `Recipe`).

    `removed` is the first Python on which the code breaks; the recipe has nothing to do for older
    targets. `hint` finds nearly all files that need no parsing. `signatures` are linear-time
    patterns over an error's text. Idempotent: `find` is repeated until it finds nothing.
    """

    name: str
    title: str
    removed: Version
    hint: re.Pattern[bytes]
    find: Finder = lambda source, context: ()
    mend: Callable[[bytes], bytes | None] | None = None
    """For files that do not parse: the whole file's new bytes, None for no change."""
    signatures: tuple[re.Pattern[str], ...] = ()
    target: Version = (3, 11)
    risk: str = ""

    def apply(self, tree: FileTree) -> Rewrite:
        """Compute the rewrite of the whole tree; touches nothing and raises nothing."""
        if self.removed > self.target:
            return Rewrite()
        code = as_code(tree)
        context = Context(self.target, code.claims_python2)
        alone = self._tree(code, context)
        if not context.claims_python2 or grown(code, alone) <= 0:
            return alone
        try:
            shared = self._tree(code, replace(context, shims=Shims(code, self.target)))
        except (Unreadable, UnicodeEncodeError):
            return alone
        return shared if grown(code, shared) < grown(code, alone) else alone

    def _tree(self, code: Code, context: Context) -> Rewrite:
        """The rewrite in one of the two ways. Raises `Unreadable`, UnicodeEncodeError for a compatibility module."""
        changes: dict[str, bytes | None] = {}
        leftovers: list[Leftover] = []
        needed: dict[str, list[Move]] = {}
        for path in code.python_paths:
            data = code.read(path)
            if self.hint.search(data):
                changed, left, names = self._file(code, path, context)
                leftovers += left
                if changed is not None and changed != data:
                    changes[path] = changed
                    for name in names:
                        needed.setdefault(name.path, []).append(name.move)
        for path, moves in needed.items():
            if context.shims:
                changes[path] = context.shims.fill(path, changes.get(path) or code.read(path), moves)
        return Rewrite({path: data for path, data in changes.items() if data != code.read(path)}, tuple(leftovers))

    def _file(self, code: Code, path: str, context: Context) -> tuple[bytes | None, list[Leftover], list[Needed]]:
        if self.mend:
            return self.mend(code.read(path)), [], []
        try:
            source = first = code.source(path)
            leftovers: list[Leftover] = []
            needed: list[Needed] = []
            for _ in range(ROUNDS):
                found = list(self.find(source, context))
                edits = [item for item in found if isinstance(item, Edit)]
                leftovers = [item for item in found if isinstance(item, Leftover)]
                needed += [item for item in found if isinstance(item, Needed)]
                if not edits:
                    break
                text = splice(source.text, edits)
                parse(text)
                source = Source(path, source.encode(text))
            return (None if source is first else source.encode(source.text)), leftovers, needed
        except (Unreadable, UnicodeEncodeError, RecursionError) as error:
            return None, [_unreadable(error, path)], []


def grown(code: Code, rewrite: Rewrite) -> int:
    """How many lines a rewrite adds, less those that it takes away."""
    return sum((data or b"").count(b"\n") - code.read(path).count(b"\n") for path, data in rewrite.changes.items())


def _unreadable(error: Unreadable | UnicodeEncodeError | RecursionError, path: str) -> Leftover:
    if isinstance(error, Unreadable):
        return error.leftover(path, "syntax")
    return Leftover(path, 0, "syntax", f"cannot be rewritten safely: {type(error).__name__}")
