"""What a repository says of how to work on it: files for agents as they are, of those for people the commands."""

import re
from collections.abc import Iterator

from patchwright.agent.plan import Record
from patchwright.tools.textfile import Undecodable, decode
from patchwright.tools.tree import FileTree
from patchwright.tools.untrusted import clean

MAX_HINT = 3_000
MAX_TEXT = 200_000
MAX_COMMANDS = 10
MAX_COMMAND = 160

WHOLE = ("AGENTS.md", "CONVENTIONS.md")
"""Written for those who change code: shown up to `MAX_HINT` characters."""
PEOPLE = re.compile(
    r"(?:\.github/|docs?/)?(?:README|CONTRIBUTING|HACKING|DEVELOPMENT)(?:\.(?:md|rst|txt))?", re.IGNORECASE
)
"""Written for people: only the lines that build or test are shown."""

_RUNS = re.compile(
    r"(?:python[0-9.]* (?:-m |setup\.py|manage\.py|\S*run\S*\.py)|\./\S+|(?:py\.?test|tox|nox|make|cmake|ctest|ninja|"
    r"npm|npx|yarn|pnpm|bun|mvnw?|gradlew?|go|cargo|bazel|hatch|uv|poetry|pdm|pre-commit|just|task|rake|meson)\b)"
)
_PURPOSE = re.compile(r"test|check|lint|build|compile|verify|ruff|mypy|tsc\b|format|coverage|\bmake\b|\btox\b|\bnox\b")
_SPAN = re.compile(r"`([^`\n]{3,400})`")
_PROMPT = re.compile(r"^[\s>*+-]*(?:\$ |% |# |`{1,2})?")


class Hint(Record):
    """A file of the base commit that says how to work here; data, not instructions (PI-01)."""

    path: str
    text: str


def hints_of(tree: FileTree) -> tuple[Hint, ...]:
    """The hints of a tree: files for agents first, then the commands of those for people."""
    whole = ((path, _whole(_text(tree, path))) for path in WHOLE)
    people = ((path, _commands(_text(tree, path))) for path in tree.paths() if PEOPLE.fullmatch(path))
    return tuple(Hint(path=path, text=text) for path, text in (*whole, *people) if text)


def _text(tree: FileTree, path: str) -> str:
    """The file as a reader sees it (PI-02); "" if it is not there or no text."""
    try:
        return clean(decode(tree.read(path)).view[:MAX_TEXT]).text.strip()
    except (KeyError, Undecodable):
        return ""


def _whole(text: str) -> str:
    if len(text) <= MAX_HINT:
        return text
    return text[:MAX_HINT].rpartition("\n")[0] + "\n[… cut; read the file for more …]"


def _commands(text: str) -> str:
    """The first lines that are commands which build or test, each once."""
    found = list(dict.fromkeys(_command_lines(text)))
    more = [f"[… {len(found) - MAX_COMMANDS} more; read the file …]"] if len(found) > MAX_COMMANDS else []
    return "\n".join([*found[:MAX_COMMANDS], *more])


def _command_lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        command = _PROMPT.sub("", line, count=1).rstrip("` ")
        whole = [command] if _is_code(line, command) else []
        for one in (*whole, *_SPAN.findall(line)):
            if _RUNS.match(one) and _PURPOSE.search(one):
                yield one[:MAX_COMMAND]


def _is_code(line: str, command: str) -> bool:
    """Whether it is a command and not a sentence that begins with one's name, such as "make sure that tests pass."."""
    return line[:1] in (" ", "\t", "$") or (not command.endswith((".", ":", ",")) and len(command.split()) <= 6)
