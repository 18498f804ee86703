"""The files of a patch as a tree with counts. Pure."""

from rich.text import Text

from patchwright.api.tui.patchview import FileView
from patchwright.api.tui.pen import Pen


def tree_rows(pen: Pen, files: tuple[FileView, ...]) -> list[tuple[Text, object]]:
    """Folders once, then their files; a file's row stands for its place in the patch."""
    found = list[tuple[Text, object]]()
    before: tuple[str, ...] = ()
    for at, file in enumerate(files):
        *folders, name = file.path.split("/")
        shared = _shared(before, tuple(folders))
        for depth in range(shared, len(folders)):
            found.append((pen.line((f"{folders[depth]}/", pen.ink.quiet), indent=2 * depth), None))
        found.append((_file(pen, file, name, 2 * len(folders)), at))
        before = tuple(folders)
    return found


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    count = 0
    while count < min(len(one), len(other)) and one[count] == other[count]:
        count += 1
    return count


def _file(pen: Pen, file: FileView, name: str, indent: int) -> Text:
    ink = pen.ink
    style = {"new": ink.good, "deleted": ink.bad}.get(file.status, ink.plain)
    return pen.line(
        (name, style), (f" +{file.added}", ink.added_mark), (f" -{file.removed}", ink.removed_mark), indent=indent
    )
