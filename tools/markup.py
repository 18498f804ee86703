"""HTML inside Markdown: what GitHub's rendering would not show is taken out, code is left alone.

Only what is surely code counts as code (fenced blocks and code spans of one line, outside of HTML
blocks); where a renderer might see markup, it is treated as markup.
"""

import re
from collections import Counter
from collections.abc import Iterator

_ATTRIBUTES = r"""(?:\s++[A-Za-z_:@][\w.:@-]*+(?:\s*+=\s*+(?:"[^"]*"|'[^']*'|[^\s"'=<>`]++))?+)*+"""
_OPENING = re.compile(rf"<([A-Za-z][A-Za-z0-9-]*+)({_ATTRIBUTES})(\s*+/?>)")
_CLOSING = re.compile(r"</([A-Za-z][A-Za-z0-9-]*+)[^<>]*>")
_DECLARATION = re.compile(r"<\?[^<>]*>|<![A-Za-z][^<>]*>|<!\[CDATA\[[^<>]*>")
_TOKEN = re.compile(r"[`<]")
_TICKS = re.compile("`+")
_FENCE = re.compile(r"\s*(`{3,}+(?=[^`]*$)|~{3,}+)")
_HTML_BLOCK = re.compile(r" {0,3}<[A-Za-z/!?]")
_DEFINITION = re.compile(
    r"""^( {0,3}\[[^\[\]\n]+\]:[ \t]*)(\S+)([ \t]+(?:"[^"\n]*"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*$""", re.MULTILINE
)
_HIDING = re.compile(
    r"""(?i)\shidden(?:[\s=/]|$)|display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])"""
    r"""|font-size\s*:\s*0(?![.\d])"""
)
_UNSEEN = frozenset({"script", "style", "template", "noscript", "title", "iframe", "object", "head"})
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "source", "area", "base", "col", "embed", "wbr"})


_PASSES = 3


def visible_markup(text: str, gap: str, counts: Counter[str]) -> str:
    """The text without hidden elements, attributes, declarations and link comments; `counts` by kind.

    A removal can change what is code. So it is repeated until nothing changes, and a text that is
    made to change again and again is read as if it had no code at all.
    """
    for _ in range(_PASSES):
        before, text = text, _once(text, gap, counts)
        if text == before:
            return text
    return _inline(_definitions(text, gap, counts), False, gap, counts)


def _once(text: str, gap: str, counts: Counter[str]) -> str:
    if "<" not in text and "]:" not in text:
        return text
    return "".join(
        block if kind == "code" else _inline(_definitions(block, gap, counts), kind == "prose", gap, counts)
        for kind, block in _blocks(text)
    )


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Runs of lines as "code" (fenced, fences included), "html" (to the next blank line) or "prose"."""
    kind, fence, lines = "prose", "", list[str]()
    for line in text.splitlines(keepends=True):
        opened = None if kind == "html" else _FENCE.match(line.rstrip("\n"))
        if fence:
            lines.append(line)
            if _closes(line, fence):
                yield "code", "".join(lines)
                kind, fence, lines = "prose", "", []
            continue
        turn = _next_kind(kind, line, opened is not None)
        if turn != kind:
            yield kind, "".join(lines)
            lines = []
        kind, fence = turn, opened[1] if opened else ""
        lines.append(line)
    yield kind, "".join(lines)


def _next_kind(kind: str, line: str, opens_fence: bool) -> str:
    if opens_fence:
        return "code"
    if kind == "html":
        return "html" if line.strip() else "prose"
    return "html" if _HTML_BLOCK.match(line) else "prose"


def _closes(line: str, fence: str) -> bool:
    bare = line.strip()
    return len(bare) >= len(fence) and bare == fence[0] * len(bare)


def _definitions(block: str, gap: str, counts: Counter[str]) -> str:
    """Link definitions are not shown: titles go, and those that lead nowhere are comments."""

    def shown(found: re.Match[str]) -> str:
        if found[2] in {"#", "<>", "/", "<#>"}:
            counts["link comment"] += len(found[0])
            return gap
        if not found[3]:
            return found[0]
        counts["link comment"] += len(found[3])
        return found[1] + found[2]

    return _DEFINITION.sub(shown, block)


def _inline(block: str, spans: bool, gap: str, counts: Counter[str]) -> str:
    """One pass from left to right; a code span or a tag, whichever begins first, wins."""
    ends = _span_ends(block) if spans else {}
    out, at = list[str](), 0
    while found := _TOKEN.search(block, at):
        out.append(block[at : found.start()])
        start = found.start()
        if found[0] == "`":
            at = ends.get(start) or _run_end(block, start)
            out.append(block[start:at])
        else:
            at, shown = _tag(block, start, gap, counts)
            out.append(shown)
    return "".join(out) + block[at:]


def _run_end(block: str, start: int) -> int:
    run = _TICKS.match(block, start)
    return run.end() if run else start + 1


def _span_ends(block: str) -> dict[int, int]:
    """Where the code span that begins at a run of backticks ends: at the next equal run on its line."""
    ends, later, offset = dict[int, int](), dict[int, int](), len(block)
    for line in reversed(block.splitlines(keepends=True)):
        offset -= len(line)
        later.clear()
        for run in reversed(list(_TICKS.finditer(line))):
            if len(run[0]) in later:
                ends[offset + run.start()] = later[len(run[0])]
            later[len(run[0])] = offset + run.end()
    return ends


def _tag(block: str, start: int, gap: str, counts: Counter[str]) -> tuple[int, str]:
    """Where to go on after the "<" at `start`, and what is shown for what was passed."""
    if declaration := _DECLARATION.match(block, start):
        counts["HTML declaration"] += len(declaration[0])
        return declaration.end(), gap
    opening = _OPENING.match(block, start)
    if not opening:
        return start + 1, "<"
    name = opening[1].lower()
    if name in _UNSEEN or _HIDING.search(opening[2]):
        end = opening.end() if name in _VOID or "/" in opening[3] else _element_end(block, opening.end(), name)
        counts["hidden element"] += end - start
        return end, gap + ("\n" if block[end - 1] == "\n" else "")
    if opening[2].strip():
        counts["HTML attribute"] += len(opening[2])
    return opening.end(), f"<{opening[1]}{opening[3].strip()}"


def _element_end(block: str, at: int, name: str) -> int:
    """Behind the closing tag of the element whose content begins at `at`; else the end of the block."""
    depth = 1
    for found in re.finditer(rf"(?i)<(/?){re.escape(name)}(?=[\s/>])[^<>]*>?", block[at:]):
        depth += -1 if found[1] else 1
        if depth == 0:
            return at + found.end()
    return len(block)
