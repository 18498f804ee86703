"""What a model must know about a repository before its first call, so that it does not have to find it out."""

import re
import shlex
from collections.abc import Callable, Sequence

from patchwright.agent.hints import Hint, hints_of
from patchwright.agent.issue import Issue
from patchwright.agent.plan import Record
from patchwright.tools.checks import Check, CheckResult, Results, TestResult
from patchwright.tools.textfile import Undecodable, decode
from patchwright.tools.tree import FileTree
from patchwright.tools.untrusted import clean, frame, printable
from patchwright.tools.viewing import overview

MAX_RED = 15
MAX_ISSUE = 20_000
MAX_MODULES = 3_000
MAX_OVERVIEW = 40

_ABSENT = re.compile(
    r"No module named '([\w.]{1,80})'|Cannot find (?:module|package) '([\w@/-]{1,80})'"
    r"|package ([\w.]{1,80}) does not exist|no required module provides package ([\w./-]{1,80}\w)"
    r"|\b([\w+-]{1,40}): (?:command )?not found"
)
MAX_ABSENT = 12

_BAD = ("failed", "error", "xpassed")
_GOOD = ("passed", "xfailed")


class Facts(Record):
    """What the first message tells. `checks` and `red` are lines; `missing` says what is not there."""

    image: str
    languages: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    red: tuple[str, ...] = ()
    red_count: int = 0
    missing: tuple[str, ...] = ()
    files: int = 0
    overview: str = ""
    hints: tuple[Hint, ...] = ()


def gather(tree: FileTree, baseline: Results, languages: Sequence[str], notes: Sequence[str] = ()) -> Facts:
    """The facts from the base commit's tree, what its checks said, and the toolchain's notes."""
    bad = [test for result in baseline.checks for test in result.tests if test.status in _BAD]
    failing = [test for test in bad if not test.flaky]
    paths = tree.paths()
    return Facts(
        image=baseline.image,
        languages=tuple(languages),
        checks=tuple(_check_line(result) for result in baseline.checks),
        red=tuple(_red_lines(failing)),
        red_count=len(failing),
        missing=(*notes, *_submodules(tree), *_absent(baseline, paths), *_flaky(bad)),
        files=len(paths),
        overview=overview(paths, limit=MAX_OVERVIEW),
        hints=hints_of(tree),
    )


def facts_text(facts: Facts, *, tree: bool = True) -> str:
    """The facts in a few lines each, with the top of the `tree` if it is wanted.

    What the repository and its tests say stands in a frame (PI-01).
    """
    lines = [
        *(printable(note) for note in facts.missing),
        *_titled("Checks on the untouched base commit", facts.checks or ("none: nothing can be proved",)),
        *_titled(f"Tests that fail before any change ({facts.red_count})", facts.red),
        *([f"Top of the tree ({facts.files} files):", facts.overview] if tree else []),
    ]
    ours = (
        f"Languages: {', '.join(facts.languages) or 'not recognised'}. Sandbox: image {facts.image}, no network; "
        "nothing can be installed."
    )
    return f"{ours}\n{frame('the base commit', chr(10).join(lines))}"


def hints_text(facts: Facts) -> str:
    """The repository's own hints, framed as data."""
    return "\n".join(frame(hint.path, hint.text) for hint in facts.hints)


def issue_text(issue: Issue) -> str:
    """The issue as a reader sees it, framed as data (PI-01, PI-02); a very long one without its middle."""
    text = clean(f"{issue.title}\n\n{issue.body.strip()}").text.strip()
    if len(text) > MAX_ISSUE:
        half = MAX_ISSUE // 2
        text = f"{text[:half]}\n[… {len(text) - MAX_ISSUE:,} characters left out …]\n{text[-half:]}"
    return frame("issue", text or "(empty)")


def command_line(check: Check) -> str:
    """A check's command as it could be typed."""
    command = check.command
    # A detector may wrap a command to send its output to a report file: sh -c SCRIPT sh COMMAND...
    inner = command[4:] if command[:2] == ("sh", "-c") and len(command) > 4 else command
    shown = [word if "\n" not in word else "..." for word in inner]
    return (f"cd {shlex.quote(check.cwd)} && " if check.cwd else "") + shlex.join(shown)


