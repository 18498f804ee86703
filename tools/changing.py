"""Edits on a desk: each is made whole or refused, and new syntax errors come back with it."""

from collections.abc import Sequence

from patchwright.tools.calls import ToolOutcome
from patchwright.tools.desk import Desk, OutOfScope, ReadOnly
from patchwright.tools.diagnostics import Diagnostic
from patchwright.tools.edits import Refusal, Swap, created, numbered, replaced
from patchwright.tools.grammar import suspected
from patchwright.tools.paths import file_path, similar
from patchwright.tools.secrets import tokens
from patchwright.tools.syntax import new_errors
from patchwright.tools.telling import diagnostics_text
from patchwright.tools.textfile import decode

AROUND = 4
"""Lines shown before and after a syntax error that an edit caused."""


def edit(desk: Desk, path: str, swaps: Sequence[Swap]) -> ToolOutcome:
    """Replace texts in one file. Raises `BadPath`."""
    path = file_path(path)
    before = read_or_none(desk, path)
    if before is None:
        return refused(no_file(desk, path))
    result = replaced(path, before, swaps)
    if isinstance(result, Refusal):
        return refused(result.reason)
    done = " ".join([f"{path}: {_count(len(swaps), 'edit')} made.", *result.notes])
    return _written(desk, path, before, result.data, done)


def create(desk: Desk, path: str, text: str) -> ToolOutcome:
    """Make a new file. Raises `BadPath`."""
    path = file_path(path)
    if reason := _taken(desk, path):
        return refused(reason)
    result = created(path, text)
    if isinstance(result, Refusal):
        return refused(result.reason)
    return _written(desk, path, None, result, f"{path} created, {_count(text.count(chr(10)), 'line')}.")


def delete(desk: Desk, path: str) -> ToolOutcome:
    """Remove one file. Raises `BadPath`."""
    path = file_path(path)
    if read_or_none(desk, path) is None:
        return refused(no_file(desk, path))
    if reason := _write(desk, path, None):
        return refused(reason)
    return ToolOutcome(text=f"{path} deleted.", edits=(path,))


def rename(desk: Desk, path: str, to: str) -> ToolOutcome:
    """Move one file; bytes and mode stay. Raises `BadPath`."""
    path, to = file_path(path), file_path(to)
    if read_or_none(desk, path) is None:
        return refused(no_file(desk, path))
    if reason := _taken(desk, to):
        return refused(reason)
    try:
        desk.rename(path, to)
    except (ReadOnly, OutOfScope) as error:
        return refused(_not_allowed(error))
    return ToolOutcome(text=f"{path} renamed to {to}.", edits=(path, to))


def undo(desk: Desk, path: str = "") -> ToolOutcome:
    """Put one file, or all of them, back as they were at the start of the step. Raises `BadPath`."""
    wanted = file_path(path) if path else ""
    paths = [changed for changed in desk.changed() if changed == wanted or not wanted]
    if not paths:
        return refused(f"{wanted or 'Everything'} is as it was at the start of this step.")
    try:
        desk.restore(paths)
    except (ReadOnly, OutOfScope) as error:
        return refused(_not_allowed(error))
    return ToolOutcome(text=f"As at the start of this step again: {', '.join(paths)}.", edits=tuple(paths))


def read_or_none(desk: Desk, path: str) -> bytes | None:
    """The file's bytes, or None if there is no such regular file."""
    try:
        return desk.read(path)
    except KeyError:
        return None


def no_file(desk: Desk, path: str) -> str:
    """That there is no such file, and which may have been meant."""
    meant = similar(path, desk.paths())
    hint = f" Did you mean {', '.join(meant)}?" if meant else " Use list to see what there is."
    return f"There is no file {path}.{hint}"


def refused(reason: str) -> ToolOutcome:
    """The call was well-formed; nothing was done, for this reason."""
    return ToolOutcome(text=reason, refused=True)


def _written(desk: Desk, path: str, before: bytes | None, after: bytes, done: str) -> ToolOutcome:
    if _tokens(after) - _tokens(before or b""):
        return refused(
            f"Refused: the new text of {path} holds what looks like a token or key. Nothing was changed. Have the "
            "program read it from its settings; an example in a test is put together from parts."
        )
    if reason := _write(desk, path, after):
        return refused(reason)
    if errors := new_errors(path, before, after):
        said = f"{done} But it has a syntax error now; mend it next:\n{_place(errors, after)}"
        return ToolOutcome(text=said, edits=(path,), red=True)
    if doubts := suspected(path, before or b"", after):
        said = f"{done} But it looks like a syntax error now; check it:\n{_place(doubts, after)}"
        return ToolOutcome(text=said, edits=(path,))
    return ToolOutcome(text=done, edits=(path,))


def _place(errors: Sequence[Diagnostic], data: bytes) -> str:
    """The errors, and the lines around the first."""
    lines = decode(data).view.split("\n")
    first = max(errors[0].line - AROUND, 1)
    return f"{diagnostics_text(errors)}\n{numbered(lines[first - 1 : errors[0].line + AROUND], first)}"


def _tokens(data: bytes) -> frozenset[str]:
    return tokens(data.decode("latin-1"))


def _write(desk: Desk, path: str, data: bytes | None) -> str:
    """Write; "" or why it was refused."""
    try:
        desk.write(path, data)
    except (ReadOnly, OutOfScope) as error:
        return _not_allowed(error)
    return ""


def _not_allowed(error: ReadOnly | OutOfScope) -> str:
    if isinstance(error, ReadOnly):
        return f"Refused: {error}."
    return (
        f"Refused: {error}. Nothing was changed. Do it within these paths; if that cannot be right, "
        "call ask, name the path and say why: a human decides."
    )


def _taken(desk: Desk, path: str) -> str:
    """Why no file can be made there, or ""."""
    for other in desk.paths():
        if other == path:
            return f"{path} exists already: change it with edit."
        if other.startswith(path + "/"):
            return f"{path} is a folder."
        if path.startswith(other + "/"):
            return f"{other} is a file, so nothing can lie below it."
    return ""


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
