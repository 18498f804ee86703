"""Which files steer the judges, and what happens when a patch touches them (formats.md: how graders were fooled)."""

import re
import sys
from collections.abc import Iterator, Mapping
from typing import Literal, Protocol

from patchwright.tools.paths import matches
from patchwright.tools.testfiles import looks_like_test
from patchwright.tools.toolchain import Toolchain
from patchwright.tools.toolchains.base import parse_ini, table
from patchwright.tools.tree import FileTree

Sensitivity = Literal["source", "tests", "dependencies", "ci", "control"]
"""`control`: files that steer git, agents, interpreters or build tools without being part of the program."""

_CONTROL = re.compile(
    r"(?:^|/)(?:(?:site|user)customize(?:\.py|/.*)|[^/]*\.pth|[^/]+\.(?:egg-info|dist-info)/.*|CODEOWNERS|"
    r"\.gitattributes|\.gitmodules|\.git/.*|\.npmrc|\.yarnrc(?:\.yml)?|\.pnpmfile\.cjs|node_modules/.*|\.mvn/.*|"
    r"\.cargo/.*|\.envrc|pip\.conf|pyvenv\.cfg|AGENTS\.md|CLAUDE\.md|GEMINI\.md|patchwright\.toml)$|"
    r"^(?:pytest|_pytest|pluggy|iniconfig)(?:\.py|/.*)$|"
    r"^(?:\.claude|\.cursor|\.codex|\.gemini|\.vscode|\.idea|\.devcontainer)/|"
    r"(?:^|/)(?:Dockerfile|Containerfile|docker-compose)[^/]*$|"
    r"(?:^|/)(?:\.cursorrules|copilot-instructions\.md)$"
)
_CI = re.compile(
    r"^(?:\.github|\.gitlab|\.circleci|\.buildkite|\.ci|\.travis|\.woodpecker|\.forgejo|\.gitea)/|"
    r"^(?:\.gitlab-ci\.yml|\.travis\.yml|appveyor\.yml|\.appveyor\.yml|azure-pipelines[^/]*\.yml|Jenkinsfile|"
    r"bitbucket-pipelines\.yml|\.cirrus\.(?:yml|star)|\.drone\.yml|codecov\.yml|\.pre-commit-config\.yaml)$"
)
_DEPENDENCIES = re.compile(
    r"(?:^|/)(?:pyproject\.toml|setup\.(?:py|cfg)|[^/]*requirements[^/]*\.(?:txt|in|pip)|requirements/[^/]+|Pipfile|"
    r"[^/]*\.lock|constraints[^/]*\.txt|package(?:-lock)?\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|pom\.xml|"
    r"(?:build|settings)\.gradle(?:\.kts)?|gradle\.properties|gradle/.*|gradlew(?:\.bat)?|go\.(?:mod|sum|work)|Cargo\.toml)$"
)
_MIXED = re.compile(r"(?:^|/)(?:CMakeLists\.txt|(?:GNU)?[Mm]akefile(?:\.am)?)$")

WHAT: Mapping[Sensitivity, str] = {
    "tests": "a test or what steers the tests",
    "dependencies": "a file that names dependencies",
    "ci": "a file of the continuous integration",
    "control": "a file that steers git, agents, interpreters or build tools",
    "source": "a source file",
}


class Allowed(Protocol):
    """What the approved plan opens beside sources; `Scope` is one."""

    @property
    def tests(self) -> bool:
        """Tests and their settings may change."""
        ...

    @property
    def dependencies(self) -> bool:
        """Manifests and lock files may change."""
        ...

    @property
    def ci(self) -> bool:
        """CI and control files may change."""
        ...


def sensitivity(path: str, toolchain: Toolchain) -> Sensitivity:
    """What kind of file this is, by its path (GIT-09)."""
    if _CONTROL.search(path):
        return "control"
    if _CI.search(path):
        return "ci"
    if looks_like_test(path) or any(matches(path, pattern) for pattern in toolchain.protected):
        return "tests"
    return "dependencies" if _DEPENDENCIES.search(path) else "source"


def restore(
    base: FileTree, result: FileTree, toolchain: Toolchain, *, allow_tests: bool = False
) -> Mapping[str, bytes | None]:
    """The writes (None deletes) that give a final verification the judges of the base commit.

    Control files and modules that would shadow the judge are always put back; tests and what
    steers them unless the plan allows to change them.
    """
    put_back: dict[str, bytes | None] = {}
    for kind, path, before, _ in _changed(base, result, toolchain):
        shadows = before is None and _shadows(path, toolchain)
        if kind == "control" or shadows or (kind == "tests" and not allow_tests):
            put_back[path] = before
    return put_back


