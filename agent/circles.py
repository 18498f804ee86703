"""Going in circles: an attempt, or a row of attempts, that comes no further; and what was learned from them. Pure."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from patchwright.agent.plan import Record
from patchwright.sandbox.base import ExecResult
from patchwright.tools.checks import Verification
from patchwright.tools.telling import is_wanted, may_fail
from patchwright.tools.untrusted import frame, printable

SAME_FAILURE = 4
"""How many different contents may show one failure within an attempt."""
RETURNS = 3
"""How often the files may have one content within an attempt."""
REPEATED = 3
"""How many attempts in a row may share an error."""
MAX_ATTEMPTS = 3
"""Attempts of which a new one is told."""
MAX_DIFF = 3000
MAX_SAID = 2000

_CHANGING = re.compile(r"0x[0-9a-fA-F]+|\b\d+\.\d+ ?m?s\b|(?<=:)\d+|\bline \d+")


@dataclass(frozen=True, slots=True)
class Moment:
    """After a call that edited or tried something: the content of the files, and the failure that it showed, by name.

    `failure` is "" if a trial succeeded, None if nothing was tried.
    """

    content: str
    failure: str | None = None


class Attempt(Record):
    """An attempt that the checks refused: content and failure by name, and in words what was done and said.

    `errors` are the single failures by name. `stopped` says why the editor was stopped, "" if it had finished.
    """

    number: int
    content: str
    errors: tuple[str, ...]
    diff: str
    notes: tuple[str, ...]
    said: str
    stopped: str = ""


def errors(seen: Verification | ExecResult | None, wanted: Sequence[str] = (), later: Sequence[str] = ()) -> list[str]:
    """The failures that a verification or a command showed, by name: lines and times in them do not count."""
    match seen:
        case None:
            return []
        case ExecResult():
            text = seen.output[-4000:].decode("utf-8", "replace")
            return [_name(text)] if seen.exit_code and text.strip() else []
        case Verification():
            return sorted({_name(text) for text in _failures(seen, wanted, later)})


def _failures(seen: Verification, wanted: Sequence[str], later: Sequence[str]) -> Iterable[str]:
    for change in seen.changes:
        if change.verdict in ("broken", "not_run", "new_fail") and not may_fail(change, later):
            yield f"{change.id} {change.message}"
    for test in seen.still_failing:
        if is_wanted(test.id, wanted):
            yield f"{test.id} {test.message}"
    for found in seen.new_diagnostics:
        yield f"{found.path} {found.code} {found.message}"
    yield from (*seen.problems, *seen.worse_checks)


def _name(text: str) -> str:
    return hashlib.sha256(_CHANGING.sub("", text).encode("utf-8", "replace")).hexdigest()[:16]


def failure(names: Sequence[str]) -> str:
    """One name for several errors; "" for none."""
    return _name(" ".join(names)) if names else ""


def circling(moments: Sequence[Moment]) -> str:
    """Why an attempt should stop, "" if it should not."""
    contents = [one.content for at, one in enumerate(moments) if not at or moments[at - 1].content != one.content]
    if contents and contents.count(contents[-1]) >= RETURNS:
        return f"the files had the very same content {RETURNS} times, with other edits in between"
    trials = [one for one in moments if one.failure is not None]
    if trials and trials[-1].failure and len({one.content for one in _last_alike(trials)}) >= SAME_FAILURE:
        return f"{SAME_FAILURE} different edits in a row ended in the very same failure"
    return ""


def _last_alike(trials: Sequence[Moment]) -> list[Moment]:
    return list(takewhile(lambda one: one.failure == trials[-1].failure, reversed(trials)))


def stalled(attempts: Sequence[Attempt]) -> str:
    """Why the next attempt should not go on where the last one stands, "" if it may."""
    if len(attempts) < 2:
        return ""
    *before, last = attempts
    for one in before:
        if one.content == last.content:
            return f"attempt {last.number} came back to the content of attempt {one.number}"
    if before[-1].errors == last.errors:
        return f"attempts {before[-1].number} and {last.number} differ, and fail in the very same way"
    recent = attempts[-REPEATED:]
    if len(recent) == REPEATED and any(all(name in one.errors for one in recent) for name in last.errors):
        return f"one error has stood in {REPEATED} attempts in a row"
    return ""


def lessons(attempts: Sequence[Attempt]) -> str:
    """What a new attempt is told of the ones before: what they changed, what they noted, how the checks answered."""
    told = "\n\n".join(_lesson(one) for one in attempts[-MAX_ATTEMPTS:])
    return f"{told}\n\nAll of that was rolled back. Find another way."


def _lesson(one: Attempt) -> str:
    stopped = f" It was stopped: {printable(one.stopped)}." if one.stopped else ""
    parts = [
        f"Attempt {one.number} did not hold.{stopped}",
        frame(f"change of attempt {one.number}", _cut(one.diff, MAX_DIFF)) if one.diff else "It changed nothing.",
        "\n".join(["It noted:", *(f"- {printable(note)}" for note in one.notes)]) if one.notes else "",
        _cut(one.said, MAX_SAID),
    ]
    return "\n".join(part for part in parts if part)


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[:most].rpartition("\n")[0] + f"\n[… {len(text) - most:,} more characters are not shown …]"
