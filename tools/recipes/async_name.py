"""`async` and `await` are keywords since Python 3.7: files that use them as names do not parse."""

import io
import re
import tokenize
from collections.abc import Iterator

from patchwright.tools.recipes.rule import PythonRecipe
from patchwright.tools.recipes.source import Edit, Unreadable, decode, parse, splice

NAME = "python.async-name"
HINT = re.compile(rb"\b(?:async|await)\b")
"""Where to look; most hits are real coroutines, which parse."""


def renamed_names(data: bytes) -> bytes | None:
    """The file with `async_` for `async` where that makes it parse; None if it parses or that does not help."""
    try:
        text, encoding, bom = decode(data)
    except Unreadable:
        return None
    if _parses(text):
        return None
    fixed = splice(text, _edits(text))
    return bom + fixed.encode(encoding) if fixed != text and _parses(fixed) else None


def _parses(text: str) -> bool:
    try:
        parse(text)
    except Unreadable:
        return False
    return True


def _edits(text: str) -> Iterator[Edit]:
    """One edit for each `async` or `await` that is not followed by what makes it a keyword."""
    starts = [match.start() for match in re.finditer(r"(?:\A|(?<=\n)|(?<=\r)(?!\n))", text)]
    names = [
        token for token in _tokens(text) if token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING)
    ]
    for token, following in zip(names, [*names[1:], None], strict=False):
        if token.string in ("async", "await") and not _keyword(token, following):
            at = starts[token.start[0] - 1] + token.start[1]
            yield Edit(at, at + 5, token.string + "_")


def _keyword(token: tokenize.TokenInfo, following: tokenize.TokenInfo | None) -> bool:
    after = following.string if following and following.start[0] == token.start[0] else ""
    if token.string == "async":
        return after in ("def", "for", "with")
    return bool(re.match(r"[\w(\[{\"']", after)) and after not in ("in", "is", "and", "or", "not", "if", "else")


def _tokens(text: str) -> list[tokenize.TokenInfo]:
    try:
        return list(tokenize.generate_tokens(io.StringIO(text, newline="").readline))
    except (tokenize.TokenError, SyntaxError):
        return []


RECIPE = PythonRecipe(
    name=NAME,
    title="Rename what is called async or await: both are keywords since Python 3.7",
    removed=(3, 7),
    hint=HINT,
    mend=renamed_names,
    signatures=(
        re.compile(r"SyntaxError: invalid syntax[^\n]{0,80}\basync\b"),
        re.compile(r"\basync\b[^\n]{0,200}\n(?:E\s+)?\s{0,200}\^{1,20}\n(?:E\s+)?SyntaxError: invalid syntax"),
    ),
)
