"""From error messages to recipes: what the failures of a baseline call for, and which are not the code's fault."""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from patchwright.tools.checks import Results, TestResult
from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.branches import PYTHON_2_MODULES
from patchwright.tools.recipes.removed import MODULES
from patchwright.tools.recipes.rule import PythonRecipe

LONGEST = 8192
"""Characters of one failure that are read."""
MOST_FILES = 20
FAILED = frozenset({"failed", "error"})

_PLACE = re.compile(r"^(?:\s{0,8}File \"([^\"\n]{1,300})\", line (\d{1,7})|([^\s:\"][^:\n\"]{0,300}):(\d{1,7}):)", re.M)
_ERROR = re.compile(r"^(?:E\s+)?([A-Za-z_][\w.]{0,100}(?:Error|Exception|Warning|Iteration|Failure)\b.{0,300})", re.M)
_TELLING = re.compile(r"\berror\b", re.IGNORECASE)
_CLASS = re.compile(r"(?:^|[\s\"])([A-Za-z_][\w.]{0,100}(?:[Ee]rror|Exception|Warning|Iteration): .*)$")
_WORKSPACE = re.compile(r"^(?:/workspace/|\./)")

ENVIRONMENT = (
    (
        "an expired or unknown certificate",
        re.compile(r"certificate (?:has expired|verify failed)|CERTIFICATE_VERIFY_FAILED"),
    ),
    (
        "no network",
        re.compile(r"Network is unreachable|Temporary failure in name resolution|Name or service not known"),
    ),
    ("no network", re.compile(r"getaddrinfo failed|nodename nor servname|\[Errno (?:-[235]|101|113)\]")),
    ("a read-only or full file system", re.compile(r"Read-only file system|No space left on device")),
    ("who may do what here", re.compile(r"\[Errno 1\] Operation not permitted|must (?:not )?be run as root")),
    ("a missing display", re.compile(r"no display name and no \$DISPLAY|cannot connect to X server")),
    ("a program that is not installed", re.compile(r"No such file or directory: '(?:git|gcc|node|make|java|hg|svn)'")),
    ("a missing locale", re.compile(r"unsupported locale setting")),
)
"""Signatures of failures that no change of the code should answer."""

_MISSING = re.compile(r"No module named '([\w.]{1,100})'")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What calls for a recipe: the error as people read it, the tests that show it, where traces point."""

    recipe: str
    signature: str
    tests: tuple[str, ...]
    files: tuple[str, ...]
    """Places "path:line" of the project, as the traces give them."""


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A failure that no recipe knows: its error, its place, and the environment's part if it has one.

    `test` is "" for what a compiler or linter says.
    """

    test: str
    error: str
    path: str
    line: int
    environment: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that went wrong in a baseline, as capped text."""

    id: str
    text: str
    path: str = ""
    line: int = 0


def diagnose(results: Results, recipes: Sequence[PythonRecipe]) -> tuple[Diagnosis, ...]:
    """The recipes that the failing tests and diagnostics call for, most tests first."""
    found: dict[str, list[tuple[Failure, str]]] = {}
    for failure in failures(results):
        for recipe in recipes:
            signature = matched(failure.text, recipe)
            if signature:
                found.setdefault(recipe.name, []).append((failure, signature))
    diagnoses = [_diagnosis(name, pairs) for name, pairs in found.items()]
    return tuple(sorted(diagnoses, key=lambda diagnosis: (-len(diagnosis.tests), diagnosis.recipe)))


def unexplained(
    results: Results,
    recipes: Sequence[PythonRecipe],
    own_modules: frozenset[str] = frozenset(),
    leftovers: Sequence[Leftover] = (),
) -> tuple[Unexplained, ...]:
    """The failing tests that no recipe's signature matches; those of the environment are named as such.

    `own_modules` are the names of the project's modules: not finding another is a missing package.
    Diagnostics that say again what one of the `leftovers` says are left out.
    """
    said = {(left.path, left.line) for left in leftovers}
    unreadable = {left.path for left in leftovers if left.kind == "syntax"}
    return tuple(
        _unexplained(failure, own_modules)
        for failure in failures(results)
        if not any(matched(failure.text, recipe) for recipe in recipes)
        and (failure.id or ((failure.path, failure.line) not in said and failure.path not in unreadable))
    )


def failures(results: Results) -> Iterator[Failure]:
    """Failing tests, errors of diagnostics in the tree, and the output of checks that have neither."""
    for check in results.checks:
        failed = [test for test in check.tests if test.status in FAILED]
        yield from (Failure(test.id, _text(test).strip() or check.output[-LONGEST:], test.file) for test in failed)
        errors = [found for found in check.diagnostics if found.severity == "error"]
        inside = (found for found in errors if not found.path.startswith(("../", "/")))
        yield from (Failure("", found.message[:LONGEST], found.path, found.line) for found in inside)
        if check.exit_code and not failed and not errors:
            yield Failure("", check.output[-LONGEST:])


def matched(text: str, recipe: PythonRecipe) -> str:
    """The words of an error that call for a recipe, from its class on; "" if it has nothing to do with it."""
    for pattern in recipe.signatures:
        match = pattern.search(text)
        if match:
            return _error_class(text, match.start()) + match.group()
    return ""


def _error_class(text: str, at: int) -> str:
    """What the line says from the error's class up to an offset, such as "ImportError: "; "" if it names none."""
    before = text[max(at - 300, 0) : at].rpartition("\n")[2]
    found = _CLASS.search(before)
    return found[1] if found else ""


