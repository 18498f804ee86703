"""Syntax of one file, judged on the host by parsing alone: nothing is executed (SB-01)."""

import json
import tomllib
import warnings
from ast import PyCF_ONLY_AST
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType

from patchwright.tools.diagnostics import Diagnostic

MAX_BYTES = 500_000
"""An AST takes several hundred times the memory of its text."""
MAX_DOTS = 100

# These hold comments by custom although they are named .json.
_WITH_COMMENTS = ("tsconfig", "jsconfig", "devcontainer", ".eslintrc", ".babelrc", "settings", "launch", "tasks")


def check_syntax(path: str, data: bytes) -> tuple[Diagnostic, ...] | None:
    """The syntax errors of a Python, JSON or TOML file; None if not checked (other kind, too large, too deep)."""
    parse = _PARSERS.get(PurePosixPath(path).suffix)
    if parse is None or len(data) > MAX_BYTES:
        return None
    try:
        found = parse(path, data)
    except (RecursionError, MemoryError, ValueError, OverflowError):
        return None
    return (found,) if found else ()


def new_errors(path: str, before: bytes | None, after: bytes) -> tuple[Diagnostic, ...]:
    """The syntax errors that an edit caused: none if the file had one already, since then it is not our grammar's."""
    errors = check_syntax(path, after) or ()
    return () if before is not None and check_syntax(path, before) else errors


def _python(path: str, data: bytes) -> Diagnostic | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(data, path, "exec", flags=PyCF_ONLY_AST, dont_inherit=True)
        except SyntaxError as error:
            return _diagnostic(path, error.lineno, error.offset, error.msg, "python")
    return None


def _json(path: str, data: bytes) -> Diagnostic | None:
    if PurePosixPath(path).name.startswith(_WITH_COMMENTS):
        return None
    try:
        json.loads(data)
    except json.JSONDecodeError as error:
        return _diagnostic(path, error.lineno, error.colno, error.msg, "json")
    return None


def _toml(path: str, data: bytes) -> Diagnostic | None:
    # The library's time is cubic in the parts of a dotted key: 100 KB of "a.a.a..." take 72 s.
    if any(line.count(b".") > MAX_DOTS for line in data.splitlines()):
        return None
    try:
        tomllib.loads(data.decode())
    except tomllib.TOMLDecodeError as error:
        line, column = _toml_place(str(error))
        return _diagnostic(path, line, column, str(error), "toml")
    return None


def _toml_place(message: str) -> tuple[int, int]:
    """Line and column out of "... (at line 3, column 5)"; 0 if the message has none."""
    words = message.rstrip(")").replace(",", " ").split()
    if words[-4:-3] == ["line"] and words[-3].isdigit() and words[-1].isdigit():
        return int(words[-3]), int(words[-1])
    return 0, 0


def _diagnostic(path: str, line: int | None, column: int | None, message: str, source: str) -> Diagnostic:
    return Diagnostic(
        path=path,
        line=max(line or 0, 0),
        column=max(column or 0, 0),
        code="syntax",
        message=message[:300],
        source=source,
    )


_PARSERS: Mapping[str, Callable[[str, bytes], Diagnostic | None]] = MappingProxyType(
    {".py": _python, ".pyi": _python, ".json": _json, ".toml": _toml}
)
