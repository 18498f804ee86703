"""The JSON reports of ESLint and ruff."""

from typing import Any, cast

from patchwright.tools.diagnostics import Diagnostic
from patchwright.tools.reports.base import (
    Parsed,
    ReportMalformed,
    a_diagnostic,
    as_json,
    merged,
    number,
    record,
    records,
    text,
)


def parse_eslint(data: bytes) -> Parsed:
    """Diagnostics of `eslint --format json`. Raises `ReportMalformed`."""
    found = [
        _eslint(text(file.get("filePath")), message)
        for file in _list(data)
        for message in records(file.get("messages"))
    ]
    return merged([Parsed(diagnostics=tuple(found))])


def parse_ruff(data: bytes) -> Parsed:
    """Diagnostics of `ruff check --output-format json`. Raises `ReportMalformed`."""
    return merged([Parsed(diagnostics=tuple(_ruff(message) for message in _list(data)))])


def _list(data: bytes) -> list[dict[str, Any]]:
    document: object = as_json(data)
    if not isinstance(document, list):
        raise ReportMalformed("the report is JSON, but not a list")
    return list(records(cast("object", document)))


def _eslint(path: str, message: dict[str, Any]) -> Diagnostic:
    severity = "warning" if message.get("severity") == 1 else "error"
    line, column = int(number(message.get("line"))), int(number(message.get("column")))
    code = text(message.get("ruleId"))
    return a_diagnostic(path, line, column, severity, code, text(message.get("message")), "eslint")


def _ruff(message: dict[str, Any]) -> Diagnostic:
    place = record(message.get("location"))
    line, column = int(number(place.get("row"))), int(number(place.get("column")))
    code, words = text(message.get("code")), text(message.get("message"))
    return a_diagnostic(text(message.get("filename")), line, column, "error", code, words, "ruff")
