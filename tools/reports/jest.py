"""The JSON report of jest, which vitest writes too."""

from collections.abc import Mapping
from typing import Any, cast

from patchwright.tools.checks import TestResult, TestStatus
from patchwright.tools.reports.base import (
    Parsed,
    ReportMalformed,
    a_test,
    as_json,
    merged,
    number,
    record,
    records,
    relative,
    text,
)

STATUS: Mapping[str, TestStatus] = {
    "passed": "passed",
    "failed": "failed",
    "pending": "skipped",
    "skipped": "skipped",
    "todo": "skipped",
    "disabled": "skipped",
}


def parse_jest(data: bytes) -> Parsed:
    """Tests as `file::describe > title`; a file that failed as a whole is an error. Raises `ReportMalformed`."""
    report = record(as_json(data))
    if not isinstance(report.get("testResults"), list):
        raise ReportMalformed("the report is JSON, but not of jest or vitest: it has no testResults")
    return merged([Parsed(tuple(_suite(suite))) for suite in records(report["testResults"])])


def _suite(suite: dict[str, Any]) -> list[TestResult]:
    file = relative(text(suite.get("name")))
    tests = [_test(file, case) for case in records(suite.get("assertionResults"))]
    if not tests and suite.get("status") == "failed":
        message = text(suite.get("message"))
        return [a_test(file, "error", file, 0.0, " ".join(message.split())[:300], message)]
    return tests


def _test(file: str, case: dict[str, Any]) -> TestResult:
    ancestors = case.get("ancestorTitles")
    titles = [text(title) for title in cast("list[object]", ancestors)] if isinstance(ancestors, list) else []
    name = " > ".join([*(title for title in titles if title), text(case.get("title"))])
    found = case.get("failureMessages")
    failures = [text(line) for line in cast("list[object]", found)] if isinstance(found, list) else []
    trace = "\n".join(failures)
    status = STATUS.get(text(case.get("status")), "error")
    first = trace.strip().splitlines()[:1]
    return a_test(f"{file}::{name}", status, file, number(case.get("duration")) / 1000, "".join(first), trace)
