"""A Python file as text, syntax tree and positions, and edits that keep every byte outside their spans (FS-05)."""

import ast
import codecs
import io
import re
import tokenize
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from patchwright.tools.recipes.base import Leftover

LARGEST = 2 << 20
"""Bytes; larger files are data tables or generated, and are left to people."""

_CODECS = re.compile(r"ascii|utf-8|iso8859-\d+|cp\d+|koi8-[ru]|mac-\w+|gbk|gb2312|gb18030|big5|euc_\w+|shift_jis")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `text[start:end]` of a source; `start == end` inserts."""

    start: int
    end: int
    text: str


class Unreadable(Exception):
    """The file is not text or not syntax that this Python knows; `line` is 0 if not known."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line

    def leftover(self, path: str, kind: str) -> Leftover:
        """The same, as something that needs a model or a person."""
        return Leftover(path, self.line, kind, self.reason)


class Source:
    """One parsed file. Offsets count characters of `text`; line ends are as in the file.

    Raises `Unreadable` from the constructor; nothing else, whatever the bytes.
    """

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.text, self._encoding, self._bom = decode(data)
        self.tree = parse(self.text)

    def encode(self, text: str) -> bytes:
        """The file's bytes with `text` in place of its own. Raises UnicodeEncodeError."""
        return self._bom + text.encode(self._encoding)

    @cached_property
    def lines(self) -> tuple[int, ...]:
        """The offset at which each line begins."""
        return tuple(match.start() for match in _LINE.finditer(self.text))

    @cached_property
    def newline(self) -> str:
        """The line end of the first line; LF if there is none."""
        match = re.search(r"\r\n|\r|\n", self.text)
        return match.group() if match else "\n"

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes, breadth first."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Each node's parent."""
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    @cached_property
    def assigned(self) -> dict[str, list[ast.expr]]:
        """The values that plain assignments anywhere in the file give to each name."""
        values: dict[str, list[ast.expr]] = {}
        for node in self.nodes:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        values.setdefault(target.id, []).append(node.value)
        return values

    @cached_property
    def bound(self) -> frozenset[str]:
        """All names that the file binds in any scope by other means than imports."""
        return frozenset(name for node in self.nodes for name in _binds(node))

    @cached_property
    def imported(self) -> dict[str, str]:
        """What each imported name stands for, such as "collections.abc.Mapping"; no names that mean two things."""
        origins: dict[str, set[str]] = {}
        for node in self.nodes:
            for name, origin in _imports(node):
                origins.setdefault(name, set()).add(origin)
        return {name: found.pop() for name, found in origins.items() if len(found) == 1 and name not in self.bound}

    def origin(self, node: ast.expr) -> str | None:
        """The dotted name that an expression such as `c.Mapping` stands for, seen through the imports."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        first = self.imported.get(node.id) if isinstance(node, ast.Name) else None
        return ".".join([first, *reversed(attributes)]) if first else None

    def offset(self, line: int, column: int) -> int:
        """The offset of a position of `ast`: lines from 1, columns in UTF-8 bytes."""
        start = self.lines[min(line, len(self.lines)) - 1]
        text = self.line_text(line)
        if text.isascii():
            return start + column
        return start + len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))

    def line_text(self, line: int) -> str:
        """One line with its end, counted from 1."""
        end = self.lines[line] if line < len(self.lines) else len(self.text)
        return self.text[self.lines[min(line, len(self.lines)) - 1] : end]

    def span(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> tuple[int, int]:
        """Start and end offsets of a node."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column)

    def segment(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def indent(self, node: ast.stmt) -> str | None:
        """The white space before a statement that begins its line; None if something else comes first."""
        start = self.offset(node.lineno, node.col_offset)
        before = self.text[self.lines[node.lineno - 1] : start]
        return before if not before.strip(" \t\f") else None

    def alone(self, node: ast.stmt) -> bool:
        """Whether nothing but a comment shares the lines of this statement."""
        rest = self.line_text(node.end_lineno or node.lineno)
        end = self.span(node)[1] - self.lines[(node.end_lineno or node.lineno) - 1]
        return self.indent(node) is not None and rest[end:].split("#", 1)[0].strip(" \t\f\r\n") == ""

    def line_end(self, node: ast.stmt) -> int:
        """The offset of the line end after a statement (and its comment)."""
        line = node.end_lineno or node.lineno
        return self.lines[line - 1] + len(self.line_text(line).rstrip("\r\n"))

    def name_edit(self, node: ast.expr, old: str, new: str) -> Edit | None:
        """Rename the last name of `a.b.old`; None if the position does not hold it (inside an f-string)."""
        end = self.span(node)[1]
        start = end - len(old)
        return Edit(start, end, new) if self.text[start:end] == old else None


def _binds(node: ast.AST) -> list[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case (
            ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name)
        ):
            return [name]
        case _:
            return []


def _imports(node: ast.AST) -> list[tuple[str, str]]:
    if isinstance(node, ast.Import):
        return [(a.asname or a.name.split(".")[0], a.name if a.asname else a.name.split(".")[0]) for a in node.names]
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        return [(alias.asname or alias.name, f"{module}.{alias.name}") for alias in node.names]
    return []


def decode(data: bytes) -> tuple[str, str, bytes]:
    """Text, encoding and byte-order mark of a file. Raises `Unreadable` unless the way back is exact."""
    if len(data) > LARGEST:
        raise Unreadable(f"the file has {len(data)} bytes, more than the {LARGEST} that recipes read")
    try:
        name = codecs.lookup(tokenize.detect_encoding(io.BytesIO(data).readline)[0]).name
        bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        name = "utf-8" if name == "utf-8-sig" else name
        if not _CODECS.fullmatch(name):
            raise Unreadable(f"the file declares the encoding {name[:40]!r}, which recipes do not read")
        text = data[len(bom) :].decode(name)
        exact = bom + text.encode(name) == data
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise Unreadable(f"the file cannot be decoded: {str(error)[:120]}") from error
    if not exact:
        raise Unreadable(f"the file is not exact {name} text")
    return text, name, bom


def parse(text: str) -> ast.Module:
    """The syntax tree. Raises `Unreadable`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise Unreadable(f"not Python 3 syntax: {error.msg}"[:200], error.lineno or 0) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(f"cannot be parsed: {type(error).__name__}") from error


def splice(text: str, edits: Iterable[Edit]) -> str:
    """The text after the edits; of two that overlap only the first is done."""
    parts: list[str] = []
    done = 0
    for edit in sorted(set(edits), key=lambda edit: (edit.start, edit.end)):
        if edit.start >= done:
            parts += [text[done : edit.start], edit.text]
            done = edit.end
    return "".join([*parts, text[done:]])
