"""What the final verification and the review left, as stored."""

from patchwright.agent.plan import Record
from patchwright.agent.report import FindingLine
from patchwright.agent.run import Outcome, RunVerdict
from patchwright.tools.checks import Results, Verification


class Proof(Record):
    """The final verification as stored.

    `reproduced` are the tests that fail on the base and pass on the patch, `idle` the new ones that pass on both.
    """

    verification: Verification
    results: Results
    verdict: RunVerdict
    reasons: tuple[str, ...]
    reproduced: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()


class Ended(Record):
    """How a run ended without a patch, and why."""

    outcome: Outcome
    reason: str


def outcome_named(name: object) -> Outcome | None:
    """The end without a patch that a model names; None if it names none."""
    return _NAMED.get(str(name))


_NAMED: dict[str, Outcome] = {
    "answer": "answer",
    "no_change_needed": "no_change_needed",
    "cannot_reproduce": "cannot_reproduce",
    "needs_input": "needs_input",
}


class Findings(Record):
    """What the reviewer found, as stored."""

    findings: tuple[FindingLine, ...]
