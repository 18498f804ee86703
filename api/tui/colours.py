"""Syntax colours of lines of code: by Pygments, piece by piece, for languages whose lexers are known to be quick."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer

Span = tuple[int, int, str]
"""From and to (characters of a line), and the kind: a name in `Ink.syntax`."""

LONGEST = 500
"""Characters of a line that are coloured: hostile lines must not keep the lexer busy (RES-10)."""
PIECE = 400
"""Lines that are looked at together."""

_LEXERS = {
    "python": "py pyi",
    "java": "java",
    "kotlin": "kt kts",
    "javascript": "js jsx mjs cjs",
    "typescript": "ts tsx mts cts",
    "go": "go",
    "rust": "rs",
    "c": "c h",
    "cpp": "cc cpp cxx hpp hh hxx",
    "csharp": "cs",
    "ruby": "rb",
    "php": "php",
    "bash": "sh bash",
    "json": "json",
    "yaml": "yml yaml",
    "toml": "toml",
    "ini": "ini cfg",
    "xml": "xml",
    "html": "html",
    "css": "css",
    "sql": "sql",
    "markdown": "md",
    "groovy": "gradle",
    "properties": "properties",
}
_BY_SUFFIX = {f".{suffix}": name for name, suffixes in _LEXERS.items() for suffix in suffixes.split()}
_BY_NAME = {"Makefile": "make", "Dockerfile": "docker", "CMakeLists.txt": "cmake", "go.mod": "go"}

_KINDS = (
    ("Token.Comment", "comment"),
    ("Token.Keyword.Type", "type"),
    ("Token.Keyword", "keyword"),
    ("Token.Literal.String", "string"),
    ("Token.Literal.Number", "number"),
    ("Token.Name.Class", "type"),
    ("Token.Name.Builtin", "type"),
    ("Token.Name.Exception", "type"),
    ("Token.Name.Function", "name"),
    ("Token.Name.Decorator", "name"),
    ("Token.Name.Tag", "keyword"),
    ("Token.Name.Attribute", "name"),
    ("Token.Operator.Word", "keyword"),
    ("Token.Operator", "operator"),
)


def language(path: str) -> str:
    """The lexer for a file of that name; "" if it is shown without colours."""
    name = PurePosixPath(path)
    return _BY_NAME.get(name.name) or _BY_SUFFIX.get(name.suffix.lower(), "")


def spans(language: str, lines: Sequence[str]) -> list[list[Span]]:
    """The coloured parts of each line. Slow: to be called outside the event loop."""
    found: list[list[Span]] = [[] for _ in lines]
    lexer = _lexer(language)
    if lexer is None:
        return found
    for begin in range(0, len(lines), PIECE):
        _colour(lexer, [line[:LONGEST] for line in lines[begin : begin + PIECE]], found, begin)
    return found


def _colour(lexer: "Lexer", lines: list[str], found: list[list[Span]], row: int) -> None:
    column = 0
    for token, words in lexer.get_tokens("\n".join(lines)):
        kind = _kind(str(token))
        for at, part in enumerate(words.split("\n")):
            if at:
                row, column = row + 1, 0
            if kind and part and row < len(found):
                found[row].append((column, column + len(part), kind))
            column += len(part)


def _kind(token: str) -> str:
    return next((kind for prefix, kind in _KINDS if token.startswith(prefix)), "")


def _lexer(name: str) -> "Lexer | None":
    if not name:
        return None
    from pygments.lexers import get_lexer_by_name  # pyright: ignore[reportUnknownVariableType]

    return get_lexer_by_name(name, stripnl=False, ensurenl=False)
