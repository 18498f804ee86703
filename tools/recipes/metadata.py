"""What a Python project says about itself that shuts the target out, or does not name it yet."""

import re
from collections.abc import Callable, Iterator, Mapping

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet

from patchwright.tools.recipes.base import Leftover, Rewrite
from patchwright.tools.recipes.platform import Knobs, TreeRecipe
from patchwright.tools.tree import FileTree

FILES = ("setup.py", "setup.cfg", "pyproject.toml")

_REQUIRES = re.compile(
    r"""(?m)^(?P<head>[^#\n]*?\b(?:python[_-]requires|requires-python)[ \t]*=[ \t]*(?P<quote>['"]?))"""
    r"""(?P<value>[^'"#;\r\n]*[^'"#;\s])(?=[ \t]*(?P=quote))"""
)
_CLASSIFIER = re.compile(
    r"""(?m)^(?P<head>[ \t]*(?P<quote>['"]?)Programming Language :: Python :: )3\.(?P<minor>\d{1,2})"""
    r"""(?P<tail>(?P=quote)(?P<comma>,?)[ \t]*)(?P<end>\r?$)"""
)

Release = tuple[int, ...]


def requirements(tree: FileTree) -> dict[str, frozenset[str]]:
    """Which Pythons the project asks for: "Python" and the specifiers as they are written."""
    found = {match["value"] for text in _texts(tree).values() for match in _REQUIRES.finditer(text)}
    return {"Python": frozenset(found)} if found else {}


def open_for(written: str, release: Release) -> str:
    """The specifier without what shuts the release out; the same text if nothing does. Raises `InvalidSpecifier`."""
    version = _shown(release)
    if SpecifierSet(written).contains(version):
        return written
    kept = [_open(part, version) for part in written.split(",")]
    return ",".join(part for part in kept if part).strip() or f">={version}"


def _open(part: str, version: str) -> str:
    """One clause: dropped if it is an upper bound, a lower bound made of one that names a single Python."""
    clause = Specifier(part.strip())
    if clause.contains(version) or clause.operator in (">=", ">"):
        return part
    return f">={clause.version.removesuffix('.*')}" if clause.operator in ("==", "~=") else ""


def _rewrite_requires(tree: FileTree, knobs: Knobs) -> Rewrite:
    left: list[Leftover] = []

    def rewritten(path: str, text: str) -> str:
        def one(match: re.Match[str]) -> str:
            line = text.count("\n", 0, match.start("value")) + 1
            try:
                now = open_for(match["value"], knobs.release)
                late = not SpecifierSet(now).contains(_shown(knobs.release))
            except InvalidSpecifier:
                left.append(Leftover(path, line, "metadata", f"{match['value']!r} is no version specifier"))
                return match[0]
            if late:
                left.append(Leftover(path, line, "metadata", f"{match['value']!r} asks for a newer Python"))
            return match[0] if late else f"{match['head']}{now}"

        return _REQUIRES.sub(one, text)

    return Rewrite(_changes(tree, rewritten), tuple(left))


def _rewrite_classifiers(tree: FileTree, knobs: Knobs) -> Rewrite:
    return Rewrite(_changes(tree, lambda path, text: _classified(text, knobs.release)))


def _classified(text: str, release: Release) -> str:
    """The line of the newest Python 3 that is named, once more for the target; nothing where it is named or newer."""
    named = list(_CLASSIFIER.finditer(text))
    last = max(named, key=lambda match: int(match["minor"]), default=None)
    if last is None or int(last["minor"]) >= release[1]:
        return text
    first = last[0] if last["comma"] or not last["quote"] else _with_comma(last)
    again = f"{last['head']}{_shown(release)}{last['tail']}"
    return f"{text[: last.start()]}{first}\n{again}{last['end']}{text[last.end() :]}"


def _with_comma(line: re.Match[str]) -> str:
    return f"{line['head']}3.{line['minor']}{line['quote']},{line['end']}"


def _changes(tree: FileTree, rewrite: Callable[[str, str], str]) -> Mapping[str, bytes | None]:
    return {path: now.encode() for path, text in _texts(tree).items() if (now := rewrite(path, text)) != text}


def _texts(tree: FileTree) -> dict[str, str]:
    """The files of metadata at the root that are UTF-8."""
    return {path: text for path in FILES if path in tree.paths() for text in _decoded(tree.read(path))}


def _decoded(data: bytes) -> Iterator[str]:
    try:
        yield data.decode()
    except UnicodeDecodeError:
        return


def _shown(release: Release) -> str:
    return ".".join(map(str, release))


RECIPES = (
    TreeRecipe(
        "python.requires-python",
        "Open the project's required Python for the target: pip would refuse to install it",
        _rewrite_requires,
    ),
    TreeRecipe(
        "python.classifiers",
        "Name the target among the Pythons that the project says it supports",
        _rewrite_classifiers,
        risk="Readers take a classifier as a promise of support.",
    ),
)
