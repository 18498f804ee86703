"""What all parsers share: their result, their one error, and the caps."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from patchwright.sandbox.base import WORKSPACE
from patchwright.tools.checks import TestResult, TestStatus
from patchwright.tools.diagnostics import Diagnostic

MAX_TESTS = 200_000
MAX_DIAGNOSTICS = 20_000
MAX_ID = 1_000
MAX_MESSAGE = 500
MAX_TRACE = 4_096

_WORST_FIRST: tuple[TestStatus, ...] = ("error", "failed", "passed", "xpassed", "xfailed", "skipped")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")
# What a terminal would obey: C0 but tab and newline, DEL, C1 (OUT-02); and lone surrogates (LLM-03).
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class ReportMalformed(ValueError):
    """The report is missing, too large, or not what its format says: it proves nothing."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one command reported."""

    tests: tuple[TestResult, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def merged(parts: Sequence[Parsed]) -> Parsed:
    """Several reports as one. Of a test that is told twice the worst counts."""
    tests: dict[str, TestResult] = {}
    for test in (test for part in parts for test in part.tests):
        known = tests.get(test.id)
        if known is None or _badness(test) < _badness(known):
            tests[test.id] = test
    diagnostics = tuple(dict.fromkeys(found for part in parts for found in part.diagnostics))
    if len(tests) > MAX_TESTS or len(diagnostics) > MAX_DIAGNOSTICS:
        raise ReportMalformed(f"more than {MAX_TESTS} tests or {MAX_DIAGNOSTICS} diagnostics")
    return Parsed(tuple(tests.values()), diagnostics)


def a_test(
    name: str, status: TestStatus, file: str = "", seconds: float = 0.0, message: str = "", trace: str = ""
) -> TestResult:
    """A test result within the caps; memory addresses in its name are taken out, as no run repeats them."""
    told = status not in ("passed", "skipped", "xfailed")
    return TestResult(
        id=clean(_ADDRESS.sub("0x", name))[:MAX_ID] or "unnamed",
        status=status,
        file=relative(file),
        seconds=seconds if 0.0 <= seconds < 1e9 else 0.0,
        message=clean(message.strip())[:MAX_MESSAGE],
        trace=_ends(clean(trace)) if told else "",
    )


def a_diagnostic(path: str, line: int, column: int, severity: str, code: str, message: str, source: str) -> Diagnostic:
    """A diagnostic within the caps; any severity that is neither a warning nor a note is an error."""
    return Diagnostic(
        path=relative(path),
        line=_count(line),
        column=_count(column),
        severity="warning" if severity == "warning" else "note" if severity == "note" else "error",
        code=clean(code)[:100],
        message=clean(message.strip())[:MAX_MESSAGE],
        source=source,
    )


def relative(path: str) -> str:
    """A path as tools print it, relative to the tree."""
    return clean(path.removeprefix("file://").removeprefix(f"{WORKSPACE}/").removeprefix("./"))[:1024]


def clean(text: str) -> str:
    """Text without what controls a terminal or breaks an encoder; each such character becomes U+FFFD."""
    return _CONTROLS.sub("�", text)


def as_json(data: bytes) -> Any:
    """The JSON document. Raises `ReportMalformed`."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as problem:
        raise ReportMalformed(f"the report is not JSON: {str(problem)[:200]}") from problem


def json_lines(data: bytes) -> Iterator[dict[str, Any]]:
    """The lines that are JSON objects; tools mix others in."""
    for line in data.splitlines():
        if line.startswith(b"{"):
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                continue
            yield record(found)


def record(value: object) -> dict[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def records(value: object) -> Iterable[dict[str, Any]]:
    """The objects in a JSON list; nothing if it is no list."""
    return [record(item) for item in cast("list[object]", value)] if isinstance(value, list) else []


def text(value: object) -> str:
    """The value if it is a string, else ""."""
    return value if isinstance(value, str) else ""


def number(value: object) -> float:
    """The value if it is a finite number, or a string of one, else 0."""
    try:
        found = float(value) if isinstance(value, int | float | str) else 0.0
    except (ValueError, OverflowError):
        return 0.0
    return found if abs(found) < 1e15 else 0.0


def _badness(test: TestResult) -> int:
    return _WORST_FIRST.index(test.status)


def _count(value: int) -> int:
    return value if 0 <= value < 2**31 else 0


def _ends(trace: str) -> str:
    if len(trace) <= MAX_TRACE:
        return trace
    half = MAX_TRACE // 2 - 10
    return f"{trace[:half]}\n[...]\n{trace[-half:]}"
