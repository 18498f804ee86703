"""Which test files to run first for changed paths. Only an order of work: all tests run at the end."""

import re
from collections.abc import Iterable, Mapping, Sequence

from patchwright.tools.toolchains.base import folder, own
from patchwright.tools.tree import FileTree

MAX_TESTS = 30
MAX_HOPS = 3
MAX_SOURCE = 1 << 20

_TEST_FILE = re.compile(
    r"(?:^|/)(?:test_[^/]*\.py|[^/]*_tests?\.py|tests?\.py|tests?/[^/]*test[^/]*\.py|[^/]*_test\.go|"
    r"[^/]*\.(?:test|spec)\.[cm]?[jt]sx?|__tests__/[^/]+\.[cm]?[jt]sx?|[^/]*(?:Tests?|IT)\.(?:java|kt)|tests/[^/]+\.rs)$"
)
_AFFIX = re.compile(r"^(?:test_?|Test)|(?:[._]?tests?|[._]?spec|Tests?|IT)$")
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)|import[ \t]+([\w., \t]+))", re.MULTILINE
)


def affected_tests(tree: FileTree, changed: Iterable[str]) -> tuple[str, ...]:
    """At most `MAX_TESTS` test files: changed ones, then those named alike, then those that import a changed file.

    Empty if nothing points to a test. Pure, and reads Python files only.
    """
    paths = own(tree.paths())
    touched = [path for path in changed if path in frozenset(paths)]
    tests = [path for path in paths if _TEST_FILE.search(path)]
    near = [path for path in tests if path in touched]
    near += [path for path in tests if any(_alike(path, other) for other in touched)]
    if any(path.endswith(".py") for path in touched):
        near += _importing(tree, paths, touched, frozenset(tests), enough=bool(near))
    return tuple(dict.fromkeys(near))[:MAX_TESTS]


def _alike(test: str, source: str) -> bool:
    """Whether a test is named after a source, or is of the same Go package."""
    if test.endswith("_test.go"):
        return source.endswith(".go") and folder(test) == folder(source)
    stem = source.rpartition("/")[2].partition(".")[0]
    name = re.sub(r"\.(?:py|go|java|kt|rs|[cm]?[jt]sx?)$", "", test.rpartition("/")[2])
    return bool(stem) and _AFFIX.sub("", _AFFIX.sub("", name)).lower() == stem.lower().strip("_")


def _importing(
    tree: FileTree, paths: Sequence[str], touched: Sequence[str], tests: frozenset[str], *, enough: bool
) -> list[str]:
    """Tests that import a changed file, through as few others as it takes to find one."""
    users = _users(tree, [path for path in paths if path.endswith(".py")])
    found: list[str] = []
    seen = edge = set(touched)
    for _ in range(MAX_HOPS):
        edge = {user for path in edge for user in users.get(path, ())} - seen
        seen = seen | edge
        found += sorted(edge & tests)
        if found or enough or not edge:
            break
    return found


def _users(tree: FileTree, sources: Sequence[str]) -> Mapping[str, set[str]]:
    """For each file the files that import it."""
    modules = _modules(sources)
    users: dict[str, set[str]] = {}
    for path in sources:
        for name in _imports(path, tree.read(path)[:MAX_SOURCE]):
            for target in modules.get(name, ()):
                users.setdefault(target, set()).add(path)
    return users


def _modules(sources: Sequence[str]) -> Mapping[str, list[str]]:
    """Files by every dotted name under which they may be imported: roots are not known, so each suffix counts."""
    found: dict[str, list[str]] = {}
    for path in sources:
        parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
        for start in range(len(parts)):
            found.setdefault(".".join(parts[start:]), []).append(path)
    return found


def _imports(path: str, data: bytes) -> set[str]:
    names: set[str] = set()
    for source, what, plain in _IMPORT.findall(data):
        if plain:
            names |= {part.strip().split(" ")[0] for part in plain.decode("ascii", "replace").split(",")}
        else:
            module = _absolute(path, source.decode("ascii", "replace"))
            items = re.findall(r"(?:^|[(,])\s*(\w+)", what.decode("ascii", "replace"))
            names |= {module, *(f"{module}.{item}".lstrip(".") for item in items)}
    return names


def _absolute(path: str, module: str) -> str:
    """A relative import as a dotted path from the root of the tree."""
    dots = len(module) - len(module.lstrip("."))
    if not dots:
        return module
    parts = path.split("/")[:-dots]
    return ".".join([*parts, *(part for part in module.lstrip(".").split(".") if part)])
