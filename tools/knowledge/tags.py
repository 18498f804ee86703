"""What one file defines and uses, and the words that are searched for its concepts."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Query

MAX_DEFINITIONS = 4000
"""In one file: generated code has more."""
MAX_NAME = 100
MAX_SIGNATURE = 160
MAX_DOC = 120
MAX_ABOVE = 50
"""Lines of comments and decorators that belong to what follows them."""
MAX_CONCEPT = 6000
"""Characters of one definition that are searched for concepts."""

# The capital comes first: looking behind at every letter takes ten times as long.
_JOINT = re.compile(r"[A-Z](?:(?<=[a-z0-9][A-Z])|(?<=[A-Z][A-Z])(?=[a-z]))")
_BEFORE = re.compile(rb"[ \t]*(?:#|//|/\*|\*|@)")
_DOCSTRING = re.compile(r'\s*[rRuUbB]{0,2}(?:"""|\'\'\'|"|\')\s*([^\n"]*)')
_COMMENT = re.compile(r"^[ \t]*(?:#+!?|//+!?|/\*+|\*+)[ \t]*([A-Za-z][^\n]*?)(?:\*/)?[ \t]*$", re.MULTILINE)


class Definition(NamedTuple):
    """A named thing and where it stands; lines count from 1. `parent` are the names around it, joined by dots."""

    name: str
    parent: str
    line: int
    end: int
    signature: str
    doc: str


@dataclass(frozen=True, slots=True)
class Tags:
    """`words` has the concept text of each definition in order, then that of what stands outside of all."""

    definitions: tuple[Definition, ...]
    references: tuple[str, ...]
    words: tuple[str, ...]


def tags(data: bytes, parser: "Parser", query: "Query") -> Tags:
    """Read one file. Runs in a process of its own: the text is hostile (see `worker.py`)."""
    from tree_sitter import QueryCursor

    found = QueryCursor(query).captures(parser.parse(data).root_node)
    # The same thing can be found by two patterns. The outer one of two that begin together comes first.
    spans = {node.byte_range: node for node in found.get("def", ())}
    nodes = [spans[span] for span in sorted(spans, key=lambda span: (span[0], -span[1]))[:MAX_DEFINITIONS]]
    names = _names(nodes, found.get("name", ()))
    begins = _begins(data, nodes)
    texts = _own_texts(data, [(begin, node.end_byte) for begin, node in zip(begins, nodes, strict=True)])
    parents = _parents(nodes, names)
    rows = zip(nodes, names, parents, begins, strict=True)
    definitions = tuple(_definition(data, *row) for row in rows)
    return Tags(
        definitions=definitions,
        references=tuple(sorted(_decoded(used)[:MAX_NAME] for used in {node.text for node in found.get("ref", ())})),
        words=tuple(words(text.decode("utf-8", "replace")[:MAX_CONCEPT]) for text in texts),
    )


def words(text: str) -> str:
    """The text with the parts of joined names apart: `getItem` is `get Item` (search splits `get_item` itself)."""
    return _JOINT.sub(lambda found: f" {found[0]}", text)


def _decoded(text: bytes | None) -> str:
    return (text or b"").decode("utf-8", "replace")


def _names(nodes: Sequence["Node"], found: Sequence["Node"]) -> list[str]:
    """The name of each: the first one inside it that nothing inside it has."""
    free = sorted(found, key=lambda node: node.start_byte)
    starts = [node.start_byte for node in free]
    names = [""] * len(nodes)
    for at in range(len(nodes) - 1, -1, -1):
        first = bisect_left(starts, nodes[at].start_byte)
        if first < len(free) and starts[first] < nodes[at].end_byte:
            names[at] = _decoded(free[first].text)[:MAX_NAME]
            if at == 0 or nodes[at - 1].start_byte <= starts[first]:
                del free[first], starts[first]
    return names


def _parents(nodes: Sequence["Node"], names: Sequence[str]) -> list[str]:
    """For each the names around it."""
    parents, around = list[str](), list[tuple[int, str]]()
    for node, name in zip(nodes, names, strict=True):
        while around and around[-1][0] <= node.start_byte:
            around.pop()
        outer = around[-1][1] if around else ""
        parents.append(outer[:MAX_NAME])
        around.append((node.end_byte, f"{outer}.{name}" if outer else name))
    return parents


def _begins(data: bytes, nodes: Sequence["Node"]) -> list[int]:
    """Where each begins with the comments and decorators right above it."""
    lines = [0, *(found.end() for found in re.finditer(rb"\n", data))]
    return [_begin(data, lines, node.start_byte) for node in nodes]


def _begin(data: bytes, lines: Sequence[int], start: int) -> int:
    at = bisect_right(lines, start) - 1
    begin = start
    top = max(at - MAX_ABOVE, 0)
    while at > top and _BEFORE.match(data, lines[at - 1], lines[at]):
        at -= 1
        begin = lines[at]
    return begin


def _own_texts(data: bytes, spans: Sequence[tuple[int, int]]) -> list[bytes]:
    """The text of each span without the spans inside it; at the end what is outside of all."""
    pieces: list[list[bytes]] = [[] for _ in range(len(spans) + 1)]
    at, around = 0, [(len(spans), len(data))]

    def take(owner: int, until: int) -> None:
        nonlocal at
        if until > at:
            pieces[owner].append(data[at:until])
            at = until

    for number, (begin, end) in enumerate(spans):
        while around[-1][1] <= begin:
            take(*around.pop())
        take(around[-1][0], begin)
        around.append((number, min(end, around[-1][1])))
    for owner, end in reversed(around):
        take(owner, end)
    return [b" ".join(parts) for parts in pieces]


def _definition(data: bytes, node: "Node", name: str, parent: str, begin: int) -> Definition:
    body = node.child_by_field_name("body")
    end = body.start_byte if body is not None else node.end_byte
    head = data[node.start_byte : min(end, node.start_byte + 4 * MAX_SIGNATURE)].decode("utf-8", "replace")
    head = _without_comments(head) if body is not None else head.partition("\n")[0]
    return Definition(
        name=name,
        parent=parent,
        line=node.start_point[0] + 1,
        end=node.end_point[0] + 1,
        signature=_one_line(head)[:MAX_SIGNATURE],
        doc=_doc(data[begin : min(node.start_byte, begin + 2000)], data[end : end + 400]),
    )


def _without_comments(head: str) -> str:
    lines = (line.strip() for line in head.split("\n"))
    return " ".join(line.partition(" # ")[0] for line in lines if not line.startswith(("#", "//", "/*", "* ", "*/")))


def _one_line(head: str) -> str:
    return " ".join(head.split()).replace("( ", "(").replace(", )", ")").replace(" )", ")").rstrip(" {:=;")


def _doc(above: bytes, inside: bytes) -> str:
    """The first line of words of a docstring, else of the comment above."""
    found = _DOCSTRING.match(inside.decode("utf-8", "replace")) or _COMMENT.search(above.decode("utf-8", "replace"))
    return found[1].strip()[:MAX_DOC] if found else ""
