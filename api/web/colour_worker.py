"""A process that colours source text for another one: `python -I -m patchwright.api.web.colour_worker`.

The text is hostile and Pygments' expressions can be made to run for ever, so the process gives up what it does
not need, and who started it gives it a deadline. In: JSON `[[path, text], ...]`. Out: JSON, for each text its
lines, each `[[class, text], ...]`; None for a text that no lexer knows.
"""

import json
import sys
from pathlib import PurePosixPath
from typing import Any

from pygments import lex
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_for_filename
from pygments.token import STANDARD_TYPES

from patchwright.tools.knowledge.worker import restrict

Piece = tuple[str, str]
"""A class of Pygments ("" for plain) and the text that has it."""


def coloured(path: str, text: str) -> list[list[Piece]] | None:
    """The lines of the text in pieces."""
    found = find_lexer_class_for_filename(PurePosixPath(path).name)
    if found is None:
        return None
    lexer: Lexer = found(stripnl=False, ensurenl=False)
    lines: list[list[Piece]] = [[]]
    for kind, value in lex(text, lexer):
        for number, part in enumerate(value.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append((_class(kind), part))
    return lines


def _class(kind: Any) -> str:
    """The short name of the nearest kind that has one."""
    while kind not in STANDARD_TYPES:
        kind = kind.parent
    return STANDARD_TYPES[kind]


def main() -> None:
    """Read, restrict, colour, answer."""
    given = json.load(sys.stdin)
    restrict()
    json.dump([coloured(path, text) for path, text in given], sys.stdout)


if __name__ == "__main__":
    main()
