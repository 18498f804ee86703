"""What a run came to, for a person and for a program: one record, and the same as Markdown."""

import re
from collections.abc import Sequence

from patchwright.agent.plan import Approval, Record
from patchwright.agent.run import Outcome, RunVerdict, Said, Usage
from patchwright.agent.rungs import RungLine, did
from patchwright.tools.checks import TestChange
from patchwright.tools.untrusted import code_span, fence, printable


class Origin(Record):
    """One hunk of the patch and who made it: `steps` count from 1."""

    path: str
    at: str
    steps: tuple[int, ...]
    attempts: tuple[int, ...]
    authors: tuple[str, ...]


class FileLine(Record):
    """One changed file. Line counts are None for what is not text."""

    path: str
    status: str
    added: int | None
    removed: int | None


class CheckLine(Record):
    """One check before and after. Counts are of tests; `after_exit` is None if it was not run again."""

    name: str
    command: str
    before_exit: int
    after_exit: int | None
    before_passed: int
    before_total: int
    after_passed: int
    after_total: int
    seconds: float
    problem: str = ""


class StepLine(Record):
    """One step of the plan and how it ended: green, reverted, failed, unchanged or not run."""

    number: int
    title: str
    recipe: str
    result: str
    attempts: int
    reason: str


class FindingLine(Record):
    """One finding of the reviewer."""

    severity: str
    path: str
    line: int
    message: str


class CandidateLine(Record):
    """One execution of the plan. `agreement` is how many findings of the others speak for it."""

    number: int
    verdict: RunVerdict
    reasons: tuple[str, ...]
    blocking: int
    lines: int
    agreement: int
    chosen: bool


class Report(Record):
    """Everything that is worth telling about a run that has ended."""

    run_id: str
    title: str
    body: str
    repository: str
    base_commit: str
    result_commit: str
    outcome: Outcome
    verdict: RunVerdict
    reasons: tuple[str, ...]
    plan_revision: int
    plan_sha256: str
    plan_author: str
    summary: str
    approvals: tuple[Approval, ...]
    steps: tuple[StepLine, ...]
    files: tuple[FileLine, ...]
    origins: tuple[Origin, ...]
    checks: tuple[CheckLine, ...]
    changes: tuple[TestChange, ...]
    findings: tuple[FindingLine, ...]
    leftovers: tuple[str, ...]
    image: str
    sandbox: str
    usage: Usage
    notes: tuple[str, ...]
    candidates: tuple[CandidateLine, ...] = ()
    """Empty if there was only one."""
    reproduced: tuple[str, ...] = ()
    """Tests that fail on the base and pass on the patch, by a run of each."""
    idle: tuple[str, ...] = ()
    """New tests that pass on both: they do not show the symptom."""
    tried: tuple[str, ...] = ()
    """Of a run without a patch: the last commands and checks that models ran, and what came of them."""
    said: tuple[Said, ...] = ()
    """What humans said while the run worked."""
    models: tuple[RungLine, ...] = ()


COMMAND = 200
"""Characters of a command that are shown; the record has it whole."""

