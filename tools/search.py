"""Search by grep in the sandbox: untrusted patterns on untrusted files run there, under a deadline (RES-10)."""

import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from patchwright.sandbox.base import ExecResult
from patchwright.tools.desk import Desk
from patchwright.tools.paths import matches, shown
from patchwright.tools.textfile import Undecodable, decode
from patchwright.tools.untrusted import printable, valid

TIMEOUT = 30.0
PAGE = 80
MAX_LINE = 240
PER_FILE = 1000
MAX_PATTERN = 1000


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for: a literal text, or a Perl regular expression; below `path`, in files that `glob` means."""

    text: str
    regex: bool = False
    ignore_case: bool = False
    path: str = ""
    glob: str = ""
    skip: int = 0
    context: int = 0
    """Lines shown before and after each match."""


@dataclass(frozen=True, slots=True)
class Match:
    """One line of one file."""

    path: str
    line: int
    text: str


def search(desk: Desk, query: Query) -> str:
    """Matching lines as `path:line:text`, sorted, one page of them, and how to get the rest (RES-09)."""
    if not query.text or "\n" in query.text or len(query.text) > MAX_PATTERN:
        return f"Search for one line of 1 to {MAX_PATTERN} characters."
    paths = desk.paths()
    if query.path and not any(path == query.path or path.startswith(query.path + "/") for path in paths):
        return f"There is nothing at {shown(query.path)}."
    result = desk.shell(grep(query), TIMEOUT)
    if result.timed_out:
        return f"The search took longer than {TIMEOUT:.0f} s: name a folder, or use a simpler pattern."
    if result.exit_code > 1 and b"\0" not in result.output:
        return f"The search failed: {printable(result.text).strip()[:300]}"
    return _page(desk, query, found(result, paths, query), cut=bool(result.omitted))


def grep(query: Query) -> str:
    """The shell command, each part from the model quoted; names end in NUL, so that no name can forge a line."""
    flags = ["-rnHIsZ", "-P" if query.regex else "-F", f"-m{PER_FILE}", "--color=never", "--exclude-dir=.git"]
    if query.ignore_case:
        flags.append("-i")
    place = shlex.quote(f"./{query.path}" if query.path else ".")
    return f"LC_ALL=C.UTF-8 grep {' '.join(flags)} -e {shlex.quote(query.text)} -- {place}"


def found(result: ExecResult, paths: Collection[str], query: Query) -> list[Match]:
    """The matches in files of the working copy: what commands have built there is not searched."""
    known = frozenset(paths)
    parsed = (_parsed(line) for line in result.text.split("\n"))
    kept = [one for one in parsed if one and one.path in known and _wanted(one.path, query.glob)]
    return sorted(kept, key=lambda one: (one.path, one.line))


def _parsed(line: str) -> Match | None:
    path, nul, rest = line.partition("\0")
    number, colon, text = rest.partition(":")
    if not (nul and colon and number.isdecimal()):
        return None
    return Match(path.removeprefix("./"), int(number), text)


def _wanted(path: str, glob: str) -> bool:
    return not glob or matches(path, glob) or matches(path, f"**/{glob}")


def _page(desk: Desk, query: Query, all_matches: list[Match], cut: bool) -> str:
    page = all_matches[query.skip : query.skip + PAGE // (1 + query.context)]
    if not page:
        return _nothing(query, len(all_matches))
    lines = list(_shown(desk, page, query.context))
    left = len(all_matches) - query.skip - len(page)
    files = len({one.path for one in all_matches})
    head = f"{len(all_matches)} matches in {files} files" + (" (and more: narrow the search)" if cut else "")
    tail = [f"({left} more: skip={query.skip + len(page)}, or narrow with path or glob)"] if left else []
    return "\n".join([head, *lines, *tail])


def _shown(desk: Desk, page: Sequence[Match], context: int) -> Iterator[str]:
    """The matches as `path:line:text`; with context, the lines around them as `path-line-text`, gaps as `--`."""
    last = ("", 0)
    for path, group in groupby(page, key=lambda one: one.path):
        found = {one.line: one.text for one in group}
        around = _around(desk, path, found, context) if context else {}
        for line in sorted({**around, **found}):
            if context and last != ("", 0) and last != (path, line - 1):
                yield "--"
            sign = ":" if line in found else "-"
            yield f"{printable(path)}{sign}{line}{sign}{short(found.get(line, around.get(line, '')))}"
            last = (path, line)


def _around(desk: Desk, path: str, lines: Iterable[int], context: int) -> dict[int, str]:
    """The lines around these, by number; none of a file that is not text."""
    try:
        text = decode(desk.read(path)).view.split("\n")
    except (KeyError, Undecodable):
        return {}
    wanted = {at for line in lines for at in range(max(line - context, 1), line + context + 1)}
    return {at: text[at - 1] for at in wanted if at <= len(text) - (text[-1] == "")}


def _nothing(query: Query, total: int) -> str:
    if total:
        return f"There are only {total} matches."
    where = "".join(f" {word} {shown(text)}" for word, text in (("below", query.path), ("in", query.glob)) if text)
    hint = "" if query.regex else " (taken literally; set regex for a pattern)"
    return f"No match{where}{hint}."


def short(text: str) -> str:
    """A line as it may be shown, cut if it is long."""
    text = printable(valid(text.rstrip()))
    return text if len(text) <= MAX_LINE else f"{text[:MAX_LINE]}…"
