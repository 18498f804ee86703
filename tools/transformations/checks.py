"""The checks that a definition may name: a closed set of built-ins, and commands. Pure: it only reads words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal


class UnknownCheck(ValueError):
    """A definition names a check that does not exist or is not written right; says which there are."""


@dataclass(frozen=True, slots=True)
class FileExists:
    """The tree has this file, or one that this glob means."""

    path: str


@dataclass(frozen=True, slots=True)
class Compiles:
    """Every build command ends with status 0; where nothing is built, all sources but examples parse on the target."""


@dataclass(frozen=True, slots=True)
class AllTestsPass:
    """Tests ran, the command ended with status 0, and none failed."""


@dataclass(frozen=True, slots=True)
class NotFewerTests:
    """As many tests run as on the base; where the base ran none, as many as its sources declare."""


@dataclass(frozen=True, slots=True)
class SameTestMethods:
    """The same files of tests, test classes and test methods are declared as on the base."""


@dataclass(frozen=True, slots=True)
class ClassMajor:
    """Every class file that the build made has this major version (61 is Java 17)."""

    major: int


@dataclass(frozen=True, slots=True)
class PythonIs:
    """The Python on which everything is judged is of this release: no verdict comes from another one."""

    release: str


@dataclass(frozen=True, slots=True)
class NoNewDiagnostics:
    """No compiler, type checker or linter reports an error that was not there on the base."""


@dataclass(frozen=True, slots=True)
class DependencyAtLeast:
    """Where the build declares this dependency with a version, it is this one or newer."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class ApiUnchanged:
    """The public declarations (of Java, the protected ones too) are those of the base."""


@dataclass(frozen=True, slots=True)
class Command:
    """An argument list that ends with status 0 in the sandbox, at the root of the tree."""

    arguments: tuple[str, ...]


TransformationCheck = (
    FileExists
    | Compiles
    | AllTestsPass
    | NotFewerTests
    | SameTestMethods
    | ClassMajor
    | PythonIs
    | NoNewDiagnostics
    | DependencyAtLeast
    | ApiUnchanged
    | Command
)

Word = Literal[
    "file_exists PATH",
    "compiles",
    "tests_pass",
    "tests_not_fewer",
    "tests_same_methods",
    "class_major == N",
    "python == X.Y",
    "no_new_diagnostics",
    "dependency_at_least GROUP:ARTIFACT VERSION",
    "api_unchanged",
]

Form = tuple[re.Pattern[str], Callable[..., TransformationCheck]]


def _class_major(number: str) -> ClassMajor:
    return ClassMajor(int(number))


_FORMS: Mapping[Word, Form] = {
    "file_exists PATH": (re.compile(r"file_exists (\S+)"), FileExists),
    "compiles": (re.compile("compiles"), Compiles),
    "tests_pass": (re.compile("tests_pass"), AllTestsPass),
    "tests_not_fewer": (re.compile("tests_not_fewer"), NotFewerTests),
    "tests_same_methods": (re.compile("tests_same_methods"), SameTestMethods),
    "class_major == N": (re.compile(r"class_major == (\d{2})"), _class_major),
    "python == X.Y": (re.compile(r"python == (3\.\d{1,2})"), PythonIs),
    "no_new_diagnostics": (re.compile("no_new_diagnostics"), NoNewDiagnostics),
    "dependency_at_least GROUP:ARTIFACT VERSION": (
        re.compile(r"dependency_at_least ([\w.-]+:[\w.-]+) (\d\S*)"),
        DependencyAtLeast,
    ),
    "api_unchanged": (re.compile("api_unchanged"), ApiUnchanged),
}


def parse_check(written: str | tuple[str, ...]) -> TransformationCheck:
    """The check that a definition names: words, or an argument list for a command. Raises `UnknownCheck`."""
    if not isinstance(written, str):
        if not written:
            raise UnknownCheck("A command needs at least one word.")
        return Command(written)
    for pattern, make in _FORMS.values():
        found = pattern.fullmatch(written.strip())
        if found:
            return make(*found.groups())
    raise UnknownCheck(
        f"There is no check {written!r}. There are: {', '.join(_FORMS)}; or a command as a list of words."
    )


def shown(written: str | tuple[str, ...]) -> str:
    """A check as a person writes it."""
    return written if isinstance(written, str) else " ".join(written)