def resteered(base: FileTree, result: FileTree, toolchain: Toolchain) -> tuple[str, ...]:
    """Files that are source in part, such as manifests, in whose other part a change steers the tests."""
    return tuple(
        path
        for kind, path, before, after in _changed(base, result, toolchain)
        if kind not in ("tests", "control") and _steering(path, before or b"") != _steering(path, after or b"")
    )


def flag_changes(base: FileTree, result: FileTree, toolchain: Toolchain, allowed: Allowed) -> tuple[str, ...]:
    """A sentence for each change of a sensitive file that the plan does not allow."""
    return tuple(_flags(base, result, toolchain, allowed))


def _flags(base: FileTree, result: FileTree, toolchain: Toolchain, allowed: Allowed) -> Iterator[str]:
    permitted: dict[Sensitivity, bool] = {
        "source": True,
        "tests": allowed.tests,
        "dependencies": allowed.dependencies,
        "ci": allowed.ci,
        "control": allowed.ci,
    }
    for kind, path, before, after in _changed(base, result, toolchain):
        verb = "added" if before is None else "deleted" if after is None else "changed"
        if not permitted[kind]:
            yield f"{path} was {verb}: {WHAT[kind]}, which the plan does not open"
        elif before is None and _shadows(path, toolchain):
            yield f"{path} was added: it shadows a module of the interpreter that the judge uses"
        elif not allowed.tests and _steering(path, before or b"") != _steering(path, after or b""):
            yield f"{path} was {verb} in a part that steers the tests, which the plan does not open"


def _changed(
    base: FileTree, result: FileTree, toolchain: Toolchain
) -> Iterator[tuple[Sensitivity, str, bytes | None, bytes | None]]:
    """Kind, path, bytes before and after of each changed file that is not a plain source; only those are read."""
    old, new = frozenset(base.paths()), frozenset(result.paths())
    for path in sorted(old | new):
        kind = sensitivity(path, toolchain)
        if kind == "source" and not _MIXED.search(path) and not (path not in old and _shadows(path, toolchain)):
            continue
        before = base.read(path) if path in old else None
        after = result.read(path) if path in new else None
        if before != after:
            yield kind, path, before, after


def _shadows(path: str, toolchain: Toolchain) -> bool:
    """Whether a new file would be imported in place of a module of Python's own library."""
    if not toolchain.family.startswith("python") or not path.endswith((".py", ".so")):
        return False
    parts = path.removeprefix("src/").split("/")
    whole = len(parts) == 1 or (len(parts) == 2 and parts[1].startswith("__init__."))
    return whole and parts[0].partition(".")[0] in sys.stdlib_module_names - {"test"}


def _steering(path: str, data: bytes) -> object:
    """The part of a mixed file that says how tests are run; None for other files."""
    import json
    import tomllib

    name, text = path.rpartition("/")[2], data.decode("utf-8", "replace")
    try:
        if name == "pyproject.toml":
            tools = table(tomllib.loads(text), "tool")
            return {key: tools[key] for key in ("pytest", "tox", "nox", "hatch", "coverage") if key in tools}
        if name == "package.json":
            keys = ("scripts", "jest", "mocha", "vitest", "ava", "c8", "nyc")
            return {key: value for key, value in table(json.loads(text or "{}")).items() if key in keys}
    except (ValueError, RecursionError):
        return text
    if name == "setup.cfg":
        sections = parse_ini(text)
        return {key: sections[key] for key in ("tool:pytest", "pytest", "nosetests", "aliases") if key in sections}
    if name in ("pom.xml", "build.gradle", "build.gradle.kts"):
        return sorted(
            re.findall(r"[^\n]*(?:surefire|failsafe|skip|exclude|testFailureIgnore|testSource|filter)[^\n]*", text)
        )
    if name in ("CMakeLists.txt", "Makefile", "GNUmakefile", "makefile", "Makefile.am"):
        return sorted(re.findall(r"[^\n]*(?:add_test|enable_testing|WILL_FAIL|gtest|catch_|test|check)[^\n]*", text))
    if name == "Cargo.toml":
        return sorted(re.findall(r"[^\n]*(?:\[\[test|autotests|harness|test *=|doctest)[^\n]*", text))
    return None
