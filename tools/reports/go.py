"""`go test -json`: one event a line."""

from collections.abc import Mapping
from typing import Any

from patchwright.tools.checks import TestResult, TestStatus
from patchwright.tools.reports.base import (
    MAX_TESTS,
    MAX_TRACE,
    Parsed,
    ReportMalformed,
    a_test,
    json_lines,
    merged,
    number,
    text,
)

ENDS: Mapping[str, TestStatus] = {"pass": "passed", "fail": "failed", "skip": "skipped"}

Key = tuple[str, str]


def parse_go(data: bytes) -> Parsed:
    """Tests as `package::Test/subtest`; a package that failed without a failing test is an error itself.

    Raises `ReportMalformed` when there is no event at all.
    """
    ends: dict[Key, tuple[TestStatus, float]] = {}
    begun: dict[Key, str] = {}
    for event in json_lines(data):
        _note(event, ends, begun)
        if len(begun) > MAX_TESTS:
            raise ReportMalformed(f"more than {MAX_TESTS} tests")
    if not begun:
        raise ReportMalformed("the report holds no event of `go test -json`")
    tests = [_test(key, ends, output) for key, output in begun.items() if key[1]]
    return merged([Parsed(tuple(tests)), Parsed(_packages(ends, begun))])


def _note(event: dict[str, Any], ends: dict[Key, tuple[TestStatus, float]], begun: dict[Key, str]) -> None:
    action = text(event.get("Action"))
    key = (text(event.get("Package")) or text(event.get("ImportPath")).split(" ")[0], text(event.get("Test")))
    if not action or not key[0]:
        return
    output = begun.setdefault(key, "")
    if action in ("output", "build-output") and len(output) < MAX_TRACE:
        begun[key] = output + text(event.get("Output"))
    # A test that says twice how it ended was forged by its own output: the worse one stays.
    if action in ENDS and ends.get(key, ("", 0))[0] != "failed":
        ends[key] = (ENDS[action], number(event.get("Elapsed")))


def _test(key: Key, ends: dict[Key, tuple[TestStatus, float]], output: str) -> TestResult:
    status, seconds = ends.get(key, ("error", 0.0))
    words = [line.strip() for line in output.splitlines() if not line.lstrip().startswith(("===", "---"))]
    return a_test(f"{key[0]}::{key[1]}", status, "", seconds, " ".join(words[:3]), output)


def _packages(ends: dict[Key, tuple[TestStatus, float]], begun: dict[Key, str]) -> tuple[TestResult, ...]:
    told = {package for (package, test), (status, _) in ends.items() if test and status == "failed"}
    told |= {package for (package, test) in begun if test and (package, test) not in ends}
    failed = [key for key, (status, _) in ends.items() if not key[1] and status == "failed" and key[0] not in told]
    return tuple(
        a_test(package, "error", "", 0.0, _first(begun[package, ""]), begun[package, ""]) for package, _ in failed
    )


def _first(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip() and not line.startswith(("#", "FAIL"))]
    return lines[0] if lines else "the package failed"
