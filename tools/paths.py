"""Which paths a tool may name (FS-01), and which paths a glob means."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

MAX_BYTES = 1024
MAX_NAME_BYTES = 255
MAX_DEPTH = 64

# HFS+ ignores these when it compares names, so ".g\u200cit" is ".git" there (CVE-2014-9390).
_IGNORABLE = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
# "git~1" is the short name of ".git" on NTFS.
_SHORT_NAME = re.compile(r"git~\d+")


class BadPath(ValueError):
    """The path is not one that a tool may name; says why, in words for the model."""


def tool_path(path: str) -> str:
    """The path in its one spelling ("./a//b/" is "a/b"; the root is "").

    Raises `BadPath` unless it is relative, UTF-8 without control characters, without "..", not
    beginning with "~", of bounded length, and names nothing under ".git" in any spelling.
    """
    _check_text(path)
    if path.startswith("/"):
        raise BadPath(f"{shown(path)} is absolute: give it relative to the root of the repository")
    if path.startswith("~"):
        raise BadPath(f"{shown(path)} begins with ~: give it relative to the root of the repository")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    for part in parts:
        _check_part(part, path)
    if len(parts) > MAX_DEPTH:
        raise BadPath(f"{shown(path)} is nested more than {MAX_DEPTH} folders deep")
    return "/".join(parts)


def file_path(path: str) -> str:
    """Like `tool_path`, but it has to name something below the root. Raises `BadPath`."""
    clean = tool_path(path)
    if not clean or path.endswith("/"):
        raise BadPath(f"{shown(path)} does not name a file")
    return clean


def shown(path: str) -> str:
    """The path in quotes as it may stand in a message: escapes for what is not printable."""
    return '"' + "".join(_escaped(char) for char in path[:200]) + ('…"' if len(path) > 200 else '"')


def matches(path: str, pattern: str) -> bool:
    """Whether a glob means this path: `*` and `?` stay within a name, `**` spans folders, a folder means all below it.

    Takes time linear in names for any pattern (RES-10).
    """
    if path == pattern or (pattern and path.startswith(pattern.rstrip("/") + "/")):
        return True  # taken literally first: "app/[id].tsx" is a file's name as well as a glob
    names = path.split("/")
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    reached = {0}
    for part in parts:
        reached = _advance(reached, names, part)
    if not parts:
        return False
    # Only a folder named in full stands for all below it: "src/*" must not widen an approved scope.
    return len(names) in reached or (bool(reached) and not set(parts[-1]) & set("*?["))


def any_match(path: str, patterns: Iterable[str]) -> bool:
    """Whether one of the globs means this path."""
    return any(matches(path, pattern) for pattern in patterns)


def matching(paths: Sequence[str], pattern: str) -> list[str]:
    """The paths that a glob means, in their order."""
    return [path for path in paths if matches(path, pattern)]


def similar(path: str, paths: Sequence[str], most: int = 5) -> list[str]:
    """Paths that may have been meant: those with the same name, else with a name like it."""
    name = path.rpartition("/")[2]
    same = [other for other in paths if other.rpartition("/")[2] == name]
    names = {other.rpartition("/")[2]: other for other in paths[:20_000]}
    close = [names[other] for other in get_close_matches(name, names, most, 0.75)]
    return (same or close)[:most]


def _advance(reached: set[int], names: list[str], part: str) -> set[int]:
    """From the counts of names that the pattern has eaten so far to those after one more part."""
    if part == "**":
        return set(range(min(reached), len(names) + 1)) if reached else set()
    return {at + 1 for at in reached if at < len(names) and fnmatchcase(names[at], part)}


def _check_text(path: str) -> None:
    try:
        size = len(path.encode())
    except UnicodeEncodeError:
        raise BadPath(f"{shown(path)} is not valid UTF-8") from None
    if size > MAX_BYTES:
        raise BadPath(f"{shown(path)} is longer than {MAX_BYTES} bytes")
    if any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in path):
        raise BadPath(f"{shown(path)} holds a control character")


def _check_part(part: str, path: str) -> None:
    if part == "..":
        raise BadPath(f'{shown(path)} holds "..": give it relative to the root of the repository')
    if len(part.encode()) > MAX_NAME_BYTES:
        raise BadPath(f"{shown(path)} holds a name longer than {MAX_NAME_BYTES} bytes")
    if any(_means_git(piece) for piece in part.split("\\")):
        raise BadPath(f"{shown(path)} names git's own folder, which no tool may touch")


def _means_git(name: str) -> bool:
    """Whether some file system takes this name for ".git": case, ignorable characters, NTFS tails and streams."""
    bare = _IGNORABLE.sub("", unicodedata.normalize("NFKC", name)).casefold()
    bare = bare.partition(":")[0].rstrip(". ")
    return bare == ".git" or _SHORT_NAME.fullmatch(bare) is not None


def _escaped(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode("ascii")
