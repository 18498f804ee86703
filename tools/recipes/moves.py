"""The engine for names that moved: imports and attribute uses of a standard module's name, now elsewhere.

Where the project still claims Python 2 and the new place does not exist there, the import becomes
`try: new / except ImportError: old`, once in the project's compatibility module where that is shorter;
otherwise the shortest edit that works on the target.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import partial

from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.branches import Kind, Version, guarded, runs_on
from patchwright.tools.recipes.move import Local, Move, Table, block, from_import, joined
from patchwright.tools.recipes.rule import Context, Found, PythonRecipe
from patchwright.tools.recipes.shims import Needed
from patchwright.tools.recipes.source import Edit, Source

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def recipe(name: str, title: str, removed: Version, table: Table) -> PythonRecipe:
    """A recipe of nothing but moved names; its hint and its error signatures follow from the table."""
    modules = "|".join(sorted({re.escape(move.module.split(".")[0]) for move in table.values()}))
    names = "|".join(sorted({re.escape(move.name) for move in table.values()}))
    return PythonRecipe(
        name=name,
        title=title,
        removed=removed,
        hint=re.compile(rf"\b(?:{names})\b".encode()),
        find=partial(find_moves, table, name),
        signatures=(
            re.compile(rf"cannot import name '(?:{names})' from '(?:{modules})[\w.]{{0,80}}'"),
            re.compile(rf"(?:module|object) '(?:{modules})[\w.]{{0,80}}' has no attribute '(?:{names})'"),
        ),
    )


def find_moves(table: Table, kind: str, source: Source, context: Context) -> Iterator[Found]:
    """Edits for all imports and attribute uses of the table's names that break on the target."""
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom) and not node.level:
            yield from _import_edits(table, kind, source, context, node)
    uses = [node for node in source.nodes if isinstance(node, ast.Attribute) and _breaks(table, source, context, node)]
    for binder, group in _by_binder(source, uses):
        yield from _use_edits(table, kind, source, context, binder, group)


def breaks_here(source: Source, context: Context, node: ast.AST, kind: Kind) -> bool:
    """Whether code runs on the target and nothing around it expects the name to be missing."""
    return runs_on(source, node, context.target) and not guarded(source, node, kind)


def _import_edits(table: Table, kind: str, source: Source, context: Context, node: ast.ImportFrom) -> Iterator[Found]:
    gone = [alias for alias in node.names if f"{node.module}.{alias.name}" in table]
    if not gone or not breaks_here(source, context, node, "import"):
        return
    locals_ = [Local(table[f"{node.module}.{alias.name}"], alias.asname or alias.name) for alias in gone]
    both = context.both(source, node) and not all(local.move.everywhere for local in locals_)
    start, end = source.span(node)
    module = re.match(r"from[ \t]+" + re.escape(node.module or ""), source.text[start:end])
    if not both and module and len(gone) == len(node.names) and _only_module_moved(locals_):
        yield Edit(start + module.end() - len(node.module or ""), start + module.end(), locals_[0].move.new_module)
        return
    indent = source.indent(node)
    if indent is None or not source.alone(node):
        yield Leftover(source.path, node.lineno, kind, "the import shares its line with other code")
        return
    text, needed = _statements(source, context, indent, locals_, both=both)
    yield from needed
    if len(gone) == len(node.names):
        yield Edit(start, end, text)
        return
    yield from _without(source, node, gone)
    yield _after(source, node, indent, text)


def _statements(
    source: Source, context: Context, indent: str, locals_: list[Local], *, both: bool
) -> tuple[str, list[Needed]]:
    """The imports of moved names: from the project's compatibility module where one is at hand."""
    home = context.home(source, [local.move for local in locals_]) if both else None
    if home is None:
        return block(source, indent, locals_, both=both), []
    lines = joined(from_import(home.spelled, local.move.new_name, local.name) for local in locals_)
    return (source.newline + indent).join(lines), [Needed(home.path, local.move) for local in locals_]


