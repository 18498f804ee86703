"""A patch as files, hunks and lines, each hunk with who made it and what judged it. Pure; all text is untrusted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from patchwright.agent.plan import Plan
from patchwright.agent.report import Origin, Report
from patchwright.agent.reporting import shown
from patchwright.sandbox.diffs import FileDiff, RawHunk, parse_diff

NAMED = 2
"""Tests that are named as proof of a hunk; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a hunk. `old` and `new` are its numbers, 0 where it is not."""

    mark: str
    text: str
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class HunkView:
    """One hunk. `made` says step, try and author, `judged` what covers it; "" where nothing is known."""

    at: str
    header: str
    lines: tuple[Line, ...]
    made: str = ""
    judged: str = ""


@dataclass(frozen=True, slots=True)
class FileView:
    """One file. `notes` are what the diff says beside hunks: a rename, a mode, that it is binary."""

    path: str
    status: str
    added: int
    removed: int
    hunks: tuple[HunkView, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a report and the plan that was executed say of hunks."""

    report: Report | None = None
    plan: Plan | None = None
    origins: dict[tuple[str, str], Origin] = field(default_factory=dict[tuple[str, str], Origin])


def provenance(report: Report | None, plans: Sequence[Plan]) -> Provenance:
    """Ready to be looked up."""
    if report is None:
        return Provenance()
    plan = next((one for one in plans if one.revision == report.plan_revision), None)
    return Provenance(report, plan, {(one.path, one.at): one for one in report.origins})


def patch_view(patch: bytes, known: Provenance) -> tuple[FileView, ...]:
    """All files of a patch in its order."""
    return tuple(_file(one, known) for one in parse_diff(patch))


def _file(diff: FileDiff, known: Provenance) -> FileView:
    path = shown(diff.new_path)
    hunks = tuple(_hunk(path, one, known) for one in diff.hunks)
    marks = [line.mark for hunk in hunks for line in hunk.lines]
    notes = tuple(_notes(diff))
    return FileView(path, _status(diff), marks.count("+"), marks.count("-"), hunks, notes)


def _status(diff: FileDiff) -> str:
    if diff.created:
        return "new"
    if diff.deleted:
        return "deleted"
    return "renamed" if diff.old_path != diff.new_path else "changed"


def _notes(diff: FileDiff) -> Iterator[str]:
    if diff.old_path != diff.new_path:
        yield f"renamed from {shown(diff.old_path)}"
    for line in diff.head[1:]:
        words = line.decode("utf-8", "replace").rstrip("\n")
        if words.startswith(("old mode", "new mode")):
            yield words
        if words.startswith(("GIT binary patch", "Binary files")):
            yield "not text: its bytes are in the patch, and not shown here"
            return


def _hunk(path: str, raw: RawHunk, known: Provenance) -> HunkView:
    origin = known.origins.get((path, f"{raw.new_start},{raw.new_lines}"))
    at = f"@@ -{raw.old_start},{raw.old_lines} +{raw.new_start},{raw.new_lines} @@"
    return HunkView(at, raw.header, tuple(_lines(raw)), _made(origin, known), _judged(origin, known))


def _lines(raw: RawHunk) -> Iterator[Line]:
    old, new = raw.old_start, raw.new_start
    for line in raw.lines:
        mark, text = chr(line[0]), line[1:].rstrip(b"\n").decode("utf-8", "replace")
        yield Line(mark, text, old if mark in " -" else 0, new if mark in " +" else 0)
        old, new = old + (mark in " -"), new + (mark in " +")


def _made(origin: Origin | None, known: Provenance) -> str:
    if origin is None:
        return ""
    steps = ", ".join(_titled(number, known) for number in origin.steps)
    tries = f", try {', '.join(map(str, origin.attempts))}" if origin.attempts else ""
    return f"{steps or 'no step'}{tries}, by {' and '.join(_author(one) for one in origin.authors) or 'nobody known'}"


def _author(name: str) -> str:
    return {"model": "the model", "recipe": "a recipe"}.get(name, name)


def _titled(number: int, known: Provenance) -> str:
    steps = known.plan.draft.steps if known.plan else ()
    title = steps[number - 1].title if 0 < number <= len(steps) else ""
    return f"step {number}{f': {title}' if title else ''}"


def _judged(origin: Origin | None, known: Provenance) -> str:
    """The tests that the hunk's steps had promised and that pass now, else the checks that ran."""
    report = known.report
    if report is None:
        return ""
    passed = {change.id for change in report.changes if change.verdict in ("fixed", "new_pass")}
    steps = known.plan.draft.steps if known.plan else ()
    promised = [
        name
        for number in (origin.steps if origin else ())
        if number <= len(steps)
        for name in steps[number - 1].must_fix
    ]
    kept = [
        name
        for name in promised
        if name in passed or (name.endswith("*") and any(one.startswith(name[:-1]) for one in passed))
    ]
    if kept:
        more = f" and {len(kept) - NAMED} more" if len(kept) > NAMED else ""
        return f"proved by {', '.join(kept[:NAMED])}{more}, which failed before"
    ran = [
        f"{one.name} {one.after_passed} of {one.after_total} pass" if one.after_total else one.name
        for one in report.checks
        if one.after_exit is not None
    ]
    return f"judged by {', '.join(ran)}; no test is promised for it" if ran else "nothing judged it"