_LINKING = re.compile(r"(?<=@)|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
"""Where a mention or a bare address is broken, which no escape would keep from becoming a link."""

MANY = 40
"""Rows of a list that are shown; the rest is counted."""


def write_report(report: Report, *, folded: bool = False) -> str:
    """The report as Markdown. Untrusted text is shown, never obeyed (OUT-01, OUT-05).

    `folded` is for GitHub, beside the issue: without its text, and what is long can be opened.
    """
    fold = _folded if folded else str
    parts = [
        "" if folded else f"# {inline(report.title)}",
        _verdict(report) + ("" if folded or not report.body else f"\n\n{fence(report.body, '')}"),
        _plan(report),
        _candidates(report),
        _steps(report),
        _checks(report),
        _changes(report),
        _list("Tests that fail on the base and pass on the patch", report.reproduced),
        _list("New tests that pass on the base as well, and do not show the symptom", report.idle),
        _files(report),
        fold(_origins(report)),
        _findings(report),
        _models(report),
        fold(_list("What was tried", report.tried)),
        _list("What humans said meanwhile", tuple(said_line(said) for said in report.said)),
        _list("Needs a model or a person", report.leftovers),
        fold(_list("Notes", report.notes)),
        _cost(report),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def ending(report: Report) -> str:
    """How the run ended, in words: "patch, verified" or "gave up"."""
    return report.outcome.replace("_", " ") + (f", {report.verdict}" if report.verdict != "none" else "")


def said_line(said: Said) -> str:
    """One word of a human, and whether a model has heard it."""
    return f"{said.by} at {said.at}: {said.text}" + ("" if said.heard else " (no model was asked after that)")


def _verdict(report: Report) -> str:
    head = f"**{ending(report)}**"
    lines = "".join(f"\n- {inline(reason)}" for reason in report.reasons)
    where = f"Run `{report.run_id}` on {inline(report.repository)} at `{report.base_commit[:12]}`."
    return f"{head}{lines}\n\n{where}"


def _folded(section: str) -> str:
    """A section behind its title."""
    title, _, body = section.partition("\n")
    return f"<details><summary>{title.lstrip('# ')}</summary>\n{body}\n\n</details>" if section else ""


def _plan(report: Report) -> str:
    if not report.plan_revision:
        return ""
    who = "".join(
        f"\n- {inline(a.by)}: {a.decision} revision {a.revision} (`{a.sha256[:12]}`) at {a.at}"
        + (f": {inline(a.notes)}" if a.notes else "")
        for a in report.approvals
    )
    plan = f"Revision {report.plan_revision} (`{report.plan_sha256[:12]}`), by {inline(report.plan_author)}."
    return f"## Plan\n\n{inline(report.summary)}\n\n{plan}{who}"


def _candidates(report: Report) -> str:
    rows = [
        (
            f"{one.number}{' (chosen)' if one.chosen else ''}",
            one.verdict,
            str(one.blocking),
            str(one.agreement),
            str(one.lines),
            inline("; ".join(one.reasons)),
        )
        for one in report.candidates
    ]
    return _table("Candidates", ("#", "verdict", "blocking findings", "agreement", "lines", "why"), rows)


def _steps(report: Report) -> str:
    rows = [
        (str(s.number), inline(s.title), s.recipe or "model", s.result, str(s.attempts), inline(s.reason))
        for s in report.steps
    ]
    return _table("Steps", ("#", "step", "by", "result", "attempts", "why"), rows)


def _checks(report: Report) -> str:
    rows = [
        (
            inline(c.name),
            code_span(_short(c.command)),
            f"exit {c.before_exit}" + (f", {c.before_passed} of {c.before_total} pass" if c.before_total else ""),
            _after(c),
            f"{c.seconds:.1f}",
        )
        for c in report.checks
    ]
    return _table("Verification", ("check", "command", "before", "after", "seconds"), rows)


def _short(command: str) -> str:
    """A command that fits a table: a script within it is cut."""
    line = " ".join(command.split())
    return line if len(line) <= COMMAND else line[: COMMAND - 1] + "…"


def _after(check: CheckLine) -> str:
    if check.after_exit is None:
        return "not run"
    counts = f", {check.after_passed} of {check.after_total} pass" if check.after_total else ""
    return f"exit {check.after_exit}{counts}" + (f" ({inline(check.problem)})" if check.problem else "")


def _changes(report: Report) -> str:
    counts: dict[str, int] = {}
    for change in report.changes:
        counts[change.verdict] = counts.get(change.verdict, 0) + 1
    if not counts:
        return ""
    said = ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items()))
    bad = [c for c in report.changes if c.verdict in ("broken", "not_run", "new_fail", "flaky")]
    return f"Tests: {said}." + "".join(f"\n- {c.verdict}: {inline(c.id)} {inline(c.message[:200])}" for c in bad[:MANY])


def _files(report: Report) -> str:
    rows = [(inline(f.path), f.status, _count(f.added, "+"), _count(f.removed, "-")) for f in report.files]
    return _table("Changed files", ("file", "", "+", "-"), rows)


def _origins(report: Report) -> str:
    rows = [
        (
            inline(o.path),
            o.at,
            ", ".join(map(str, o.steps)),
            ", ".join(map(str, o.attempts)),
            ", ".join(map(inline, o.authors)),
        )
        for o in report.origins
    ]
    return _table("Which step made each hunk", ("file", "lines", "step", "attempt", "author"), rows)


def _findings(report: Report) -> str:
    rows = [(f.severity, inline(f.path), str(f.line or ""), inline(f.message)) for f in report.findings]
    return _table("Review (a model's opinion, not a verdict)", ("severity", "file", "line", "finding"), rows)


def _models(report: Report) -> str:
    """Who did what, where a role had more than one model or another than it should have had."""
    if len({line.role for line in report.models}) == len(report.models) and not any(
        m.instead_of for m in report.models
    ):
        return ""
    rows = [
        (line.role, inline(line.name), str(line.calls), str(line.tokens_in), str(line.tokens_out), inline(did(line)))
        for line in report.models
    ]
    return _table("Which model did what", ("role", "model", "requests", "tokens in", "out", ""), rows)


def _cost(report: Report) -> str:
    used = report.usage
    money = f", {used.money:.4f} in money" if used.money else ""
    tokens = f"{used.tokens_in} tokens in, {used.tokens_out} out"
    return (
        f"## Cost\n\n{used.requests} model requests, {tokens}{money}, {used.tool_calls} tool calls. "
        f"Sandbox: {report.sandbox}, image {code_span(report.image)}."
    )


def _list(title: str, items: tuple[str, ...]) -> str:
    if not items:
        return ""
    rest = f"\n- and {len(items) - MANY} more" if len(items) > MANY else ""
    return f"## {title}\n" + "".join(f"\n- {inline(item)}" for item in items[:MANY]) + rest


def _table(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    lines = [head, tuple("---" for _ in head), *rows[: MANY * 5]]
    body = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines)
    rest = f"\n\nand {len(rows) - MANY * 5} more" if len(rows) > MANY * 5 else ""
    return f"## {title}\n\n{body}{rest}"


def _count(number: int | None, sign: str) -> str:
    return "" if number is None else f"{sign}{number}"


def inline(text: str) -> str:
    """Untrusted text as one line of Markdown that is shown as it is: no markup, mention, link or image (OUT-05)."""
    line = " ".join(printable(text[:2000]).split())
    escaped = re.sub(r"([\\`*_\[\]<>#!~])", r"\\\1", line)
    return _LINKING.sub("\N{ZERO WIDTH NON-JOINER}", escaped)
