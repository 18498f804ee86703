"""A unified diff for a person's eyes: coloured, made harmless, cut where asked, with what deceives the eye named."""

from typing import TYPE_CHECKING

from patchwright.api.screen import Screen
from patchwright.api.wording import count
from patchwright.tools.untrusted import suspicious

if TYPE_CHECKING:
    from rich.text import Text

LONGEST_LINE = 2000
MANY = 20


def diff_text(screen: Screen, diff: str, most: int | None = None, indent: str = "") -> "Text":
    """The diff's lines, at most `most` of them; the number that was left out is said."""
    lines = diff.rstrip("\n").split("\n") if diff else []
    shown = lines if most is None else lines[:most]
    text = screen.text("")
    for line in shown:
        text.append(f"{indent}{_harmless(screen, line, whole=most is None)}\n", style_of(line))
    if len(lines) > len(shown):
        text.append(f"{indent}… {count(len(lines) - len(shown), 'more line')} (--full shows all)\n", "dim")
    text.rstrip()
    return text


def style_of(line: str) -> str:
    """The style of one line of a unified diff."""
    if line.startswith(
        (
            "diff ",
            "index ",
            "--- ",
            "+++ ",
            "new file",
            "deleted file",
            "rename ",
            "similarity ",
            "old mode",
            "new mode",
        )
    ):
        return "bold"
    if line.startswith("@@"):
        return "cyan"
    return {"+": "green", "-": "red"}.get(line[:1], "")


def hunks(diff: str) -> str:
    """The diff without git's header lines, but with the name of each file."""
    kept: list[str] = []
    in_hunk = False
    for line in diff.split("\n"):
        if line.startswith("diff --git "):
            in_hunk = False
        elif line.startswith("@@"):
            in_hunk = True
        if in_hunk or line.startswith(
            ("--- ", "+++ ", "Binary files", "rename ", "deleted file", "new file", "old mode", "new mode")
        ):
            kept.append(line)
    return "\n".join(kept)


def counted(diff: str) -> tuple[int, int, int]:
    """Files, lines added, lines removed."""
    files = added = removed = 0
    in_hunk = False
    for line in diff.split("\n"):
        if line.startswith("diff --git "):
            files, in_hunk = files + 1, False
        elif line.startswith("@@"):
            in_hunk = True
        elif in_hunk:
            added, removed = added + line.startswith("+"), removed + line.startswith("-")
    return files, added, removed


def warnings(what: str, text: str) -> list[str]:
    """What in this text a person's eyes would not tell them (OUT-04), one line each, cut."""
    found = suspicious(text)
    rest = [f"{what}: {len(found) - MANY} more such lines"] if len(found) > MANY else []
    return [f"{what}, {trick}" for trick in found[:MANY]] + rest


def _harmless(screen: Screen, line: str, *, whole: bool) -> str:
    if not whole and len(line) > LONGEST_LINE:
        line = f"{line[:LONGEST_LINE]}… {len(line) - LONGEST_LINE} more characters"
    return screen.clean(line).expandtabs(8)
