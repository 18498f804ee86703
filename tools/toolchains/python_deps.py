"""What a Python project says it needs, read as data: nothing of it is executed (SB-01)."""

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from patchwright.tools.toolchains.base import parse_ini, strings, table, text_of, toml_of
from patchwright.tools.toolchains.python_runners import nox_dependencies, tox_dependencies
from patchwright.tools.tree import FileTree

TEST_GROUPS = ("test", "tests", "testing", "dev", "develop", "development", "all")

NOT_NEEDED = frozenset(
    (
        *(
            "tox",
            "nox",
            "coverage",
            "pytest-cov",
            "pytest-xdist",
            "codecov",
            "coveralls",
            "pre-commit",
            "twine",
            "build",
        ),
        *(
            "wheel",
            "bumpversion",
            "bump2version",
            "black",
            "isort",
            "flake8",
            "pylint",
            "pep8",
            "pycodestyle",
            "pyflakes",
        ),
        *(
            "pip",
            "check-manifest",
            "readme-renderer",
            "towncrier",
            "mypy",
            "ruff",
            "pyright",
            "ipython",
            "ipdb",
            "pytest-randomly",
        ),
        *("python", "pytest-flake8", "pytest-pep8", "pytest-black", "pytest-pylint", "pytest-mypy", "pytest-runner"),
        *("argparse", "unittest2", "importlib-resources-backport"),
    )
)
"""What neither runs nor judges the code: formatters, uploaders, coverage, runners of runners."""

_NOT_NEEDED_PREFIX = ("sphinx", "mkdocs", "flake8-", "types-", "furo", "releases")
_REQUIREMENT_FILE = re.compile(
    r"^(?:requirements?(?:[-_./](?:tests?|testing|dev|ci|base|main|common|requirements))*|"
    r"(?:tests?|testing|dev|ci)[-_]requirements?|requirements?/[^/]*(?:test|dev|ci|base|requirements)[^/]*)\.(?:txt|in|pip)$"
)


@dataclass(frozen=True, slots=True)
class Project:
    """A project's own name and version ("" if not said), what it needs, its entry points, and remarks."""

    name: str = ""
    version: str = ""
    requirements: tuple[str, ...] = ()
    entry_points: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    package_dir: str = ""
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def needs(self, name: str) -> bool:
        """Whether this distribution is among what it needs."""
        return any(canonicalize_name(Requirement(line).name) == name for line in self.requirements)


@dataclass(slots=True)
class _Said:
    """What one file says."""

    source: str
    lines: list[str] = field(default_factory=list[str])
    name: str = ""
    version: str = ""
    package_dir: str = ""
    entry_points: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


def read_project(tree: FileTree) -> Project:
    """Everything that pyproject.toml, setup.cfg, setup.py, requirement files, tox and nox say together.

    Of a distribution that several files name, the first file in that order decides the version.
    """
    said = [_pyproject(tree), _setup_cfg(tree), _setup_py(tree), *_requirement_files(tree)]
    said += [_runner(tree, "tox", tox_dependencies(tree)), _runner(tree, "noxfile.py", nox_dependencies(tree))]
    name = next((one.name for one in said if one.name), "")
    kept, dropped = _choose(said, {canonicalize_name(name)} | _local_names(tree))
    notes = [f"{line!r} is not installed: only names from the package index are" for line in dropped]
    return Project(
        name=name,
        version=next((one.version for one in said if one.version), ""),
        requirements=tuple(kept),
        entry_points=next((one.entry_points for one in said if one.entry_points), dict[str, tuple[str, ...]]()),
        package_dir=next((one.package_dir for one in said if one.package_dir), ""),
        sources=tuple(one.source for one in said if one.lines),
        notes=tuple(notes),
    )


def _choose(said: Iterable[_Said], own_names: set[str]) -> tuple[list[str], list[str]]:
    owners: dict[str, str] = {}
    kept: dict[str, None] = {}
    dropped: dict[str, None] = {}
    for one in said:
        for line in one.lines:
            wish = _requirement(line)
            if wish is None or wish.url:
                dropped[line[:100]] = None
                continue
            name = canonicalize_name(wish.name)
            unwanted = name in NOT_NEEDED or name.startswith(_NOT_NEEDED_PREFIX) or name in own_names
            if not unwanted and owners.setdefault(name, one.source) == one.source:
                kept[_installable(wish)] = None
    return list(kept), list(dropped)


def _installable(wish: Requirement) -> str:
    """The runner is part of the judge: a pin to an old one is loosened to "at least", or dropped."""
    if canonicalize_name(wish.name) == "pytest":
        lower = [str(spec) for spec in wish.specifier if spec.operator in (">=", ">")]
        return ",".join([f"pytest{lower[0]}", *lower[1:]]) if lower else "pytest"
    return str(wish)


def _requirement(line: str) -> Requirement | None:
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None


def _local_names(tree: FileTree) -> set[str]:
    """Distributions that lie in the tree themselves, such as the members of a workspace."""
    return {canonicalize_name(path.split("/")[-2]) for path in tree.paths() if path.endswith("/setup.py")}


def _pyproject(tree: FileTree) -> _Said:
    whole = toml_of(tree, "pyproject.toml")
    project, poetry = table(whole, "project"), table(whole, "tool", "poetry")
    said = _Said("pyproject.toml", strings(project.get("dependencies")))
    said.name = str(project.get("name") or poetry.get("name") or "")
    said.version = str(project.get("version") or poetry.get("version") or "")
    for group, lines in table(project, "optional-dependencies").items():
        said.lines += strings(lines) if group in TEST_GROUPS else []
    groups = table(whole, "dependency-groups")
    for group in groups:
        said.lines += _group(groups, group, 0) if group in TEST_GROUPS else []
    said.lines += _poetry(poetry)
    said.package_dir = str(table(whole, "tool", "setuptools", "package-dir").get("", ""))
    said.entry_points = _entry_points(project)
    return said


