"""Where a name is defined and used, and what a file or a class consists of."""

import re
from collections.abc import Sequence

from patchwright.tools.desk import Desk
from patchwright.tools.knowledge.concepts import concept_text, find, place_line
from patchwright.tools.knowledge.index import Concept
from patchwright.tools.knowledge.known import Known
from patchwright.tools.knowledge.tags import Definition
from patchwright.tools.paths import similar
from patchwright.tools.search import TIMEOUT, Match, Query, found, grep, short
from patchwright.tools.testfiles import looks_like_test
from patchwright.tools.untrusted import printable

DEFINITIONS = 20
MEMBERS = 40
USES = 30
OUTLINE = 150
SIMILAR = 5

_JOINTS = re.compile(r"\.|::|#|/|->")


def known_text(desk: Desk, known: Known, name: str, about: str, path: str) -> str:
    """What is known of a name, of a concept, or of the file at `path`, which narrows the other two."""
    if path and not name and not about:
        return outline_text(known, path)
    texts = [symbol_text(desk, known, name, path)] if name else []
    texts += [concept_text(known, about, path)] if about else []
    return "\n\n".join(texts)


def outline_text(known: Known, path: str) -> str:
    """What a file defines, in its order, or why that is not known."""
    blob = known.blobs.get(path)
    if blob is None:
        near = similar(path, sorted(known.blobs), SIMILAR)
        return f"{printable(path)} is no source file of the index.{_meant(near)}"
    rows = known.index.definitions(blob)
    kept = rows if len(rows) <= OUTLINE else [one for one in rows if not one.parent]
    lines = [_row(one) for one in kept[:OUTLINE]]
    left = len(rows) - len(lines)
    tail = [f"({left} more: name one of these, or read the file)"] if left else []
    return "\n".join(
        [f"{printable(path)}: {len(rows)} definitions", *lines, *tail, *filter(None, [known.gaps([blob])])]
    )


def symbol_text(desk: Desk, known: Known, name: str, path: str = "") -> str:
    """The definitions of a name, plain or as `Class.method`, and the lines that use it; below `path` if given."""
    here = known.below(path)
    places = definitions(known, name, here)
    if not places:
        return "\n".join(
            [f"Nothing here defines {printable(name)}.", *_similar(known, name, here), *_uses(desk, name, path, [])]
        )
    shown = places[:DEFINITIONS]
    left = len(places) - len(shown)
    return "\n".join(
        [
            *(place_line(known, one) for one in shown),
            *([f"({left} more definitions: narrow with path, or name it as Class.{_last(name)})"] if left else []),
            *(_members(known, shown[0]) if len(places) == 1 else []),
            *_uses(desk, name, path, [_spot(known, one) for one in places]),
        ]
    )


def definitions(known: Known, name: str, blobs: Sequence[int]) -> list[Concept]:
    """Where the name is defined, sources first; what stands before its last part has to fit, if it fits any."""
    *scope, last = [part for part in _JOINTS.split(name) if part] or [name]
    here = set(blobs)
    rows = [
        (Concept(blob, number, 0.0), one)
        for blob in known.index.defining(last)
        if blob in here
        for number, one in enumerate(known.index.definitions(blob))
        if one.name == last
    ]
    rows.sort(key=lambda row: (known.is_test(row[0].blob), known.path(row[0].blob), row[1].line))
    fitting = [place for place, one in rows if _fits(known.path(place.blob), one, scope)]
    return fitting or [place for place, _ in rows]


def _fits(path: str, one: Definition, scope: Sequence[str]) -> bool:
    """Whether what is around a definition, its file included, ends as the scope does; or its own line names it.

    A method of Go or C++ stands outside of its type.
    """
    around = [*re.split(r"[/.]", path.rpartition(".")[0]), *filter(None, one.parent.split("."))]
    return not scope or around[-len(scope) :] == list(scope) or scope[-1] in re.findall(r"\w+", one.signature)


def _last(name: str) -> str:
    return _JOINTS.split(name)[-1]


def _spot(known: Known, place: Concept) -> tuple[str, int]:
    return known.path(place.blob), known.index.definitions(place.blob)[place.number].line


def _members(known: Known, place: Concept) -> list[str]:
    rows = known.index.definitions(place.blob)
    outer = rows[place.number]
    inside = [one for one in rows[place.number + 1 :] if one.line >= outer.line and one.end <= outer.end]
    left = len(inside) - MEMBERS
    more = [f"({left} more: symbols with the file's path)"] if left > 0 else []
    return [f"It holds {len(inside)}:", *map(_row, inside[:MEMBERS]), *more] if inside else []


def _row(one: Definition) -> str:
    depth = one.parent.count(".") + bool(one.parent)
    return printable(f"{one.line}-{one.end} {'  ' * min(depth, 4)}{one.signature}")


def _similar(known: Known, name: str, blobs: Sequence[int]) -> list[str]:
    return [f"Perhaps {place_line(known, one)}" for one in find(known, name, SIMILAR, blobs)]


def _uses(desk: Desk, name: str, path: str, known: Sequence[tuple[str, int]]) -> list[str]:
    """The lines that hold the name as a word, without those that define it; asked of the working copy as it is."""
    query = Query(text=rf"\b{re.escape(_last(name))}\b", regex=True, path=path)
    result = desk.shell(grep(query), TIMEOUT)
    lines = [one for one in found(result, desk.paths(), query) if (one.path, one.line) not in known]
    if not lines:
        return ["No other line holds the name."]
    lines.sort(key=lambda one: looks_like_test(one.path))
    files, left = len({one.path for one in lines}), len(lines) - USES
    more = [f"({left} more: search with text, path or glob)"] if left > 0 else []
    cut = " or more" if result.omitted or result.timed_out else ""
    return [f"Used in {len(lines)}{cut} lines of {files} files:", *map(_use, lines[:USES]), *more]


def _use(one: Match) -> str:
    return f"{printable(one.path)}:{one.line}:{short(one.text)}"


def _meant(paths: Sequence[str]) -> str:
    return f" Did you mean {', '.join(map(printable, paths))}?" if paths else ""
