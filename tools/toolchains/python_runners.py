"""What the settings of tox and nox say about running tests: read as data, nothing of it is executed (SB-01)."""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from patchwright.sandbox.base import WORKSPACE
from patchwright.tools.toolchains.base import parse_ini, strings, table, text_of, toml_of
from patchwright.tools.tree import FileTree

RUNNERS = ("pytest", "py.test", "unittest", "coverage", "manage.py")
"""A nox session that names one of these runs tests."""

_ROOT = re.compile(r"\{(?:toxinidir|tox_root)\}")
_FACTORS = re.compile(r"^[!\w.,{}-]+:\s*\S")


def tox_dependencies(tree: FileTree) -> list[str]:
    """The lines of `deps` in tox's base environment, as a requirement file has them."""
    ini = _tox_ini(tree).get("deps", "").splitlines()
    lines = [_ROOT.sub(".", line).strip() for line in (*ini, *strings(_tox_table(tree).get("deps")))]
    return [line for line in lines if line and "{" not in line and not _FACTORS.match(line)]


def tox_environment(tree: FileTree) -> dict[str, str]:
    """The variables that tox sets for its base environment; those that steer a runner or a loader are left out."""
    ini = _tox_ini(tree)
    lines = (ini.get("setenv", "") or ini.get("set_env", "")).splitlines()
    pairs = [(name, value) for name, sign, value in (line.partition("=") for line in lines) if sign]
    pairs += [(name, value) for name, value in table(_tox_table(tree), "set_env").items() if isinstance(value, str)]
    found = {name.strip(): _ROOT.sub(WORKSPACE, value.strip()) for name, value in pairs}
    return {name: value for name, value in found.items() if _is_plain(name) and "{" not in value}


def _is_plain(name: str) -> bool:
    steering = ("PYTEST_", "LD_", "PIP_", "COV", "TOX_", "PYTHON")
    return re.fullmatch(r"[A-Za-z_]\w{0,60}", name) is not None and not name.startswith(steering) and name != "PATH"


def _tox_ini(tree: FileTree) -> Mapping[str, str]:
    legacy = table(toml_of(tree, "pyproject.toml"), "tool", "tox").get("legacy_tox_ini", "")
    texts = (text_of(tree, "tox.ini"), str(legacy))
    sections = [parse_ini(text).get("testenv", {}) for text in texts]
    return sections[0] or sections[1]


def _tox_table(tree: FileTree) -> dict[str, Any]:
    """tox 4's own TOML."""
    base = table(toml_of(tree, "tox.toml"), "env_run_base")
    return base or table(toml_of(tree, "pyproject.toml"), "tool", "tox", "env_run_base")


def nox_dependencies(tree: FileTree) -> list[str]:
    """What the sessions of noxfile.py that run tests install, as the lines of a requirement file."""
    try:
        module = ast.parse(text_of(tree, "noxfile.py"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    sessions = (node for node in module.body if isinstance(node, ast.FunctionDef) and _runs_tests(node))
    return [line for session in sessions for line in _installed(session)]


def _runs_tests(function: ast.FunctionDef) -> bool:
    words = {word for call in _calls(function, "run") for argument in call.args for word in _texts(argument)}
    return bool(function.decorator_list) and any(word.endswith(RUNNERS) for word in words)


def _installed(function: ast.FunctionDef) -> Iterator[str]:
    for call in _calls(function, "install"):
        words = [word for argument in call.args for word in _texts(argument)]
        while words:
            word = words.pop(0)
            if word in ("-r", "--requirement", "-c", "--constraint", "-e", "--editable") and words:
                value = words.pop(0)
                yield from [f"-r {value}"] if word in ("-r", "--requirement") else []
            else:
                yield word


def _calls(function: ast.FunctionDef, name: str) -> Iterator[ast.Call]:
    """Calls of that method of the session, which is the function's first argument."""
    session = function.args.args[0].arg if function.args.args else ""
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=found)) if (owner, found) == (
                session,
                name,
            ):
                yield node
            case _:
                pass


def _texts(node: ast.expr) -> list[str]:
    """The texts of a literal: one, or those of a list that is spread out."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.Starred(value=ast.List(elts=items) | ast.Tuple(elts=items)):
            return [text for item in items for text in _texts(item)]
        case _:
            return []
