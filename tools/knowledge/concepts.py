"""Search by words: the definitions whose name, text or comments are about them, best first (BM25 on parts of names)."""

import re
from collections.abc import Sequence

from patchwright.tools.knowledge.index import Concept
from patchwright.tools.knowledge.known import Known
from patchwright.tools.knowledge.tags import words
from patchwright.tools.untrusted import printable

MOST = 12
MAX_SIGNATURE = 110
MOST_WORDS = 32
TEST_SHARE = 0.6
"""What a test's score counts against that of a source."""

_WORD = re.compile(r"[^\W_]{2,40}")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """
        about after all also an and any are as at be because been before but by can cannot could did do does doing done
        each else ever every for from get gets given had has have how however if in instead into is it its just like
        may me more most must my no not now of on one only or other our out over same see self set should so some such
        than that the their them then there these they this those to too up us use used uses using was way we were what
        when where which while who why will with within without would you your
        """,
    )
)


def fts_query(text: str) -> str:
    """The first words of the text that tell something, as an FTS5 query for any of them; "" if there are none."""
    found = (word.lower() for word in _WORD.findall(words(text)))
    telling = list(dict.fromkeys(word for word in found if word not in _COMMON))[:MOST_WORDS]
    return " OR ".join(f'"{word}"' for word in telling)


def find(known: Known, text: str, most: int, blobs: Sequence[int] | None = None) -> list[Concept]:
    """The definitions about these words, best first; those of tests after equally good ones of sources."""
    query = fts_query(text)
    if not query:
        return []
    found = known.index.concepts(query, known.paths if blobs is None else blobs, 4 * most)
    weighed = [one._replace(score=one.score * (TEST_SHARE if known.is_test(one.blob) else 1.0)) for one in found]
    return sorted(weighed, key=lambda one: -one.score)[:most]


def concept_text(known: Known, text: str, path: str = "") -> str:
    """The best places with their first lines, and what was left out (RES-09)."""
    blobs = known.below(path)
    found = find(known, text, MOST, blobs)
    if not found:
        return "No function or class is about these words."
    lines = [f"Best first, at most {MOST}; `search` finds every line with a text."]
    return "\n".join([*lines, *(place_line(known, one) for one in found), *filter(None, [known.gaps(blobs)])])


def place_line(known: Known, found: Concept) -> str:
    """A place with its first line: `path:first-last: signature`, what it is in, and what it says of itself."""
    definitions, path = known.index.definitions(found.blob), known.path(found.blob)
    copies = len(known.paths[found.blob]) - 1
    same = f"  (the same in {copies} more files)" if copies else ""
    if found.number >= len(definitions):
        return printable(f"{path}: the file outside of its definitions{same}")
    one = definitions[found.number]
    where = f"  [in {one.parent}]" if one.parent else ""
    doc = f"  -- {one.doc}" if one.doc else ""
    head = one.signature if len(one.signature) <= MAX_SIGNATURE else f"{one.signature[:MAX_SIGNATURE]}…"
    return printable(f"{path}:{one.line}-{one.end}: {head}{where}{doc}{same}")
