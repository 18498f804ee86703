"""Global flags such as `(?i)` that are not at the start of a pattern are an error since Python 3.11."""

import ast
import re
from collections.abc import Iterator

from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.branches import climb, runs_on
from patchwright.tools.recipes.rule import Context, Found, PythonRecipe
from patchwright.tools.recipes.source import Edit, Source

NAME = "python.regex-flags"
_FUNCTIONS = frozenset(
    f"re.{name}" for name in ("compile", "match", "search", "fullmatch", "split", "findall", "finditer", "sub", "subn")
)
_FLAGS = re.compile(r"\(\?[aiLmsux]{1,7}\)")
_ANCHORS = re.compile(r"[\^$]")
_REASON = "a global flag is not at the start of this pattern, and the pattern is put together elsewhere"


def find(source: Source, context: Context) -> Iterator[Found]:
    """Patterns given to `re` directly, and patterns that a name collects piece by piece."""
    for node in source.nodes:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or not misplaced(node.value):
            continue
        if "re" in source.imported.values() and runs_on(source, node, context.target):
            yield from _literal(source, node)


def misplaced(pattern: str) -> str:
    """The first global flags of a pattern that do not stand at its start, outside classes and escapes; or ""."""
    inside = False
    index = 0
    while index < len(pattern):
        if pattern[index] == "\\":
            index += 1
        elif inside:
            inside = pattern[index] != "]"
        elif pattern[index] == "[":
            inside = True
            index += pattern[index + 1 : index + 2] == "^"
            index += pattern[index + 1 : index + 2] == "]"
        elif index and (match := _FLAGS.match(pattern, index)):
            return match.group()
        index += 1
    return ""


def _literal(source: Source, node: ast.Constant) -> Iterator[Found]:
    flags = misplaced(str(node.value))
    place = _first_place(source, node, flags)
    statement = next((parent for _, parent in climb(source, node) if isinstance(parent, ast.stmt)), None)
    if place is None:
        return
    front, taken_out = place
    if _goes_to_re(source, node):
        yield from (taken_out, Edit(front, front, flags))
    elif isinstance(statement, ast.Assign) and statement.value is node and len(statement.targets) == 1:
        yield from _collected(source, statement, flags, front, taken_out)


def _first_place(source: Source, node: ast.Constant, flags: str) -> tuple[int, Edit] | None:
    """Where the text of a literal begins, and the edit that takes its flags out; None if they are there twice."""
    start, end = source.span(node)
    opening = re.match(r"[rRuU]{0,2}(?:'''|\"\"\"|'|\")", source.text[start:end])
    if opening is None or source.text.count(flags, start, end) != 1:
        return None
    at = source.text.index(flags, start)
    return start + opening.end(), Edit(at, at + len(flags), "")


def _goes_to_re(source: Source, node: ast.expr) -> bool:
    """Whether a literal begins the pattern of a call of `re`: alone, or leftmost of `+` and `%`."""
    for child, parent in climb(source, node):
        if isinstance(parent, ast.BinOp) and parent.left is child:
            continue
        return isinstance(parent, ast.Call) and parent.args[:1] == [child] and source.origin(parent.func) in _FUNCTIONS
    return False


def _collected(source: Source, statement: ast.Assign, flags: str, front: int, out: Edit) -> Iterator[Found]:
    """`name = "...(?m)..."`, `name += "..."`: to the front if only the whole is read, else after the last piece."""
    target = statement.targets[0]
    block = _block(source, statement)
    if not isinstance(target, ast.Name) or len(source.assigned[target.id]) != 1:
        return
    later = block[block.index(statement) + 1 :]
    pieces = [item for item in later if _adds_to(item, target.id)]
    last = pieces[-1] if pieces else statement
    early = [
        item for item in later[: later.index(last) if pieces else 0] if item not in pieces and _reads(item, target.id)
    ]
    if not early:
        yield from (out, Edit(front, front, flags))
    elif flags == "(?m)" and source.alone(last) and not _anchored(statement, target.id, later, pieces):
        indent = source.indent(last) or ""
        end = source.line_end(last)
        yield from (out, Edit(end, end, f"{source.newline}{indent}{target.id} = '{flags}' + {target.id}"))
    else:
        yield Leftover(source.path, statement.lineno, NAME, _REASON)


def _anchored(statement: ast.Assign, name: str, later: list[ast.stmt], pieces: list[ast.stmt]) -> bool:
    """Whether `(?m)` means something to the pattern as it was before its last piece, wherever that went."""
    tainted = {name}
    seen: list[ast.stmt] = [statement]
    for item in later:
        if item not in pieces and any(_reads(item, known) for known in tainted):
            seen.append(item)
            tainted |= {n.id for n in ast.walk(item) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    texts = [n.value for item in seen for n in ast.walk(item) if isinstance(n, ast.Constant)]
    return any(_ANCHORS.search(_outside_classes(text)) for text in texts if isinstance(text, str))


def _block(source: Source, statement: ast.stmt) -> list[ast.stmt]:
    """The statements among which this one stands."""
    parent = source.parents[statement]
    blocks: list[list[ast.stmt]] = [getattr(parent, name, []) for name in ("body", "orelse", "finalbody")]
    return next((block for block in blocks if statement in block), [statement])


def _adds_to(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == name


def _reads(node: ast.stmt, name: str) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id == name for inner in ast.walk(node))


def _outside_classes(pattern: str) -> str:
    """The pattern without escapes and character classes, where `^` and `$` mean something else."""
    return re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "", re.sub(r"\\[\^$\[\]\\]", "", pattern))


RECIPE = PythonRecipe(
    name=NAME,
    title="Put global flags first in regular expressions: elsewhere they are an error since Python 3.11",
    removed=(3, 11),
    hint=re.compile(rb"\(\?[aiLmsux]{1,7}\)"),
    find=find,
    signatures=(re.compile(r"global flags not at the start of the expression"),),
)
