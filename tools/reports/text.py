"""Compilers and type checkers that only print: one message a line, everything else is passed over.

The patterns take time linear in the line; lines longer than a cap are not looked at.
"""

import re
from collections.abc import Callable, Iterator

from patchwright.tools.diagnostics import Diagnostic
from patchwright.tools.reports.base import MAX_DIAGNOSTICS, Parsed, ReportMalformed, a_diagnostic, merged

MAX_LINE = 4_000

_GCC = re.compile(
    r"^(?:vet: )?(?P<path>[^\s:][^:\n]*):(?P<line>\d{1,9}):(?:(?P<column>\d{1,9}):)? "
    r"(?:(?P<severity>fatal error|error|warning|note): )?(?P<message>.*?)(?: \[(?P<code>-W[^\]\s]*)\])?$"
)
_MYPY = re.compile(
    r"^(?P<path>[^\s:][^:\n]*):(?P<line>\d{1,9}):(?:(?P<column>\d{1,9}):)?(?:\d{1,9}:\d{1,9}:)? "
    r"(?P<severity>error|warning|note): (?P<message>.*?)(?:  \[(?P<code>[a-z0-9-]+)\])?$"
)
_TSC = re.compile(
    r"^(?P<path>[^\s(][^(\n]*)\((?P<line>\d{1,9}),(?P<column>\d{1,9})\): "
    r"(?P<severity>error|warning) (?P<code>TS\d+): (?P<message>.*)$"
)
_JAVAC = re.compile(
    r"^(?P<path>[^\s:\[][^:\n]*\.java):(?P<line>\d{1,9}): "
    r"(?:(?P<severity>error|warning): )?(?:\[(?P<code>[a-z-]+)\] )?(?P<message>.*)$"
)
_MAVEN = re.compile(
    r"^\[(?P<severity>ERROR|WARNING)\] (?P<path>/[^\n:]*\.(?:java|kt)):\[(?P<line>\d{1,9}),(?P<column>\d{1,9})\] "
    r"(?:\[(?P<code>[a-z-]+)\] )?(?P<message>.*)$"
)


def parse_gcc(output: bytes) -> Parsed:
    """`file:line:column: severity: message`: gcc, clang, go, and everything that follows them."""
    return _parse(output, "gcc", _first(_GCC))


def parse_mypy(output: bytes) -> Parsed:
    """mypy with `--no-pretty --show-column-numbers --show-error-codes`."""
    return _parse(output, "mypy", _first(_MYPY))


def parse_tsc(output: bytes) -> Parsed:
    """`tsc --pretty false`."""
    return _parse(output, "tsc", _first(_TSC))


def parse_javac(output: bytes) -> Parsed:
    """javac by itself, and as Maven and Gradle print it."""
    return _parse(output, "javac", _first(_MAVEN, _JAVAC))


def _first(*patterns: re.Pattern[str]) -> Callable[[str], re.Match[str] | None]:
    return lambda line: next((found for pattern in patterns if (found := pattern.match(line))), None)


def _parse(output: bytes, source: str, match: Callable[[str], re.Match[str] | None]) -> Parsed:
    found = tuple(_diagnostics(output, source, match))
    return merged([Parsed(diagnostics=found)])


def _diagnostics(output: bytes, source: str, match: Callable[[str], re.Match[str] | None]) -> Iterator[Diagnostic]:
    count = 0
    for line in output.splitlines():
        found = match(line.decode("utf-8", "replace")) if len(line) <= MAX_LINE else None
        if not found:
            continue
        count += 1
        if count > MAX_DIAGNOSTICS:
            raise ReportMalformed(f"more than {MAX_DIAGNOSTICS} diagnostics")
        part = found.groupdict()
        severity = (part["severity"] or "error").lower()
        column = int(part.get("column") or 0)
        yield a_diagnostic(
            part["path"], int(part["line"]), column, severity, part["code"] or "", part["message"], source
        )