def _check_line(result: CheckResult) -> str:
    counts = _counts_of(result.tests) if result.tests else ""
    found = f", {len(result.diagnostics)} diagnostics" if result.diagnostics else ""
    problem = f", {printable(result.problem)}" if result.problem else ""
    status = "timed out" if result.timed_out else f"exit code {result.exit_code}"
    check = result.check
    return (
        f"{check.kind}: `{printable(command_line(check))}`"
        f" ({status}{printable(counts)}{found}{problem}, {result.seconds:.1f} s)"
    )


def _counts_of(tests: Sequence[TestResult]) -> str:
    passed = sum(test.status in _GOOD for test in tests)
    skipped = sum(test.status == "skipped" for test in tests)
    others = f", {skipped} are skipped" if skipped else ""
    return f", {passed} of {len(tests)} pass{others}, with ids like {tests[0].id}"


def _red_lines(failing: Sequence[TestResult]) -> list[str]:
    """Each failing test, those of one function with one message as one line; of too many, those of one file."""
    groups = _grouped(failing, lambda test: test.id.partition("[")[0])
    if len(groups) > MAX_RED:
        groups = _grouped(failing, lambda test: test.file or test.id.partition("::")[0])
    told = groups[:MAX_RED]
    more = len(failing) - sum(map(len, told))
    return [*map(_red_line, told), *([f"and {more} more"] if more else [])]


def _grouped(tests: Sequence[TestResult], place: Callable[[TestResult], str]) -> list[list[TestResult]]:
    groups: dict[tuple[str, str], list[TestResult]] = {}
    for test in tests:
        groups.setdefault((place(test), _message(test)), []).append(test)
    return list(groups.values())


def _red_line(alike: Sequence[TestResult]) -> str:
    others = f" and {len(alike) - 1} like it" if len(alike) > 1 else ""
    message = _message(alike[0])
    return printable(f"{alike[0].id}{others}{f': {message}' if message else ''}")


def _message(test: TestResult) -> str:
    return test.message.strip().partition("\n")[0][:160]


def _titled(title: str, lines: Sequence[str]) -> list[str]:
    return [f"{title}:", *(f"- {line}" for line in lines)] if lines else []


def _absent(baseline: Results, paths: Sequence[str]) -> list[str]:
    """One line that names what the checks looked for and did not find, and what is not of this repository."""
    said = [part for result in baseline.checks for part in (result.output, *_failures(result))]
    names = dict.fromkeys(name for text in said for found in _ABSENT.findall(text) for name in found if name)
    own = {part.partition(".")[0] for path in paths for part in path.split("/")}
    absent = [name for name in names if re.split(r"[./]", name)[0] not in own][:MAX_ABSENT]
    return [f"Not installed, as the checks say: {', '.join(absent)}."] if absent else []


def _failures(result: CheckResult) -> list[str]:
    return [f"{test.message}\n{test.trace}" for test in result.tests if test.status in _BAD]


def _flaky(bad: Sequence[TestResult]) -> list[str]:
    """One line that names the tests that failed on the base and then passed there: no change has to mend them."""
    ids = [printable(test.id) for test in bad if test.flaky]
    more = f" and {len(ids) - MAX_RED} more" if len(ids) > MAX_RED else ""
    return [f"Flaky on the base, passing when run again: {', '.join(ids[:MAX_RED])}{more}."] if ids else []


def _submodules(tree: FileTree) -> list[str]:
    """One line that names the repository's submodules, which are empty folders here."""
    try:
        found = re.findall(r"(?m)^\s*path\s*=\s*(\S+)", decode(tree.read(".gitmodules")).view[:MAX_MODULES])
    except (KeyError, Undecodable):
        return []
    empty = [path for path in found if not any(known.startswith(f"{path}/") for known in tree.paths())]
    return [f"Git submodules are not fetched; empty: {', '.join(empty)}."] if empty else []
