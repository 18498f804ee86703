"""A process that looks for syntax errors: `python -I -m patchwright.tools.grammar_worker LANGUAGE BYTES`.

On standard input a file as it was (so many bytes) and as it is now. The file is hostile and the grammars
are C code, so the process gives up what it does not need first, and answers JSON: `[[line, column, what], ...]`.
"""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from patchwright.tools.knowledge.languages import LANGUAGES
from patchwright.tools.knowledge.worker import restrict

if TYPE_CHECKING:
    from tree_sitter import Node

MOST = 3
SHOWN = 40


def errors(language: str, before: bytes, after: bytes) -> list[tuple[int, int, str]]:
    """Where the file cannot be parsed; none if that was so before, since then it is not our grammar's."""
    import tree_sitter

    parser = tree_sitter.Parser(LANGUAGES[language].grammar())
    if parser.parse(before).root_node.has_error:
        return []
    found = _broken(parser.parse(after).root_node)
    return [_told(node) for node, _ in zip(found, range(MOST), strict=False)]


def _broken(root: "Node") -> Iterator["Node"]:
    """The outermost nodes that the grammar could not make sense of, in their order."""
    left = [root]
    while left:
        node = left.pop()
        if node.is_error or node.is_missing:
            yield node
        elif node.has_error:
            left += reversed(node.children)


def _told(node: "Node") -> tuple[int, int, str]:
    row, column = node.start_point
    if node.is_missing:
        return row + 1, column + 1, f"{node.type} is missing"
    text = (node.text or b"").decode("utf-8", "replace").partition("\n")[0]
    return row + 1, column + 1, f"unexpected: {text[:SHOWN]}"


def main() -> None:
    """Read, restrict, parse, answer."""
    language, size = sys.argv[1], int(sys.argv[2])
    data = sys.stdin.buffer.read()
    restrict()
    print(json.dumps(errors(language, data[:size], data[size:])))


if __name__ == "__main__":
    main()