def places(text: str) -> tuple[tuple[str, int], ...]:
    """The places of the project that a trace names, innermost last."""
    found = [(match[1] or match[3], int(match[2] or match[4])) for match in _PLACE.finditer(text)]
    inside = [(_WORKSPACE.sub("", path), line) for path, line in found]
    return tuple((path, line) for path, line in inside if not path.startswith(("/", "<", "E ")) and ".." not in path)


def _text(test: TestResult) -> str:
    return f"{test.message[:LONGEST]}\n{test.trace[:LONGEST]}"


def _diagnosis(recipe: str, pairs: list[tuple[Failure, str]]) -> Diagnosis:
    tests = dict.fromkeys(failure.id for failure, _ in pairs if failure.id)
    files = dict.fromkeys(place for failure, _ in pairs for place in _last_place(failure))
    words = dict.fromkeys(signature for _, signature in pairs)
    return Diagnosis(recipe, "; ".join(list(words)[:3]), tuple(tests), tuple(files)[:MOST_FILES])


def _last_place(failure: Failure) -> list[str]:
    known = [f"{path}:{line}" for path, line in places(failure.text)[-1:]]
    return known or ([f"{failure.path}:{failure.line}"] if failure.path else [])


def _unexplained(failure: Failure, own_modules: frozenset[str]) -> Unexplained:
    path, line = (*places(failure.text)[-1:], (failure.path, failure.line))[0]
    due_to = environment(failure.text) or missing_package(failure.text, own_modules)
    return Unexplained(failure.id, error_line(failure.text), path, line, due_to)


def error_line(text: str) -> str:
    """The error that a failure ends with, in one line of at most 200 characters."""
    found = _ERROR.findall(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = (line for line in lines if _TELLING.search(line) and not line.endswith(":"))
    return str(found[-1] if found else next(telling, lines[0] if lines else ""))[:200]


def environment(text: str) -> str:
    """What about this machine a failure is due to; "" if it seems to be the code."""
    return next((name for name, pattern in ENVIRONMENT if pattern.search(text)), "")


def missing_package(text: str, own_modules: frozenset[str]) -> str:
    """The package that is not installed, in words; "" if what is missing was or is part of Python or the project."""
    found = _MISSING.search(text)
    package = found[1].split(".")[0] if found else ""
    known = {*sys.stdlib_module_names, *MODULES, *PYTHON_2_MODULES.split(), *own_modules}
    return f"the package {package} is not installed" if package and package not in known else ""
