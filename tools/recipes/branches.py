"""Which code runs on which Python: branches on the version, and code that already expects a name to be gone."""

import ast
import re
import sys
from collections.abc import Iterator
from typing import Any, Literal, cast

from patchwright.tools.recipes.source import Source

Version = tuple[int, int]
Kind = Literal["import", "attribute", "call"]

PYTHON_2: Version = (2, 7)

PYTHON_2_MODULES = """
    BaseHTTPServer ConfigParser Cookie HTMLParser Queue SocketServer StringIO Tkinter UserDict __builtin__
    anydbm cPickle cStringIO commands cookielib copy_reg htmlentitydefs httplib ordereddict thread urllib2
    urlparse xmlrpclib
"""
"""A fallback to one of these is no fallback on Python 3."""

_FLAG = re.compile(r"(?i)_?(?:is_?)?(?:py|python)_?([23])(?:k|x)?_?")
_CATCHES: dict[Kind, frozenset[str]] = {
    "import": frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}),
    "attribute": frozenset({"AttributeError", "NameError"}),
    "call": frozenset({"TypeError"}),
}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_DEEPEST = 30


class _Unknown(Exception):
    """The value of an expression is not known from the text."""


def runs_on(source: Source, node: ast.AST, version: Version) -> bool:
    """Whether the node's code may be reached on this Python, as far as tests of the version tell."""
    for child, parent in climb(source, node):
        if isinstance(parent, ast.If | ast.IfExp):
            known = truth(source, parent.test, version)
            if known is False and child in as_list(parent.body):
                return False
            if known is True and child in as_list(parent.orelse):
                return False
    return True


def guarded(source: Source, node: ast.AST, kind: Kind) -> bool:
    """Whether the code already expects this name to be missing: a `try` around it, a handler, `hasattr`."""
    called_later = False
    for child, parent in climb(source, node):
        called_later = called_later or isinstance(parent, _FUNCTIONS)
        if expects(source, child, parent, kind, called_later=called_later):
            return True
    return False


def expects(source: Source, child: ast.AST, parent: ast.AST, kind: Kind, *, called_later: bool) -> bool:
    """Whether the parent is what shields its child from a missing name."""
    match parent:
        case ast.Try(body=body, handlers=handlers) if child in body:
            return not called_later and any(catches(handler, kind) for handler in handlers)
        case ast.ExceptHandler():
            known = catches(parent, "import") and fallback_only(source, parent)
            return known or catches(parent, "attribute")
        case ast.If(test=test) | ast.IfExp(test=test):
            return child is not test and asks(test)
        case ast.BoolOp(values=values):
            return any(asks(value) for value in values if value is not child)
        case _:
            return False


def climb(source: Source, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Pairs of (child, parent) from the node up to the module."""
    parent = source.parents.get(node)
    while parent is not None:
        yield node, parent
        node, parent = parent, source.parents.get(parent)


def as_list(body: list[ast.stmt] | ast.expr) -> list[ast.stmt] | list[ast.expr]:
    """The body of an `if` statement or expression."""
    return body if isinstance(body, list) else [body]


def catches(handler: ast.ExceptHandler, kind: Kind) -> bool:
    """Whether a handler is for the error that a missing name of this kind raises, and helps on Python 3."""
    if any(isinstance(node, ast.Import | ast.ImportFrom) and _python2_only(node) for node in handler.body):
        return False
    if handler.type is None:
        return kind == "import"
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(name, ast.Name) and name.id in _CATCHES[kind] for name in types)


def _python2_only(node: ast.Import | ast.ImportFrom) -> bool:
    return all(name.split(".")[0] in PYTHON_2_MODULES.split() for name in imported_modules(node))


def fallback_only(source: Source, handler: ast.ExceptHandler) -> bool:
    """Whether the handler cannot be reached: all that its `try` imports is in today's standard library."""
    owner = source.parents.get(handler)
    body = owner.body if isinstance(owner, ast.Try) else []
    names = [name for node in body for name in imported_modules(node)]
    return bool(names) and all(name.split(".")[0] in sys.stdlib_module_names for name in names)


def imported_modules(node: ast.AST) -> list[str]:
    """The modules that one import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "."] if not node.level else ["."]
    return []


def asks(test: ast.expr) -> bool:
    """Whether an expression asks `hasattr(...)` or `getattr(..., default)`."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("hasattr", "getattr")
        for node in ast.walk(test)
    )


def truth(source: Source, test: ast.expr, version: Version) -> bool | None:
    """The value of a version test on this Python; None if it is not one."""
    try:
        return bool(value(source, test, version, 0))
    except (_Unknown, TypeError, ValueError, IndexError, OverflowError):
        return None