def _only_module_moved(locals_: list[Local]) -> bool:
    moves = [local.move for local in locals_]
    return len({move.new_module for move in moves}) == 1 and all(move.name == move.new_name for move in moves)


def _without(source: Source, node: ast.Import | ast.ImportFrom, gone: list[ast.alias]) -> Iterator[Edit]:
    """Take names out of a list of imports: each with the comma after it, a last one with the comma before."""
    spans = [(alias in gone, *source.span(alias)) for alias in node.names]
    kept_end = 0
    for index, (drop, start, end) in enumerate(spans):
        if not drop:
            kept_end = end
        elif any(not later[0] for later in spans[index + 1 :]):
            yield Edit(start, spans[index + 1][1], "")
        else:
            yield Edit(kept_end, spans[-1][2], "")
            return


def _after(source: Source, node: ast.stmt, indent: str, text: str) -> Edit:
    end = source.line_end(node)
    return Edit(end, end, source.newline + indent + text)


def _breaks(table: Table, source: Source, context: Context, node: ast.Attribute) -> bool:
    if not isinstance(node.ctx, ast.Load) or source.origin(node) not in table:
        return False
    return breaks_here(source, context, node, "attribute")


def root(node: ast.expr) -> str:
    """The first name of `a.b.c`; "" for anything else."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _by_binder(
    source: Source, uses: list[ast.Attribute]
) -> list[tuple[ast.Import | ast.ImportFrom, list[ast.Attribute]]]:
    """The uses under the import statement that each of them sees."""
    groups: dict[ast.Import | ast.ImportFrom, list[ast.Attribute]] = {}
    for use in uses:
        binder = _binder(source, use)
        if binder is not None:
            groups.setdefault(binder, []).append(use)
    return list(groups.items())


def _binder(source: Source, use: ast.Attribute) -> ast.Import | ast.ImportFrom | None:
    """The import of the innermost scope around the use that binds its first name."""
    name = root(use)
    scopes = {id(scope) for scope in _scopes(source, use)}
    found: list[tuple[int, ast.Import | ast.ImportFrom]] = []
    for node in source.nodes:
        if isinstance(node, ast.Import | ast.ImportFrom) and _binds(node, name):
            around = list(_scopes(source, node))
            if all(id(scope) in scopes for scope in around):
                found.append((len(around), node))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _binds(node: ast.Import | ast.ImportFrom, name: str) -> bool:
    return any((alias.asname or alias.name.split(".")[0]) == name for alias in node.names)


def _scopes(source: Source, node: ast.AST) -> Iterator[ast.AST]:
    parent = source.parents.get(node)
    while parent is not None:
        if isinstance(parent, _FUNCTIONS):
            yield parent
        parent = source.parents.get(parent)


def _use_edits(
    table: Table,
    kind: str,
    source: Source,
    context: Context,
    binder: ast.Import | ast.ImportFrom,
    uses: list[ast.Attribute],
) -> Iterator[Found]:
    moves = {use: table[source.origin(use) or ""] for use in uses}
    both = any(context.both(source, use) and not move.everywhere for use, move in moves.items())
    needed: list[Needed] = []
    if not both and all(move.module == move.new_module for move in moves.values()):
        edits = [source.name_edit(use, move.name, move.new_name) for use, move in moves.items()]
    elif both or _clashes(source, moves.values()):
        edits = [_replace(source, use, move.new_name) for use, move in moves.items()]
        if any(move.new_name in source.bound or move.new_name in source.imported for move in moves.values()):
            yield Leftover(source.path, uses[0].lineno, kind, "the new name is already taken in this file")
            return
        locals_ = [Local(move, move.new_name) for move in moves.values()]
        imported, needed = _import(source, context, binder, uses, locals_, both=both)
        edits.append(imported)
        edits += _unneeded(source, binder, uses)
    else:
        edits = [_replace(source, use, f"{move.new_module}.{move.new_name}") for use, move in moves.items()]
        modules = dict.fromkeys(move.new_module for move in moves.values())
        edits += [_module_import(source, binder, uses, module) for module in modules]
        edits += _unneeded(source, binder, uses)
    if any(edit is None for edit in edits):
        yield Leftover(
            source.path, uses[0].lineno, kind, "the code has no place for one more import, or is in an f-string"
        )
        return
    yield from needed
    yield from (edit for edit in edits if edit is not None and (edit.text or edit.start != edit.end))


def _clashes(source: Source, moves: Iterable[Move]) -> bool:
    """Whether a variable of the file has the name of the new module."""
    return any(move.new_module.split(".")[0] in source.bound for move in moves)


def _replace(source: Source, use: ast.Attribute, text: str) -> Edit | None:
    start, end = source.span(use)
    whole = source.text[start:end]
    sound = whole.startswith(root(use)) and whole.endswith(use.attr)
    return Edit(start, end, text) if sound else None


def _import(
    source: Source,
    context: Context,
    binder: ast.Import | ast.ImportFrom,
    uses: list[ast.Attribute],
    locals_: list[Local],
    *,
    both: bool,
) -> tuple[Edit | None, list[Needed]]:
    """Bind the names beside the old import, or in its place if nothing else needs it."""
    indent = source.indent(binder)
    if indent is None or not source.alone(binder):
        return None, []
    text, needed = _statements(source, context, indent, locals_, both=both)
    if _needed_for_these_only(source, binder, uses):
        return Edit(*source.span(binder), text), needed
    return _after(source, binder, indent, text), needed


def _module_import(
    source: Source, binder: ast.Import | ast.ImportFrom, uses: list[ast.Attribute], module: str
) -> Edit | None:
    """Import the new module beside the old one, or in its place; an empty edit if it is there already."""
    if any(isinstance(n, ast.Import) and any(a.name == module and not a.asname for a in n.names) for n in source.nodes):
        return Edit(0, 0, "")
    indent = source.indent(binder)
    if indent is None or not source.alone(binder):
        return None
    package = module.split(".")[0]
    if _single(binder, package) or _needed_for_these_only(source, binder, uses):
        return Edit(*source.span(binder), f"import {module}")
    return _after(source, binder, indent, f"import {module}")


def _single(binder: ast.Import | ast.ImportFrom, package: str) -> bool:
    """Whether the statement is just `import package`, so that importing a part of it binds the same name."""
    return isinstance(binder, ast.Import) and [(a.name, a.asname) for a in binder.names] == [(package, None)]


def _unneeded(source: Source, binder: ast.Import | ast.ImportFrom, uses: list[ast.Attribute]) -> list[Edit]:
    """Take the old module out of `import a, old, b` once nothing reads it."""
    if len(binder.names) == 1 or not _read_by_these_only(source, binder, uses):
        return []
    name = root(uses[0])
    return list(_without(source, binder, [a for a in binder.names if (a.asname or a.name.split(".")[0]) == name]))


def _needed_for_these_only(source: Source, binder: ast.Import | ast.ImportFrom, uses: list[ast.Attribute]) -> bool:
    """Whether the whole import statement is there for these uses."""
    return len(binder.names) == 1 and _read_by_these_only(source, binder, uses)


def _read_by_these_only(source: Source, binder: ast.Import | ast.ImportFrom, uses: list[ast.Attribute]) -> bool:
    """Whether the name is bound once in the file, and only these uses (all of them) read it."""
    name = root(uses[0])
    binders = [n for n in source.nodes if isinstance(n, ast.Import | ast.ImportFrom) and _binds(n, name)]
    reads = [node for node in source.nodes if isinstance(node, ast.Name) and node.id == name]
    exported = any(isinstance(n, ast.Constant) and n.value == name for n in source.nodes)
    return len(binders) == 1 and len(reads) == len(uses) and not exported
