"""The engine for whole modules that moved: `import old as x`, `from old import a`."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import partial

from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.branches import Version
from patchwright.tools.recipes.moves import breaks_here
from patchwright.tools.recipes.rule import Context, Found, PythonRecipe
from patchwright.tools.recipes.source import Edit, Source

Modules = Mapping[str, str]


def recipe(name: str, title: str, removed: Version, modules: Modules) -> PythonRecipe:
    """A recipe of modules whose names all went to another module, which is on Python 2 as well."""
    lasts = "|".join(sorted({re.escape(old.rsplit(".", 1)[-1]) for old in modules}))
    fulls = "|".join(re.escape(old) for old in modules)
    return PythonRecipe(
        name=name,
        title=title,
        removed=removed,
        hint=re.compile(rf"\b(?:{lasts})\b".encode()),
        find=partial(find_modules, modules, name),
        signatures=(re.compile(rf"No module named '(?:{fulls})'"), re.compile(rf"cannot import name '(?:{lasts})'")),
    )


def find_modules(modules: Modules, kind: str, source: Source, context: Context) -> Iterator[Found]:
    """One edit for each import that breaks on the target."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in modules and breaks_here(source, context, node, "import"):
                    yield _alias(source, kind, alias, modules[alias.name])
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from _from(modules, source, context, node)


def _alias(source: Source, kind: str, alias: ast.alias, new: str) -> Found:
    if alias.asname is None:
        return Leftover(source.path, alias.lineno, kind, f"{alias.name} is used by its full name; it is {new} now")
    start = source.span(alias)[0]
    return Edit(start, start + len(alias.name), new)


def _from(modules: Modules, source: Source, context: Context, node: ast.ImportFrom) -> Iterator[Edit]:
    module = node.module or ""
    if module in modules and breaks_here(source, context, node, "import"):
        yield from _token(source, node, module, modules[module])
        return
    for alias in node.names:
        new = modules.get(f"{module}.{alias.name}", "").removeprefix(f"{module}.")
        if new and "." not in new and breaks_here(source, context, node, "import"):
            yield Edit(*source.span(alias), f"{new} as {alias.asname or alias.name}")


def _token(source: Source, node: ast.ImportFrom, module: str, new: str) -> Iterator[Edit]:
    start, end = source.span(node)
    match = re.match(r"from[ \t]+" + re.escape(module), source.text[start:end])
    if match:
        yield Edit(start + match.end() - len(module), start + match.end(), new)