def value(source: Source, node: ast.expr, version: Version, depth: int) -> object:
    """What an expression about the version is worth. Raises `_Unknown`."""
    if depth > _DEEPEST:
        raise _Unknown
    below = depth + 1
    match node:
        case ast.Constant(value=bool() | int() | str() as constant):
            return constant
        case ast.Tuple(elts=elts):
            return tuple(value(source, item, version, below) for item in elts)
        case ast.Name(id=name):
            return named(source, name, version, below)
        case ast.Attribute():
            return attribute(source, node, version, below)
        case ast.Subscript(value=inner, slice=index):
            return item(value(source, inner, version, below), source, index, version, below)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not value(source, operand, version, below)
        case ast.BoolOp(op=op, values=values):
            return any_or_all(source, op, values, version, below)
        case ast.Compare(left=left, ops=ops, comparators=rights):
            return chain(source, [left, *rights], ops, version, below)
        case _:
            raise _Unknown


def named(source: Source, name: str, version: Version, depth: int) -> object:
    """A name's value: its one assignment in the file, else what it is called (`PY2`, `py3k`)."""
    assigned = source.assigned.get(name, [])
    if len(assigned) == 1:
        try:
            return value(source, assigned[0], version, depth)
        except _Unknown:
            pass
    return flag(name, version)


def flag(name: str, version: Version) -> bool:
    """What a name such as `PY2` or `IS_PY3` says by convention. Raises `_Unknown`."""
    match = _FLAG.fullmatch(name)
    if match is None:
        raise _Unknown
    return int(match[1]) == version[0]


def attribute(source: Source, node: ast.Attribute, version: Version, depth: int) -> object:
    """`sys.version_info` and its kin, `six.PY2` and its kin. Raises `_Unknown`."""
    if isinstance(node.value, ast.Name) and node.value.id == "sys":
        whole = (*version, 0, "final", 0)
        known: dict[str, object] = {"version_info": whole, "version": f"{version[0]}.{version[1]}.0"}
        known["hexversion"] = version[0] << 24 | version[1] << 16
        if node.attr in known:
            return known[node.attr]
    if node.attr in ("major", "minor"):
        return item(
            value(source, node.value, version, depth), source, ast.Constant(node.attr == "minor"), version, depth
        )
    return flag(node.attr, version)


def item(whole: object, source: Source, index: ast.expr, version: Version, depth: int) -> object:
    """`whole[index]` or `whole[low:high]` of a tuple or text. Raises `_Unknown`."""
    if not isinstance(whole, tuple | str):
        raise _Unknown
    whole = cast("tuple[object, ...] | str", whole)
    if not isinstance(index, ast.Slice):
        at = value(source, index, version, depth)
        return whole[at] if isinstance(at, int) else _raise_unknown()
    low = value(source, index.lower, version, depth) if index.lower else None
    high = value(source, index.upper, version, depth) if index.upper else None
    if index.step or not isinstance(low, int | None) or not isinstance(high, int | None):
        raise _Unknown
    return whole[low:high]


def _raise_unknown() -> object:
    raise _Unknown


def any_or_all(source: Source, op: ast.boolop, values: list[ast.expr], version: Version, depth: int) -> bool:
    """`and` and `or` where some sides may be unknown. Raises `_Unknown`."""
    deciding = isinstance(op, ast.Or)
    unknown = False
    for side in values:
        try:
            if bool(value(source, side, version, depth)) == deciding:
                return deciding
        except _Unknown:
            unknown = True
    return _raise_unknown() is not None if unknown else not deciding


def chain(source: Source, sides: list[ast.expr], ops: list[ast.cmpop], version: Version, depth: int) -> bool:
    """A chain of comparisons of versions. Raises `_Unknown`, or TypeError for sides that do not compare."""
    values = [value(source, side, version, depth) for side in sides]
    return all(compare(left, op, right) for left, op, right in zip(values, ops, values[1:], strict=False))


def compare(left: object, op: ast.cmpop, right: object) -> bool:
    """One comparison. Raises `_Unknown`, or TypeError for sides that do not compare."""
    if isinstance(op, ast.Eq | ast.NotEq | ast.Is | ast.IsNot):
        return (left == right) == isinstance(op, ast.Eq | ast.Is)
    for kind in (tuple, str, int):
        if isinstance(left, kind) and isinstance(right, kind):
            return ordered(left, op, right)
    raise _Unknown


def ordered(left: Any, op: ast.cmpop, right: Any) -> bool:
    """`<`, `<=`, `>`, `>=` of two values of one type. Raises `_Unknown`."""
    match op:
        case ast.Lt():
            return bool(left < right)
        case ast.LtE():
            return bool(left <= right)
        case ast.Gt():
            return bool(left > right)
        case ast.GtE():
            return bool(left >= right)
        case _:
            raise _Unknown
