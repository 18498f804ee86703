"""The command in a comment: one exact line of its own that a reader sees as such (APR-07). Pure.

A line counts only if every reading of the Markdown shows it as plain text: not quoted, not code, not in an HTML
comment or element. Where renderers could differ, it does not count: then somebody writes it again, and nothing is lost.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, get_args

Verb = Literal[
    "fix", "plan", "transform", "explain", "status", "cancel", "verify", "retry", "revise", "reject", "approve"
]
VERBS: tuple[Verb, ...] = get_args(Verb)
PREFIX = "/patchwright"

HASH = re.compile(r"[0-9a-f]{12,64}")
"""At least 12 digits of a plan's sha256 (APR-02)."""
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,60}")
_LINE = re.compile(rf"{PREFIX}(?: +(?P<verb>[a-z]+)(?: +(?P<rest>\S.*?))?)?[ \t]*")
_COMMENT = re.compile(r"<!--.*?(?:--!?>|\Z)", re.DOTALL)
_FENCE = re.compile(r"\s*(?:>\s*|[-+*]\s+|\d{1,9}[.)]\s+)*(`{3,}|~{3,})(.*)")
_QUOTE = re.compile(r"\s*(?:(?:[-+*]|\d{1,9}[.)])\s+)*>")
_ELEMENT = re.compile(
    r"<(/?)(pre|code|blockquote|q|kbd|samp|del|s|script|style|template|details|textarea|xmp|title)\b[^<>]*>",
    re.IGNORECASE,
)

LONGEST_NOTES = 8000
"""Characters of notes; what is longer is refused, not cut: a human said it."""

MOST_LINES = 50
"""Lines that speak to us of which is looked whether a reader sees them."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a person told us to do. `argument` is a hash, a name, or words, by the verb; `notes` is the rest."""

    verb: Verb
    argument: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Misread:
    """A line that speaks to us and says nothing we know; `why` tells its writer what would."""

    why: str


def read_command(text: str) -> Command | Misread | None:
    """The one command of a comment; None if nobody speaks to us."""
    lines = re.split(r"\r\n|\r|\n", text)
    spoken = [at for at, line in enumerate(lines) if _speaks(line)][:MOST_LINES]
    if not spoken:
        return None
    shown = _shown(lines)
    spoken = [at for at in spoken if at in shown and not _in_span(lines, at)]
    if not spoken:
        return None
    if len(spoken) > 1:
        return Misread("A comment holds one command. Write each in a comment of its own.")
    at = spoken[0]
    notes = "\n".join((*lines[:at], *lines[at + 1 :])).strip()
    return _parsed(lines[at], notes)


def _speaks(line: str) -> bool:
    return line == PREFIX or line.startswith((f"{PREFIX} ", f"{PREFIX}\t"))


def _parsed(line: str, notes: str) -> Command | Misread:
    found = _LINE.fullmatch(line)
    if found is None or not line.isascii() or not line.isprintable():
        return Misread(f"The line of a command is plain ASCII. {_known()}")
    verb: Verb | None = next((known for known in VERBS if known == found["verb"]), None)
    if verb is None:
        return Misread(f"{_meant(found['verb'] or '')}{_known()}")
    if len(notes) > LONGEST_NOTES:
        return Misread(f"The notes are {len(notes)} characters long; at most {LONGEST_NOTES} can be taken.")
    return _checked(Command(verb, found["rest"] or "", notes))


def _checked(command: Command) -> Command | Misread:
    match command.verb:
        case "approve":
            if not HASH.fullmatch(command.argument):
                return Misread("Approve names the plan: its first 12 hex digits or more, as the plan's comment shows.")
        case "transform":
            if not _NAME.fullmatch(command.argument):
                return Misread("Transform names one definition, such as `/patchwright transform java-17`.")
        case "revise":
            if not command.argument and not command.notes:
                return Misread("Say behind `revise` what should be different.")
        case _:
            if command.argument:
                return Misread(f"`{command.verb}` stands alone on its line; words go on lines of their own.")
    return command


def _meant(word: str) -> str:
    near = get_close_matches(word, VERBS, 1)
    return f"Did you mean `{PREFIX} {near[0]}`? " if near else ""


def _known() -> str:
    return f"The commands are: {', '.join(VERBS)}."


def _shown(lines: list[str]) -> set[int]:
    """The lines that no block hides."""
    bare = re.split("\n", _COMMENT.sub(lambda found: re.sub("[^\n]", "\0", found[0]), "\n".join(lines)))
    hidden = [_fenced(lines), _fenced(bare), [("\0" in line) for line in bare], _quoted(lines), _in_element(lines)]
    return {at for at in range(len(lines)) if not any(mask[at] for mask in hidden)}


def _fenced(lines: list[str]) -> list[bool]:
    """Lines of fenced code, the fences included; a fence that is never closed reaches to the end."""
    mask, fence = list[bool](), ""
    for line in lines:
        found = _FENCE.match(line)
        mask.append(bool(fence or found))
        if fence:
            if found and found[1][0] == fence[0] and len(found[1]) >= len(fence) and not found[2].strip():
                fence = ""
        elif found and not ("`" in found[2] and found[1][0] == "`"):
            fence = found[1]
    return mask


def _quoted(lines: list[str]) -> list[bool]:
    """Quotes, and the lines that go on with one up to the next blank line."""
    mask, quoted = list[bool](), False
    for line in lines:
        quoted = bool(line.strip()) and (quoted or _QUOTE.match(line) is not None)
        mask.append(quoted)
    return mask


def _in_element(lines: list[str]) -> list[bool]:
    """Lines behind the opening and before the end of an element that shows text as something else."""
    mask, depth = list[bool](), 0
    for line in lines:
        mask.append(depth > 0)
        for found in _ELEMENT.finditer(line):
            depth = max(0, depth + (-1 if found[1] else 1))
    return mask


def _in_span(lines: list[str], at: int) -> bool:
    """Whether code that opens above in the same paragraph may reach over this line."""
    above = list[str]()
    for line in reversed(lines[:at]):
        if not line.strip():
            break
        above.append(line)
    ticks = [len(run) for run in re.findall("`+", "\n".join(above))]
    return any(ticks.count(length) % 2 for length in ticks) or any(line.count("<") > line.count(">") for line in above)
