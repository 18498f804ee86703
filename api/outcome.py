"""What a run came to, in the terminal: the verdict with its reasons, before and after, the files, what to do next."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from patchwright.agent.report import CheckLine, FileLine, Report, ending, said_line
from patchwright.agent.run import Run, Usage
from patchwright.api.naming import short
from patchwright.api.screen import Screen
from patchwright.api.wording import count

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

MANY = 30
RESULTS = {"green": "green", "reverted": "red", "failed": "red"}
BAD = ("broken", "not_run", "new_fail", "flaky")


def report_view(screen: Screen, report: Report) -> "Iterator[RenderableType]":
    """The report's parts, most important first."""
    from rich.text import Text

    style = "bold green" if report.verdict == "verified" else "bold yellow"
    yield ""
    yield Text.assemble(
        (ending(report), style),
        (f"  {screen.line(report.title, 200)}", "bold"),
        (f"  run {short(report.run_id)}", "dim"),
    )
    for reason in report.reasons:
        yield screen.text(f"  {reason}", "" if report.verdict == "verified" else "yellow")
    yield from _table_if(report.candidates, candidates_table, screen, report)
    yield from _table_if(report.steps, steps_table, screen, report)
    yield from _table_if(report.checks, checks_table, screen, report)
    yield from _changed_tests(screen, report)
    yield from _listed(screen, "Tests that fail on the base and pass on the patch", list(report.reproduced))
    yield from _listed(
        screen, "New tests that pass on the base as well, and do not show the symptom", list(report.idle)
    )
    yield from _table_if(report.files, files_table, screen, report)
    yield from _listed(
        screen,
        "Review (a model's opinion, not a verdict)",
        [f"{f.severity} {f.path}:{f.line or ''} {f.message}" for f in report.findings],
    )
    yield from _listed(screen, "What was tried", list(report.tried))
    yield from _listed(screen, "What humans said meanwhile", [said_line(said) for said in report.said])
    yield from _listed(screen, "Needs a model or a person", list(report.leftovers))
    yield from _listed(screen, "Notes", list(report.notes))
    yield ""
    yield screen.text(
        f"{approved_by(report)}{cost(report.usage)} Sandbox: {report.sandbox}, image {report.image}.", "dim"
    )


def approved_by(report: Report) -> str:
    """Who approved which revision, as a sentence with a blank behind it."""
    given = [a for a in report.approvals if a.decision == "approve"]
    return f"Revision {given[-1].revision} ({given[-1].sha256[:12]}) approved by {given[-1].by}. " if given else ""


def cost(usage: Usage) -> str:
    """What was spent, as a sentence."""
    if not usage.requests:
        return "No model was asked."
    money = f", {usage.money:.4f} in money" if usage.money else ""
    return f"{count(usage.requests, 'model request')}: {usage.tokens_in} tokens in, {usage.tokens_out} out{money}."


def next_commands(run: Run) -> list[str]:
    """What a person can do with a run that has ended."""
    name = short(run.id)
    if run.outcome != "patch":
        return [f"patchwright report {name}", f"patchwright events {name}"]
    local = Path(run.issue.repository).is_dir()
    return [
        f"patchwright diff {name}",
        f"patchwright apply {name}" + ("" if local else " --to CHECKOUT"),
        f"patchwright report {name} --markdown",
    ]


def candidates_table(screen: Screen, report: Report) -> "Table":
    """Every execution of the plan, and which was chosen."""
    table = _table("candidate", "verdict", "blocking", "agreement", "lines", "why")
    for one in report.candidates:
        name = screen.text(f"{one.number}{' (chosen)' if one.chosen else ''}", "bold" if one.chosen else "")
        why = screen.text("; ".join(one.reasons))
        table.add_row(name, one.verdict, str(one.blocking), str(one.agreement), str(one.lines), why)
    return table


def steps_table(screen: Screen, report: Report) -> "Table":
    """Every step and how it ended."""
    table = _table("", "step", "by", "result", "tries")
    for s in report.steps:
        result = screen.text(s.result + (f": {s.reason}" if s.reason else ""), RESULTS.get(s.result, ""))
        table.add_row(str(s.number), screen.text(s.title), screen.text(s.recipe or "model"), result, str(s.attempts))
    return table


