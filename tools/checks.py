"""The nouns of judging: a check is a command, its result is structured, a verdict compares two results."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from patchwright.tools.diagnostics import Diagnostic

CheckKind = Literal["syntax", "build", "types", "lint", "tests"]
"""In the order in which they are run: cheapest first."""

ReportFormat = Literal[
    "exit-code", "junit", "go-json", "cargo", "tap", "jest", "gcc", "javac", "tsc", "eslint", "ruff", "mypy"
]

TestStatus = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]

Verdict = Literal["fixed", "broken", "unchanged", "not_run", "flaky", "new_pass", "new_fail"]
"""What happened to one test between baseline and now. `not_run`: it was there before and is not now."""


class Frozen(BaseModel):
    """A record that crosses a border: disk, wire or model."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Check(Frozen):
    """A command that judges. `command` is an argument list run in `cwd` of the tree (no shell).

    `reports` are globs of report files that the command writes, relative to the tree or absolute
    under /tmp. `narrow` is an argument list for some tests only, in which the argument `{tests}`
    is replaced by the test files or ids (`{packages}`, `{classes}`: see `narrowing`); empty when it
    cannot be narrowed.
    """

    name: str
    kind: CheckKind
    command: tuple[str, ...]
    report: ReportFormat = "exit-code"
    reports: tuple[str, ...] = ()
    narrow: tuple[str, ...] = ()
    cwd: str = ""
    env: dict[str, str] = {}
    timeout: float = 900.0


class TestResult(Frozen):
    """One test as a runner reported it. `id` is stable between runs; `file` is "" if not known."""

    __test__ = False

    id: str
    status: TestStatus
    file: str = ""
    seconds: float = 0.0
    message: str = ""
    """Type and first lines of the failure, capped."""
    trace: str = ""
    """The failure's text, capped at 4 KB; "" for passing tests."""
    flaky: bool = False
    """Whether it passed when it was run again on the same tree: its failure says nothing."""


class CheckResult(Frozen):
    """What one check said: exit status as run by us, tests and diagnostics from its structured reports."""

    check: Check
    exit_code: int
    seconds: float
    timed_out: bool = False
    tests: tuple[TestResult, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    output: str = ""
    """Head and tail of the output, capped at 16 KB, for people and models; never read for a verdict."""
    problem: str = ""
    """Why the result cannot be used for a verdict (report missing or malformed, timed out), else ""."""


class Results(Frozen):
    """All checks on one tree."""

    commit: str
    image: str
    checks: tuple[CheckResult, ...]

    def tests(self) -> dict[str, TestResult]:
        """All tests by id, each id prefixed by nothing: the ids of checks do not overlap."""
        return {test.id: test for result in self.checks for test in result.tests}


class TestChange(Frozen):
    """One test whose verdict is worth telling (everything but `unchanged`)."""

    __test__ = False

    id: str
    verdict: Verdict
    before: TestStatus | None
    after: TestStatus | None
    message: str = ""
    trace: str = ""
    """The failure's text now, capped at 4 KB, for the model; "" if it passes."""


class Verification(Frozen):
    """Results against a baseline. `new_diagnostics` are the errors that were not there before."""

    commit: str
    changes: tuple[TestChange, ...] = ()
    new_diagnostics: tuple[Diagnostic, ...] = ()
    passed_before: int = 0
    passed_after: int = 0
    total_before: int = 0
    total_after: int = 0
    worse_checks: tuple[str, ...] = ()
    """Names of checks whose exit status became worse without a test or diagnostic that says why."""
    still_failing: tuple[TestResult, ...] = ()
    """Tests that failed before and fail now, with what they say now; at most 100. For people and models."""
    problems: tuple[str, ...] = ()
    """Why this cannot serve as proof: no tests ran, reports missing, timed out."""

    def ids(self, *verdicts: Verdict) -> tuple[str, ...]:
        """The ids of the tests with one of these verdicts."""
        return tuple(change.id for change in self.changes if change.verdict in verdicts)

    def lost(self) -> tuple[str, ...]:
        """Tests that passed before and fail now, and tests that ran before and are gone."""
        return self.ids("broken", "not_run")

    @property
    def clean(self) -> bool:
        """Nothing got worse, and the results can be relied on."""
        return not (self.lost() or self.ids("new_fail") or self.new_diagnostics or self.worse_checks or self.problems)
