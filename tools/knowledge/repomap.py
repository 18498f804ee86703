"""The map of a repository: the definitions that matter for a text, by file, within a budget."""

from collections.abc import Iterable, Sequence
from heapq import nlargest

from patchwright.tools.knowledge.interest import interest
from patchwright.tools.knowledge.known import Known
from patchwright.tools.knowledge.rank import Place, ranked
from patchwright.tools.knowledge.tags import Definition
from patchwright.tools.untrusted import printable

LEAST, MOST = 400, 1000
"""Tokens of the map of a small and of a large repository."""
FILES_PER_TOKEN = 4
CHARACTERS_PER_TOKEN = 3.2
MAX_LINE = 100
TEST_SHARE = 0.2
PRIVATE_SHARE = 0.5
FAINTEST = 100
"""What scores a smaller part of the best than this tells nothing."""
CANDIDATES = 1000
"""So many definitions may stand in a map."""
PER_FILE = 8
"""Definitions of one file; `symbols` lists them all."""


def budget(files: int) -> int:
    """The characters that the map of a repository with so many source files may have."""
    return int(min(LEAST + files // FILES_PER_TOKEN, MOST) * CHARACTERS_PER_TOKEN)


def repo_map(known: Known, text: str) -> str:
    """The definitions that matter most for the text, as `LINE signature` below their file; "" without any."""
    names = dict(known.index.names(known.paths))
    scores = ranked(names, interest(known, text))
    weighed = {
        place: scores[place] * _weight(known, place) for place in nlargest(CANDIDATES, scores, scores.__getitem__)
    }
    places = sorted(weighed, key=lambda place: (-weighed[place], known.path(place[0]), place[1]))
    telling = [place for place in places if weighed[place] * FAINTEST > weighed[places[0]]]
    return _fitting(known, telling, budget(len(known.sources.keys)))


def _weight(known: Known, place: Place) -> float:
    blob, name = place
    return (TEST_SHARE if known.is_test(blob) else 1.0) * (PRIVATE_SHARE if name.startswith("_") else 1.0)


def _fitting(known: Known, places: Iterable[Place], most: int) -> str:
    """As many of the places, best first, as fit into `most` characters."""
    shown: dict[int, dict[int, str]] = {}
    size = 0
    for blob, name in places:
        lines = shown.get(blob, {})
        more = _lines(known.index.definitions(blob), name, lines)
        cost = sum(map(len, more.values())) + len(more) + (0 if lines else len(known.path(blob)) + 2)
        if size + cost > most:
            break
        if more and len(lines) + len(more) <= PER_FILE:
            shown[blob] = lines | more
            size += cost
    return "\n".join(_file(known.path(blob), lines) for blob, lines in shown.items())


def _lines(definitions: Sequence[Definition], name: str, shown: dict[int, str]) -> dict[int, str]:
    """The line of a definition and of what it is in, without those that are shown."""
    found = next((one for one in definitions if one.name == name), None)
    if found is None or found.line in shown:
        return {}
    around = [one for one in definitions if one.line < found.line and one.end >= found.end]
    return {one.line: _line(one) for one in (*around[-1:], found) if one.line not in shown}


def _line(one: Definition) -> str:
    depth = one.parent.count(".") + bool(one.parent)
    text = printable(f"{one.line} {'  ' * min(depth, 3)}{one.signature}")
    return text if len(text) <= MAX_LINE else f"{text[:MAX_LINE]}…"


def _file(path: str, lines: dict[int, str]) -> str:
    return "\n".join([f"{printable(path)}:", *(lines[number] for number in sorted(lines))])