def _group(groups: Mapping[str, Any], name: str, depth: int) -> list[str]:
    if depth > 10:
        return []
    lines = strings(groups.get(name))
    for item in cast("list[object]", groups.get(name)) if isinstance(groups.get(name), list) else []:
        if include := table(item).get("include-group"):
            lines += _group(groups, str(include), depth + 1)
    return lines


def _poetry(poetry: Mapping[str, Any]) -> list[str]:
    tables = [table(poetry, "dependencies"), table(poetry, "dev-dependencies")]
    tables += [table(group, "dependencies") for group in table(poetry, "group").values()]
    return [_poetry_line(name, wish) for each in tables for name, wish in each.items()]


def _poetry_line(name: str, wish: object) -> str:
    """Poetry's `^1.2` and `~1.2` as "at least"."""
    text = wish if isinstance(wish, str) else str(table(wish).get("version", "*"))
    found = re.match(r"^(?:[\^~]|>=|==)?\s*(\d[\w.]*)$", text)
    return f"{name}>={found[1]}" if found else name


def _entry_points(project: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    groups = {"console_scripts": table(project, "scripts"), **table(project, "entry-points")}
    found = {group: tuple(f"{name} = {value}" for name, value in table(each).items()) for group, each in groups.items()}
    return {group: lines for group, lines in found.items() if lines}


def _setup_cfg(tree: FileTree) -> _Said:
    config = parse_ini(text_of(tree, "setup.cfg"))
    said = _Said("setup.cfg")
    options = config.get("options", {})
    said.name, said.version = config.get("metadata", {}).get("name", ""), config.get("metadata", {}).get("version", "")
    said.lines = [*_lines(options.get("install_requires", "")), *_lines(options.get("tests_require", ""))]
    for group, lines in config.get("options.extras_require", {}).items():
        said.lines += _lines(lines) if group in TEST_GROUPS else []
    said.entry_points = {group: tuple(_lines(each)) for group, each in config.get("options.entry_points", {}).items()}
    said.package_dir = next(
        (part[1:].strip() for part in _lines(options.get("package_dir", "")) if part[:1] == "="), ""
    )
    if said.version.startswith(("attr:", "file:")):
        said.version = ""
    return said


def _lines(text: str) -> list[str]:
    return [
        line.split(" #")[0].strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")
    ]


def _requirement_files(tree: FileTree) -> Iterator[_Said]:
    for path in sorted(
        (path for path in tree.paths() if _REQUIREMENT_FILE.match(path)), key=lambda path: (len(path), path)
    ):
        yield _Said(path, list(_requirement_lines(tree, path, 0)))


def _requirement_lines(tree: FileTree, path: str, depth: int) -> Iterator[str]:
    joined = text_of(tree, path).replace("\\\n", " ")
    return _distributions(tree, _lines(joined), path.rpartition("/")[0], depth)


def _distributions(tree: FileTree, lines: Iterable[str], base: str, depth: int) -> Iterator[str]:
    """The lines that name a distribution. Options (another index, editable, hashes) never reach pip."""
    for line in lines:
        include = re.match(r"^(?:-r|--requirement)[ =]*(\S+)$", line)
        if include and depth < 5:
            named = posixpath.normpath(f"{base}/{include[1]}".lstrip("/"))
            yield from _requirement_lines(tree, named, depth + 1)
        elif not line.startswith(("-", ".", "/")):
            yield line.split(" --hash")[0].strip()


def _runner(tree: FileTree, source: str, lines: list[str]) -> _Said:
    """What a runner of tests installs before it runs them."""
    return _Said(source, list(_distributions(tree, lines, "", 0)))


def _setup_py(tree: FileTree) -> _Said:
    said = _Said("setup.py")
    try:
        module = ast.parse(text_of(tree, "setup.py"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return said
    known = {
        target.id: node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        if getattr(call.func, "id", getattr(call.func, "attr", "")) == "setup":
            _read_setup(said, {word.arg: _literal(word.value, known, 0) for word in call.keywords if word.arg})
    return said


def _read_setup(said: _Said, words: Mapping[str, object]) -> None:
    name, version = words.get("name"), words.get("version")
    said.name, said.version = name if isinstance(name, str) else "", version if isinstance(version, str) else ""
    for key in ("install_requires", "tests_require"):
        said.lines += _words(words.get(key))
    for group, lines in table(words.get("extras_require")).items():
        said.lines += _words(lines) if group in TEST_GROUPS else []
    said.package_dir = str(table(words.get("package_dir")).get("", ""))
    points = words.get("entry_points")
    said.entry_points = {str(group): tuple(_words(lines)) for group, lines in table(points).items()}


def _words(value: object) -> list[str]:
    """setuptools takes a list or one text of lines."""
    return _lines(value) if isinstance(value, str) else strings(value)


def _literal(node: ast.expr, known: Mapping[str, ast.expr], depth: int) -> object:
    """The value of literals, of names that are assigned literals, and of sums of them; None for the rest."""
    if depth > 10:
        return None
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in known:
            return _literal(known[name], known, depth + 1)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_literal(item, known, depth + 1) for item in items]
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return {_literal(key, known, depth + 1): _literal(value, known, depth + 1) for key, value in pairs if key}
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            parts = [_literal(left, known, depth + 1), _literal(right, known, depth + 1)]
            return [*strings(parts[0]), *strings(parts[1])]
        case _:
            return None
