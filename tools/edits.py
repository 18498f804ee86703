"""Edits of one file: bytes in, bytes or a refusal out. Nothing is guessed silently (FS-05)."""

from collections.abc import Sequence
from dataclasses import dataclass

from patchwright.tools.nearest import Nearest, nearest
from patchwright.tools.textfile import TextFile, Undecodable, decode, lf
from patchwright.tools.untrusted import printable

MAX_FILE_BYTES = 4_000_000
MAX_SHOWN_LINES = 40
MAX_PLACES = 11
MAX_SHOWN_LINE = 1000

_HINTS = {
    "numbers": "Your old text holds line numbers; leave them out. The lines are:",
    "space": "These lines differ from your old text in white space only; copy them exactly:",
    "similar": "Did you mean these lines?",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an edit was not made, in words for the model: what, why, the nearest match, what still stands."""

    reason: str


@dataclass(frozen=True, slots=True)
class Swap:
    """Text that must stand in the file exactly once, and what to put in its place."""

    old: str
    new: str


def replaced(path: str, data: bytes, swaps: Sequence[Swap]) -> bytes | Refusal:
    """The file after all swaps in their order, or a refusal and no change at all.

    Keeps encoding, byte-order mark, line ends and final newline of what the swaps do not name.
    """
    try:
        text = decode(data)
    except Undecodable as error:
        return Refusal(f"{path} cannot be edited: {error}. It is unchanged.")
    for number, swap in enumerate(swaps, 1):
        result = _swapped(path, text, Swap(lf(swap.old), lf(swap.new)))
        if isinstance(result, Refusal):
            return Refusal(f"{_which(number, len(swaps))} {result.reason}\n{_standing(len(swaps))}")
        text = result
    return _bytes(path, text, data)


def created(path: str, text: str) -> bytes | Refusal:
    """The bytes of a new file, UTF-8."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return Refusal(f"{path} was not created: its text holds half a surrogate pair.")
    if "\0" in text:
        return Refusal(f"{path} was not created: its text holds a NUL character.")
    return data if len(data) <= MAX_FILE_BYTES else _too_large(path)


def numbered(lines: Sequence[str], start: int) -> str:
    """Lines with their numbers from `start`, as `NUMBER<tab>LINE`, each cut at a thousand characters."""
    return "\n".join(f"{at}\t{_short(printable(line))}" for at, line in enumerate(lines, start))


def _swapped(path: str, text: TextFile, swap: Swap) -> TextFile | Refusal:
    view = text.view
    if swap.old == swap.new:
        return Refusal("old and new text are the same.")
    if not swap.old and view:
        return Refusal(f"the old text is empty, but {path} is not: give the lines to change.")
    places = _occurrences(view, swap.old) if swap.old else [0]
    if len(places) != 1:
        return _ambiguous(path, view, places) if places else _missing(path, view, swap.old)
    start = places[0]
    result = text.spliced(start, start + len(swap.old), swap.new)
    if result.view != view[:start] + swap.new + view[start + len(swap.old) :]:
        return Refusal(f"it would join a lone carriage return of {path} to a line end.")
    return result


def _missing(path: str, view: str, old: str) -> Refusal:
    reason = f"the old text is not in {path}."
    found = nearest(view, old)
    return Refusal(f"{reason} Nothing in it is like it: read the file." if not found else f"{reason} {_shown(found)}")


def _shown(found: Nearest) -> str:
    lines = found.lines[:MAX_SHOWN_LINES]
    more = f"\n({len(found.lines) - len(lines)} more lines)" if len(found.lines) > len(lines) else ""
    tabs = "\n(The indentation is tabs.)" if any(line.startswith("\t") for line in lines) else ""
    return f"{_HINTS[found.kind]}\n{numbered(lines, found.start)}{more}{tabs}"


def _ambiguous(path: str, view: str, places: Sequence[int]) -> Refusal:
    lines = ", ".join(str(view.count("\n", 0, at) + 1) for at in places[: MAX_PLACES - 1])
    count = f"{len(places)} times" if len(places) < MAX_PLACES else f"{MAX_PLACES} times or more"
    return Refusal(f"the old text is in {path} {count}, at lines {lines}: add lines that make it unique.")


def _occurrences(view: str, old: str) -> list[int]:
    """Where the text stands, overlapping places included; at most `MAX_PLACES` of them."""
    found, at = list[int](), view.find(old)
    while at >= 0 and len(found) < MAX_PLACES:
        found.append(at)
        at = view.find(old, at + 1)
    return found


def _bytes(path: str, text: TextFile, before: bytes) -> bytes | Refusal:
    try:
        data = text.encoded()
    except UnicodeEncodeError as error:
        bad = ascii(text.raw[error.start])
        return Refusal(f"{path} is {text.encoding}, which has no character {bad}. Nothing was changed.")
    if "\0" in text.raw:
        return Refusal(f"The new text of {path} holds a NUL character. Nothing was changed.")
    if data == before:
        return Refusal(f"The edits of {path} cancel each other out: it stays as it was.")
    return data if len(data) <= MAX_FILE_BYTES else _too_large(path)


def _too_large(path: str) -> Refusal:
    return Refusal(f"{path} would be larger than {MAX_FILE_BYTES:,} bytes. Nothing was changed.")


def _which(number: int, total: int) -> str:
    return "Edit refused:" if total == 1 else f"Edit {number} of {total} refused:"


def _standing(total: int) -> str:
    both = "" if total == 1 else f"None of the {total} edits of this call was made. "
    return f"{both}The file is as it was before this call; earlier calls still stand."


def _short(line: str) -> str:
    return (
        line if len(line) <= MAX_SHOWN_LINE else f"{line[:MAX_SHOWN_LINE]}… (+{len(line) - MAX_SHOWN_LINE} characters)"
    )
