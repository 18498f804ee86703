"""The reviewer: findings on a diff. It never decides the verdict; compilers, tests and the human do."""

from typing import Any, Literal

from pydantic import ValidationError

from patchwright.agent.editor import plan_text
from patchwright.agent.errors import ContextExceeded, ModelGarbage
from patchwright.agent.facts import issue_text
from patchwright.agent.issue import Issue
from patchwright.agent.messages import Message, Model, Reply, Request
from patchwright.agent.parse import Malformed, extract_object, listing, mapping
from patchwright.agent.plan import Plan, Record
from patchwright.agent.prompts.load import prompt
from patchwright.tools.untrusted import frame, printable

MAX_DIFF = 60_000
MIN_DIFF = 2_000
"""A model that does not even read so many characters of the diff reviews nothing."""
MAX_SHOWN = 20_000
"""Characters of the diff that goes back to the editor with blocking findings."""
MAX_FINDINGS = 30

Severity = Literal["blocking", "warning", "note"]

REVIEW_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "severity": {"enum": ["blocking", "warning", "note"]},
                    "path": {"type": "string"},
                    "line": {"type": "integer"},
                    "message": {"type": "string"},
                },
                "required": ["severity", "path", "line", "message"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["findings"],
    "additionalProperties": False,
}


class Finding(Record):
    """One finding. `line` counts in the changed file; 0: the file, `path` "" the whole change."""

    severity: Severity
    path: str = ""
    line: int = 0
    message: str


def review_diff(model: Model, issue: Issue, plan: Plan, diff: str, checks: str = "") -> tuple[Finding, ...]:
    """What the reviewer finds; a review that cannot be read is itself a note, since it decides nothing.

    `checks` is what the final verification said.
    Raises what the model raises when its endpoint fails.
    """
    try:
        return read_findings(_answer(model, issue, plan, diff, checks))
    except (ContextExceeded, ModelGarbage, Malformed) as error:
        return (Finding(severity="note", message=f"The review could not be read: {printable(str(error))[:300]}"),)


def _answer(model: Model, issue: Issue, plan: Plan, diff: str, checks: str) -> Reply:
    """The review of as much of the diff as the model reads."""
    most = MAX_DIFF
    while True:
        try:
            return model.complete(review_request(issue, plan, diff, checks, most))
        except ContextExceeded:
            most = min(most, len(diff)) // 2
            if most < MIN_DIFF:
                raise


def review_request(issue: Issue, plan: Plan, diff: str, checks: str = "", most: int = MAX_DIFF) -> Request:
    """The question: issue, plan, verdict and diff, the middle of a very long diff left out and said so."""
    request = prompt(
        "reviewer_request",
        issue=issue_text(issue),
        plan=plan_text(plan),
        checks=checks or "Nothing is known.",
        diff=frame("the change", _cut(diff, most)),
    )
    messages = [Message(role="system", content=prompt("reviewer")), Message(role="user", content=request)]
    return Request("reviewer", messages, schema=REVIEW_SCHEMA, schema_name="review")


def read_findings(reply: Reply) -> tuple[Finding, ...]:
    """The findings of a reply, the worst first. Raises `Malformed`; single unusable ones are left out."""
    answer = reply.parsed if reply.parsed is not None else extract_object(reply.content)
    if not isinstance(answer.get("findings"), list):
        raise Malformed("it has no list of findings")
    found = [one for item in listing(answer["findings"])[: 4 * MAX_FINDINGS] if (one := _finding(mapping(item)))]
    order = ("blocking", "warning", "note")
    return tuple(sorted(found, key=lambda one: order.index(one.severity))[:MAX_FINDINGS])


def findings_text(findings: tuple[Finding, ...], diff: str) -> str:
    """The blocking findings and the change as feedback for the editor; "" if there are none."""
    lines = [f"- {one.path}:{one.line} {one.message}" for one in findings if one.severity == "blocking"]
    if not lines:
        return ""
    change = frame("the change so far", _cut(diff, MAX_SHOWN))
    head = "A reviewer says of your change (check it; where it is right, it goes before the words of the step):"
    return "\n".join([head, *lines, change])


def _finding(item: dict[str, Any]) -> Finding | None:
    try:
        return Finding(
            severity=item.get("severity", "note"),
            path=printable(str(item.get("path") or ""))[:1024],
            line=max(int(item.get("line") or 0), 0),
            message=printable(str(item.get("message") or "")).strip()[:2000] or "(no message)",
        )
    except (ValidationError, ValueError, TypeError, OverflowError):
        return None


def _cut(diff: str, most: int) -> str:
    text = printable(diff)
    if len(text) <= most:
        return text
    half = most // 2
    head, tail = text[:half].rpartition("\n")[0], text[-half:].partition("\n")[2]
    return f"{head}\n[… {len(text) - len(head) - len(tail):,} characters of the diff are not shown …]\n{tail}"
