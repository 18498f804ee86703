"""Edits of one file: bytes in, bytes or a refusal out. Nothing is guessed silently (FS-05)."""

from collections.abc import Sequence
from dataclasses import dataclass

from patchwright.tools.nearest import Nearest, nearest
from patchwright.tools.shifting import Shift, shifts
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


@dataclass(frozen=True, slots=True)
class Replaced:
    """A file's bytes after its swaps, and in words for the model what was forgiven to make them fit."""

    data: bytes
    notes: tuple[str, ...] = ()


def replaced(path: str, data: bytes, swaps: Sequence[Swap]) -> Replaced | Refusal:
    """The file after all swaps in their order, or a refusal and no change at all.

    Keeps encoding, byte-order mark, line ends and final newline of what the swaps do not name. Old text
    that is not there but for one shift of its indentation is taken where it stands once, its new text shifted alike.
    """
    try:
        text = decode(data)
    except Undecodable as error:
        return Refusal(f"{path} cannot be edited: {error}. It is unchanged.")
    notes = list[str]()
    for number, swap in enumerate(swaps, 1):
        fitting = _fitting(path, text.view, Swap(lf(swap.old), lf(swap.new)))
        result = fitting if isinstance(fitting, Refusal) else _spliced(path, text, fitting)
        if isinstance(result, Refusal):
            return Refusal(f"{_which(number, len(swaps))} refused: {result.reason}\n{_standing(len(swaps))}")
        text, note = result
        notes += [f"{_which(number, len(swaps))} {note}."] if note else []
    after = _bytes(path, text, data)
    return after if isinstance(after, Refusal) else Replaced(after, tuple(notes))


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


@dataclass(frozen=True, slots=True)
class _Splice:
    """What takes the place of `view[start:end]`, and what was forgiven to find it."""

    start: int
    end: int
    new: str
    note: str = ""


def _fitting(path: str, view: str, swap: Swap) -> _Splice | Refusal:
    """The one place that a swap means."""
    if swap.old == swap.new:
        return Refusal("old and new text are the same.")
    if not swap.old and view:
        return Refusal(f"the old text is empty, but {path} is not: give the lines to change.")
    places = _occurrences(view, swap.old) if swap.old else [0]
    if not places:
        return _shifted(path, view, swap)
    if len(places) > 1:
        return _ambiguous(path, [view.count("\n", 0, at) + 1 for at in places])
    return _Splice(places[0], places[0] + len(swap.old), swap.new)


def _shifted(path: str, view: str, swap: Swap) -> _Splice | Refusal:
    """The one place that is the old text but for its indentation, with the new text moved alike."""
    lines, wanted = view.split("\n"), swap.old.removesuffix("\n").split("\n")
    found = shifts(lines, wanted)
    if len(found) > 1:
        return _ambiguous(path, [shift.line + 1 for shift in found], " but for indentation")
    moved = found[0].applied(swap.new) if found else None
    if moved is None:
        return _missing(path, view, swap.old)
    start = sum(len(line) + 1 for line in lines[: found[0].line])
    end = start + len("\n".join(lines[found[0].line : found[0].line + len(wanted)]))
    if swap.old.endswith("\n"):
        end, moved = (end + 1, moved) if end < len(view) else (end, moved.removesuffix("\n"))
    return _Splice(start, end, moved, _forgiven(found[0], len(wanted)))


def _forgiven(shift: Shift, size: int) -> str:
    first, last = shift.line + 1, shift.line + size
    where = f"line {first}" if size == 1 else f"lines {first}-{last}"
    return f"matched {where}, not exactly ({shift.said}); the new text was moved alike"


def _spliced(path: str, text: TextFile, splice: _Splice) -> tuple[TextFile, str] | Refusal:
    """The text after it, and what was forgiven."""
    view, result = text.view, text.spliced(splice.start, splice.end, splice.new)
    if result.view != view[: splice.start] + splice.new + view[splice.end :]:
        return Refusal(f"it would join a lone carriage return of {path} to a line end.")
    return result, splice.note


def _missing(path: str, view: str, old: str) -> Refusal:
    reason = f"the old text is not in {path}."
    found = nearest(view, old)
    return Refusal(f"{reason} Nothing in it is like it: read the file." if not found else f"{reason} {_shown(found)}")


def _shown(found: Nearest) -> str:
    lines = found.lines[:MAX_SHOWN_LINES]
    more = f"\n({len(found.lines) - len(lines)} more lines)" if len(found.lines) > len(lines) else ""
    tabs = "\n(The indentation is tabs.)" if any(line.startswith("\t") for line in lines) else ""
    return f"{_HINTS[found.kind]}\n{numbered(lines, found.start)}{more}{tabs}"


def _ambiguous(path: str, lines: Sequence[int], but: str = "") -> Refusal:
    shown = ", ".join(str(line) for line in lines[: MAX_PLACES - 1])
    count = f"{len(lines)} times" if len(lines) < MAX_PLACES else f"{MAX_PLACES} times or more"
    return Refusal(f"the old text is in {path} {count}{but}, at lines {shown}: add lines that make it unique.")


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
    return "Edit" if total == 1 else f"Edit {number} of {total}"


def _standing(total: int) -> str:
    both = "" if total == 1 else f"None of the {total} edits of this call was made. "
    return f"{both}The file is as it was before this call; earlier calls still stand."


def _short(line: str) -> str:
    return (
        line if len(line) <= MAX_SHOWN_LINE else f"{line[:MAX_SHOWN_LINE]}… (+{len(line) - MAX_SHOWN_LINE} characters)"
    )
