"""What every detector returns, and how it looks at a tree."""

import configparser
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal, cast

from patchwright.tools.checks import Check
from patchwright.tools.tree import FileTree

Family = Literal["python", "python-3.13", "java-17", "java-21", "node", "go", "rust", "c"]

DEPS = "/opt/deps"
"""The one folder that the dependency step can write and that stays in the image."""

REPORTS = "/tmp/patchwright"
"""Where checks put their reports: outside the tree, emptied before each command."""

MAX_MANIFEST = 1 << 20

VENDORED = frozenset({"node_modules", "vendor", "third_party", ".venv", "venv", "target", "dist", "site-packages"})


@dataclass(frozen=True, slots=True)
class Found:
    """What one ecosystem's detector found. `weight` ranks ecosystems: source files, plus 1000 for a manifest."""

    family: Family
    weight: int
    checks: tuple[Check, ...]
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    commands: tuple[tuple[str, ...], ...] = ()
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    protected: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def own(paths: Iterable[str]) -> list[str]:
    """The paths that are not in a folder of other people's code."""
    return [path for path in paths if VENDORED.isdisjoint(path.split("/")[:-1])]


def with_suffix(paths: Sequence[str], *suffixes: str) -> list[str]:
    """Those of these files, other people's code left out, that end so."""
    return own(path for path in paths if path.endswith(suffixes))


def named(paths: Sequence[str], *names: str) -> list[str]:
    """Those of these files, other people's code left out, that are called so in any folder."""
    return own(path for path in paths if path.rpartition("/")[2] in names)


def text_of(tree: FileTree, path: str) -> str:
    """The file as text; "" if it is missing or too large to be a manifest."""
    try:
        data = tree.read(path)
    except KeyError:
        return ""
    return data.decode("utf-8", "replace") if len(data) <= MAX_MANIFEST else ""


def toml_of(tree: FileTree, path: str) -> dict[str, Any]:
    """The file as TOML; empty if it is missing or malformed."""
    try:
        return tomllib.loads(text_of(tree, path))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def parse_ini(text: str) -> dict[str, dict[str, str]]:
    """An ini file by section and key; empty if it is malformed."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, delimiters=("=", ":"))
    try:
        parser.read_string(text)
    except configparser.Error:
        return {}
    return {section: {key: value or "" for key, value in parser.items(section)} for section in parser.sections()}


def table(value: object, *keys: str) -> dict[str, Any]:
    """The table below these keys; empty if there is none."""
    for key in keys:
        value = cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def strings(value: object) -> list[str]:
    """The strings in a list; empty if it is none."""
    return [item for item in cast("list[object]", value) if isinstance(item, str)] if isinstance(value, list) else []


def into_report(name: str, *command: str) -> tuple[str, ...]:
    """The command with its standard output in `REPORTS/name`, where nothing else mixes into it."""
    return ("sh", "-c", f'exec "$@" > {REPORTS}/{name}', "sh", *command)


def folder(path: str) -> str:
    """The folder of a path; "" for the root."""
    parent = str(PurePosixPath(path).parent)
    return "" if parent == "." else parent