def checks_table(screen: Screen, report: Report) -> "Table":
    """Every check before and after, with its time."""
    table = _table("check", "before", "after", "seconds")
    table.columns[3].justify = "right"
    for c in report.checks:
        table.add_row(screen.text(c.name), screen.text(before(c)), after(screen, c), f"{c.seconds:.1f}")
    return table


def files_table(screen: Screen, report: Report) -> "Table":
    """Every changed file with its lines."""
    table = _table("file", "", "+", "-")
    for f in report.files[:MANY]:
        table.add_row(screen.text(f.path), f.status, _number(f.added, "green"), _number(f.removed, "red"))
    added, removed = sum(f.added or 0 for f in report.files), sum(f.removed or 0 for f in report.files)
    rest = f" ({len(report.files) - MANY} not shown)" if len(report.files) > MANY else ""
    table.add_section()
    table.add_row(f"{count(len(report.files), 'file')}{rest}", "", str(added), str(removed))
    return table


def stat_lines(files: tuple[FileLine, ...]) -> list[str]:
    """A diff stat in plain words, for `diff --stat`."""
    width = max((len(f.path) for f in files), default=0)
    lines = [
        f"{f.path:<{width}}  {f.status:<8}  {_plain(f.added, '+')} {_plain(f.removed, '-')}".rstrip() for f in files
    ]
    added, removed = sum(f.added or 0 for f in files), sum(f.removed or 0 for f in files)
    return [*lines, f"{count(len(files), 'file')} changed, {added} added, {removed} removed"]


def before(check: CheckLine) -> str:
    """What the check said about the base."""
    return f"{check.before_passed} of {check.before_total} pass" if check.before_total else f"exit {check.before_exit}"


def after(screen: Screen, check: CheckLine) -> "RenderableType":
    """What the check says about the result."""
    if check.after_exit is None:
        return screen.text("not run", "yellow")
    words = f"{check.after_passed} of {check.after_total} pass" if check.after_total else f"exit {check.after_exit}"
    good = check.after_exit == 0 or check.after_passed > check.before_passed
    return screen.text(words + (f" ({check.problem})" if check.problem else ""), "green" if good else "")


def _changed_tests(screen: Screen, report: Report) -> "Iterator[RenderableType]":
    counts: dict[str, int] = {}
    for change in report.changes:
        counts[change.verdict] = counts.get(change.verdict, 0) + 1
    if counts:
        said = ", ".join(f"{number} {verdict.replace('_', ' ')}" for verdict, number in sorted(counts.items()))
        yield ""
        yield screen.text(f"Tests: {said}")
    yield from _listed(
        screen,
        "Tests that got worse",
        [f"{c.verdict.replace('_', ' ')}: {c.id} {c.message[:200]}" for c in report.changes if c.verdict in BAD],
    )


def _listed(screen: Screen, title: str, items: list[str]) -> "Iterator[RenderableType]":
    if not items:
        return
    yield ""
    yield screen.text(f"{title} ({len(items)}):", "yellow")
    for item in items[:MANY]:
        yield screen.text(f"  {screen.line(item)}")
    if len(items) > MANY:
        yield screen.text(f"  … {len(items) - MANY} more (`patchwright report --markdown`)", "dim")


def _table_if(
    rows: tuple[object, ...], make: "Callable[[Screen, Report], Table]", screen: Screen, report: Report
) -> "Iterator[RenderableType]":
    if rows:
        yield ""
        yield make(screen, report)


def _table(*heads: str) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    for head in heads:
        table.add_column(head, justify="right" if head in ("+", "-", "tries") else "left", overflow="fold")
    return table


def _number(number: int | None, style: str) -> "RenderableType":
    from rich.text import Text

    return Text("" if number is None else str(number), style)


def _plain(number: int | None, sign: str) -> str:
    return "binary" if number is None else f"{sign}{number}"
