"""Small edits of a call: add an argument, drop a keyword."""

import ast

from patchwright.tools.recipes.source import Edit, Source


def items(call: ast.Call) -> list[ast.expr | ast.keyword]:
    """All arguments in the order of the text."""
    found: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    return sorted(found, key=lambda item: (item.lineno, item.col_offset))


def append(source: Source, call: ast.Call, text: str) -> Edit | None:
    """Add an argument at the end; None if a comment or the shape of the call stands in the way."""
    end = source.span(call)[1] - 1
    last = source.span(items(call)[-1])[1] if call.args or call.keywords else source.span(call.func)[1]
    tail = source.text[last:end]
    if source.text[end : end + 1] != ")" or "#" in tail or "\\" in tail:
        return None
    kept = tail.rstrip()
    at = last + len(kept)
    empty = not (call.args or call.keywords)
    return Edit(at, at, text if empty else " " + text if kept.endswith(",") else ", " + text)


def drop(source: Source, call: ast.Call, keyword: ast.keyword) -> Edit | None:
    """Remove a keyword argument with one comma; None if a comment stands in the way."""
    found = items(call)
    index = found.index(keyword)
    start, end = source.span(keyword)
    if index:
        between = source.text[source.span(found[index - 1])[1] : start]
        start -= len(between) - between.index(",") if "," in between else 0
    elif len(found) > 1:
        end = source.span(found[1])[0]
    gone = source.text[start:end]
    return None if "#" in gone else Edit(start, end, "")


def keyword(call: ast.Call, name: str) -> ast.keyword | None:
    """The keyword argument of this name."""
    return next((item for item in call.keywords if item.arg == name), None)


def starred(call: ast.Call) -> bool:
    """Whether the call passes `*args` or `**kwargs`, so that its arguments cannot be counted."""
    return any(isinstance(arg, ast.Starred) for arg in call.args) or any(k.arg is None for k in call.keywords)
