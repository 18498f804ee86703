"""TAP with nested subtests, as `prove` and many small runners write it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from patchwright.tools.checks import TestResult, TestStatus
from patchwright.tools.reports.base import MAX_TESTS, Parsed, ReportMalformed, a_test, merged, number, relative

_POINT = re.compile(r"^( *)(not )?ok\b(?: +\d+)?(?: +- +| +)?(.*)$")
_SUBTEST = re.compile(r"^( *)# Subtest: (.*)$")
_FIELD = re.compile(r"^ *(duration_ms|location|error|failureType|code): (.*)$")
_DIRECTIVE = re.compile(r"(?i)(?<!\\)# *(skip|todo)\b.*$")
INDENT = 4
MAX_DEPTH = 32


@dataclass(slots=True)
class _Point:
    """One result line, and what its block of fields says."""

    depth: int
    path: tuple[str, ...]
    status: TestStatus
    leaf: bool
    fields: dict[str, str] = field(default_factory=dict[str, str])
    block: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class _Reader:
    """Where we are: the open subtests, and at which depths a result was seen since."""

    points: list[_Point] = field(default_factory=list[_Point])
    names: list[str] = field(default_factory=list[str])
    failing: dict[int, bool] = field(default_factory=dict[int, bool])
    inside: bool = False
    count: int = 0


def parse_tap(data: bytes) -> Parsed:
    """Tests as `outer > inner`. A parent counts only when it failed and none of its children did.

    Raises `ReportMalformed` without a TAP version, a plan or any result line.
    """
    reader = _Reader()
    lines = data.decode("utf-8", "replace").splitlines()
    for line in lines:
        _read(line, reader)
    if not reader.points and not any(re.match(r"TAP version \d+|1\.\.\d+", line) for line in lines):
        raise ReportMalformed("the report is not TAP")
    return merged([Parsed(tuple(_tests(reader.points)))])


def _read(line: str, reader: _Reader) -> None:
    if reader.inside:
        _read_block(line, reader)
    elif line.strip() == "---" and reader.points:
        reader.inside = True
    elif found := _SUBTEST.match(line):
        depth = min(len(found[1]) // INDENT, MAX_DEPTH)
        reader.names[depth:] = [found[2]]
    elif found := _POINT.match(line):
        _read_point(min(len(found[1]) // INDENT, MAX_DEPTH), bool(found[2]), found[3], reader)


def _read_block(line: str, reader: _Reader) -> None:
    point = reader.points[-1]
    if line.strip() == "...":
        reader.inside = False
    elif (found := _FIELD.match(line)) and not found[2].startswith("|"):
        point.fields.setdefault(found[1], found[2].strip("'\""))
    if len(point.block) < 100:
        point.block.append(line.strip())


def _read_point(depth: int, failed: bool, words: str, reader: _Reader) -> None:
    directive = _DIRECTIVE.search(words)
    name = (words[: directive.start()] if directive else words).strip().replace("\\#", "#")
    children = reader.failing.pop(depth + 1, None)
    reader.failing = {at: bad for at, bad in reader.failing.items() if at <= depth}
    status: TestStatus = "failed" if failed else "passed"
    if directive:
        status = "skipped" if directive[1].lower() == "skip" or not failed else "xfailed"
    told = children is None or (status == "failed" and not children)
    reader.failing[depth] = reader.failing.get(depth, False) or status == "failed"
    reader.points.append(_Point(depth, (*reader.names[:depth], name), status, told))
    if len(reader.points) > MAX_TESTS:
        raise ReportMalformed(f"more than {MAX_TESTS} tests")


def _tests(points: list[_Point]) -> Iterator[TestResult]:
    """The tests; of equal names the later ones are numbered, as TAP does not say from which file they are."""
    seen: Counter[str] = Counter()
    for point in points:
        if point.leaf:
            name = " > ".join(relative(part) for part in point.path)
            seen[name] += 1
            yield _test(f"{name} ({seen[name]})" if seen[name] > 1 else name, point)


def _test(name: str, point: _Point) -> TestResult:
    file = re.sub(r":\d+:\d+$", "", point.fields.get("location", ""))
    seconds = number(point.fields.get("duration_ms", "")) / 1000
    message = point.fields.get("error", "") if point.status == "failed" else ""
    return a_test(name, point.status, file, seconds, message, "\n".join(point.block))
