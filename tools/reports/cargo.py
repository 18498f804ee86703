"""Cargo: compiler messages (`--message-format=json`) and libtest events (`--format=json`), one a line."""

import re
from typing import Any

from patchwright.tools.checks import TestResult, TestStatus
from patchwright.tools.diagnostics import Diagnostic
from patchwright.tools.reports.base import (
    MAX_TESTS,
    Parsed,
    ReportMalformed,
    a_diagnostic,
    a_test,
    json_lines,
    merged,
    number,
    record,
    records,
    text,
)

ENDS: dict[str, TestStatus] = {"ok": "passed", "failed": "failed", "ignored": "skipped", "timeout": "error"}
_HASH = re.compile(r"-[0-9a-f]{16}$")


def parse_cargo(data: bytes) -> Parsed:
    """Diagnostics, and tests as `binary::module::test`; a line `{"binary": path}` tells whose tests follow.

    A test that began and never ended is an error. Raises `ReportMalformed` when there is no event at all.
    """
    binary, seen = "", False
    tests: list[TestResult] = []
    begun: dict[str, None] = {}
    diagnostics: list[Diagnostic] = []
    for event in json_lines(data):
        seen = True
        if "binary" in event:
            binary = _HASH.sub("", text(event["binary"]).rpartition("/")[2])
        elif event.get("reason") == "compiler-message":
            diagnostics += _diagnostic(record(event.get("message")))
        elif event.get("type") == "test":
            _note(event, binary, tests, begun)
        if len(tests) + len(begun) > MAX_TESTS:
            raise ReportMalformed(f"more than {MAX_TESTS} tests")
    if not seen:
        raise ReportMalformed("the report holds no message of cargo")
    lost = [a_test(name, "error", message="the test began and never ended") for name in begun]
    return merged([Parsed((*tests, *lost), tuple(diagnostics))])


def _note(event: dict[str, Any], binary: str, tests: list[TestResult], begun: dict[str, None]) -> None:
    name = f"{binary}::{text(event.get('name'))}".removeprefix("::")
    said = text(event.get("event"))
    if said == "started":
        begun[name] = None
    elif said in ENDS:
        begun.pop(name, None)
        output = text(event.get("stdout"))
        message = text(event.get("message")) or _panic(output)
        tests.append(a_test(name, ENDS[said], "", number(event.get("exec_time")), message, output))


def _panic(output: str) -> str:
    lines = output.splitlines()
    at = next((at for at, line in enumerate(lines) if "panicked at" in line), -1)
    return " ".join(lines[at : at + 2]) if at >= 0 else ""


def _diagnostic(message: dict[str, Any]) -> list[Diagnostic]:
    level = text(message.get("level"))
    spans = [span for span in records(message.get("spans")) if span.get("is_primary")]
    if not spans:
        return []
    path, code = text(spans[0].get("file_name")), text(record(message.get("code")).get("code"))
    line, column = int(number(spans[0].get("line_start"))), int(number(spans[0].get("column_start")))
    return [a_diagnostic(path, line, column, level, code, text(message.get("message")), "rustc")]
