"""What an issue's text is about: names it writes as code, files it mentions, definitions that its words find."""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from typing import TypeVar

from patchwright.tools.knowledge.concepts import find
from patchwright.tools.knowledge.known import Known
from patchwright.tools.knowledge.rank import Interest, Place

MAX_TEXT = 20_000
CONCEPTS = 24
MENTIONS = 200
"""Paths of a text that are looked up; a long log has thousands."""
TEST_BLOB = 0.3
"""What a mentioned test file counts against a source file."""

Kind = TypeVar("Kind", bound=Hashable)

_NAME = re.compile(r"[A-Za-z_$][\w$]{2,99}")
_CODE = re.compile(r"`([^`\n]{1,200})`|^(?: {4}|\t|>>> )(.*)$", re.MULTILINE)
_FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LOOKS_NAMED = re.compile(r"[a-z0-9]_[a-z0-9]|[a-z][A-Z]|^_|^[A-Z][a-z]+[A-Z]")
_PATH = re.compile(r"[\w.@+-]{1,100}(?:[/.][\w@+-]{1,100}){1,20}")


def interest(known: Known, text: str) -> Interest:
    """What in this tree the text is about; each kind of clue weighs 1 in all."""
    text = text[:MAX_TEXT]
    return Interest(
        names=_whole(dict.fromkeys(code_names(text), 1.0)),
        blobs=_whole(_mentioned(known, text)),
        places=_whole(_places(known, text)),
    )


def code_names(text: str) -> list[str]:
    """The words that stand in code, are called, or are spelled as only names are."""
    parts = [part for found in _CODE.finditer(text) for part in found.groups() if part]
    code = " ".join([*parts, *_FENCED.findall(text)])
    inside = set(_NAME.findall(code))
    called = set(re.findall(r"([A-Za-z_$][\w$]{2,99})\(", text))
    words = Counter(_NAME.findall(text))
    return [word for word in words if word in inside or word in called or _LOOKS_NAMED.search(word)]


def _mentioned(known: Known, text: str) -> dict[int, float]:
    """The files that the text names by path, by the end of one, or as a module with dots."""
    ends: defaultdict[str, list[str]] = defaultdict(list)
    for path in known.blobs:
        ends[path.rpartition("/")[2].partition(".")[0]].append(path)
    found = dict[int, float]()
    for mention in list(dict.fromkeys(_PATH.findall(text)))[:MENTIONS]:
        for path in _meant(mention, ends):
            blob = known.blobs[path]
            found[blob] = TEST_BLOB if known.is_test(blob) else 1.0
    return found


def _meant(mention: str, ends: Mapping[str, list[str]]) -> list[str]:
    """The paths that a mention such as `a/b/c.py`, `/usr/lib/x/b/c.py` or `a.b.c.f` means; none if it is one word."""
    stem = re.sub(r"\.[A-Za-z]{1,4}$", "", mention) if "/" in mention else mention
    parts = re.split(r"[/.]", stem)
    for end in range(len(parts), max(len(parts) - 3, 1), -1):
        wanted = "/".join(parts[:end])
        same = [path for path in ends.get(parts[end - 1], ()) if _agree(path, wanted)]
        if same:
            return same[:3]
    return []


def _agree(path: str, wanted: str) -> bool:
    """Whether one of them ends with the other, in at least two parts."""
    stem = path.rpartition(".")[0]
    shorter, longer = sorted((stem, wanted), key=len)
    return "/" in shorter and f"/{longer}".endswith(f"/{shorter}")


def _places(known: Known, text: str) -> dict[Place, float]:
    places = dict[Place, float]()
    for one in find(known, text, CONCEPTS):
        definitions = known.index.definitions(one.blob)
        if one.number < len(definitions):
            place = (one.blob, definitions[one.number].name)
            places[place] = max(places.get(place, 0.0), one.score**2)
    return places


def _whole(weights: Mapping[Kind, float]) -> dict[Kind, float]:
    whole = sum(weights.values())
    return {key: weight / whole for key, weight in weights.items()}
