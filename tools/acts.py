"""What each tool does on a desk. The arguments fit the tool's schema when they come here.

Each act raises `BadPath` for a path that no tool may name, and what the sandbox raises when it fails.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patchwright.tools import changing
from patchwright.tools.calls import ToolOutcome
from patchwright.tools.checks import CheckKind
from patchwright.tools.desk import Desk
from patchwright.tools.edits import Swap
from patchwright.tools.output import shown_output
from patchwright.tools.paths import file_path, tool_path
from patchwright.tools.quick import with_diagnostics
from patchwright.tools.search import Query, search
from patchwright.tools.shell import honest
from patchwright.tools.telling import is_red, verdict_text
from patchwright.tools.testfiles import looks_like_test
from patchwright.tools.untrusted import printable
from patchwright.tools.viewing import READ_LINES, listing, window

if TYPE_CHECKING:
    from patchwright.tools.knowledge.known import Known

DEFAULT_SECONDS = 120
MAX_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Helpers:
    """What only the run can provide; a tool without its helper is not offered.

    `git_log` takes a path ("" for all) and a count,
    `git_blame` a path and the first and last line; both return text. `wanted` are the test ids (or
    prefixes ending in "*") that have to pass after the step: their failures are shown in full. Those of
    `later` may fail until a later step. `quick` are the kinds of checks that run after every edit.
    `knowledge` opens the index of the tree as it is now; it raises `NoIndex`.
    """

    git_log: Callable[[str, int], str] | None = None
    git_blame: Callable[[str, int, int], str] | None = None
    wanted: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    quick: tuple[CheckKind, ...] = ()
    knowledge: "Callable[[], AbstractContextManager[Known]] | None" = None


Arguments = Mapping[str, Any]
Act = Callable[[Desk, Helpers, Arguments], ToolOutcome]


def bad(text: str) -> ToolOutcome:
    """The call was wrong; nothing was done (LLM-01)."""
    return ToolOutcome(text=text, bad=True)


def list_files(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """The files below a folder or those that a glob means."""
    return ToolOutcome(text=listing(desk.paths(), tool_path(given.get("path", "")), given.get("glob", "")))


def read(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """A window of one file."""
    path = file_path(given["path"])
    data = changing.read_or_none(desk, path)
    if data is None:
        return changing.refused(changing.no_file(desk, path))
    return ToolOutcome(text=window(path, data, given.get("start", 1), given.get("lines", READ_LINES)))


def find(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """One page of matching lines."""
    query = Query(
        text=given["text"],
        regex=given.get("regex", False),
        ignore_case=given.get("ignore_case", False),
        path=tool_path(given.get("path", "")),
        glob=given.get("glob", ""),
        skip=given.get("skip", 0),
        context=given.get("context", 0),
    )
    return ToolOutcome(text=search(desk, query))


def symbols(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """What the index knows of a name, of a file, or of a concept."""
    from patchwright.tools.knowledge.known import NoIndex
    from patchwright.tools.knowledge.symbols import known_text

    assert helpers.knowledge is not None, "symbols is not offered without its helper"
    name, about, path = given.get("name", ""), given.get("about", ""), tool_path(given.get("path", ""))
    if not (name or about or path):
        return bad("symbols was not run: give a name, a path, or what it is about.")
    try:
        with helpers.knowledge() as known:
            return ToolOutcome(text=known_text(desk, known, name, about, path))
    except NoIndex as error:
        return ToolOutcome(text=printable(f"There is no index now ({error}): use search and read."))


def run(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """A shell command in the sandbox."""
    command, seconds = given["command"], float(min(given.get("seconds", DEFAULT_SECONDS), MAX_SECONDS))
    if "\0" in command:
        return bad("run was not run: the command holds a NUL character.")
    result = desk.shell(honest(command), seconds)
    return ToolOutcome(text=shown_output(desk, result, seconds, MAX_SECONDS), red=not result.ok)


def edit(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """Replace texts in one file."""
    done = changing.edit(desk, given["path"], [Swap(one["old"], one["new"]) for one in given["edits"]])
    return with_diagnostics(desk, helpers.quick, done)


def create(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """Make a new file."""
    return with_diagnostics(desk, helpers.quick, changing.create(desk, given["path"], given["text"]))


def delete(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """Remove a file."""
    return with_diagnostics(desk, helpers.quick, changing.delete(desk, given["path"]))


def rename(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """Move a file."""
    return with_diagnostics(desk, helpers.quick, changing.rename(desk, given["path"], given["to"]))


def undo(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """Put a file, or all of them, back as they were at the start of the step."""
    return changing.undo(desk, given.get("path", ""))


def run_tests(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """Tests against the baseline."""
    paths, wanted = desk.paths(), given.get("tests", [])
    found = desk.judge(["tests"], [one for test in wanted for one in (_test_files(paths, test) or [test])])
    text = verdict_text(found, helpers.wanted, helpers.later)
    return ToolOutcome(text=text, red=is_red(found, helpers.wanted, helpers.later))


def _test_files(paths: Sequence[str], folder: str) -> list[str]:
    """The files below a folder that are tests by their own name, as not every runner takes a folder."""
    inside = folder.removeprefix("./").rstrip("/") + "/"
    below = [path for path in paths if path.startswith(inside) and not path.endswith(".ini")]
    return [path for path in below if looks_like_test(path.rpartition("/")[2])]


def diagnostics(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """Build, types and lint against the baseline."""
    verification = desk.judge(["build", "types", "lint"])
    if verification.clean:
        return ToolOutcome(text="Build, types and lint: nothing new against the baseline.")
    return ToolOutcome(text=verdict_text(verification).removesuffix("\nNo test ran."), red=True)


def git_log(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """The latest commits."""
    assert helpers.git_log is not None, "git_log is not offered without its helper"
    text = helpers.git_log(tool_path(given.get("path", "")), given.get("count", 10))
    return ToolOutcome(text=printable(text) or "No commits.")


def git_blame(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """Who last changed some lines."""
    assert helpers.git_blame is not None, "git_blame is not offered without its helper"
    path = file_path(given["path"])
    if changing.read_or_none(desk, path) is None:
        return changing.refused(changing.no_file(desk, path))
    return ToolOutcome(text=printable(helpers.git_blame(path, given["start"], given["end"])))


def note(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """Keep a finding."""
    return ToolOutcome(text="Noted.")


def ask(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """Stop for a human."""
    return ToolOutcome(text="A human will be asked.", ended="ask")


def finish(desk: Desk, helpers: Helpers, given: Arguments) -> ToolOutcome:
    """End the work."""
    return ToolOutcome(text="Finished.", ended="finish")
