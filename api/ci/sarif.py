"""What a run found as SARIF 2.1.0, for code scanning: review findings, tests that broke, what needs a person. Pure."""

import json
import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from patchwright.agent.report import FindingLine, Report
from patchwright.api.ci.running import Came
from patchwright.tools.untrusted import printable

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RULES = {
    "review": "A finding of the reviewing model: an opinion, not a verdict.",
    "broken-test": "A test that passed on the base fails with the patch.",
    "leftover": "What the run left to a model or a person.",
}
LEVELS = {"blocking": "error", "warning": "warning", "note": "note"}
LONGEST = 2000
_PLACE = re.compile(r"(?P<path>[^\s:]+):(?P<line>[0-9]{1,7})\b\s*(?P<words>.*)", re.DOTALL)


def sarif(came: Came) -> bytes:
    """The file."""
    rules = [{"id": name, "shortDescription": {"text": words}} for name, words in RULES.items()]
    driver = {"name": "Patchwright", "version": version("patchwright"), "rules": rules}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"patchwright/{came.state.run_id}"},
        "invocations": [_invocation(came)],
        "results": list(_results(came.report)) if came.report else [],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1).encode() + b"\n"


def _invocation(came: Came) -> dict[str, Any]:
    words = [*came.refused, *(came.report.reasons if came.report else (came.state.reason,))]
    notes = [{"level": "error", "message": {"text": _text(one)}} for one in words if one and came.code]
    return {"executionSuccessful": came.code == 0, "exitCode": came.code, "toolExecutionNotifications": notes}


def _results(report: Report) -> Iterator[dict[str, Any]]:
    for finding in report.findings:
        yield _finding(finding)
    for change in report.changes:
        if change.verdict == "broken":
            yield _result("broken-test", "error", f"{change.id}: {change.message}", _file_of(change.id))
    for leftover in report.leftovers:
        found = _PLACE.fullmatch(leftover)
        place = (found["path"], int(found["line"])) if found else ("", 0)
        yield _result("leftover", "note", leftover, *place)


def _finding(finding: FindingLine) -> dict[str, Any]:
    level = LEVELS.get(finding.severity, "warning")
    return _result("review", level, finding.message, finding.path, finding.line)


def _result(rule: str, level: str, words: str, path: str = "", line: int = 0) -> dict[str, Any]:
    result: dict[str, Any] = {"ruleId": rule, "level": level, "message": {"text": _text(words)}}
    if path:
        place: dict[str, Any] = {"artifactLocation": {"uri": quote(path), "uriBaseId": "%SRCROOT%"}}
        region = {"region": {"startLine": line}} if line > 0 else {}
        result["locations"] = [{"physicalLocation": {**place, **region}}]
    return result


def _file_of(test: str) -> str:
    """The file in a test's name, if there is one."""
    path = test.partition("::")[0]
    return path if "/" in path or path.endswith(".py") else ""


def _text(text: str) -> str:
    return printable(text[:LONGEST]) or "(no words)"
