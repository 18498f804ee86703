"""What came of one attempt at one instance: the record that every report is drawn from."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from patchwright.agent.plan import Approval
from patchwright.agent.run import RunVerdict, Usage
from patchwright.evals.instance import BadLine, Kind, Name, Record
from patchwright.evals.verdict import Failure

End = Literal["", "gave up", "budget", "not verified"]
"""Why a run came to no patch, or to none that it would stand by; "" otherwise."""


class Row(Record):
    """One attempt (from 1) of one configuration (`setup`) at one instance.

    `seconds` is wall clock of run and grading, `usage` what the run spent; `played` what the model spent that played
    the human. `approvals` say who approved which plan.
    """

    version: int = 1
    setup: Name
    instance_id: Name
    attempt: int = Field(ge=1)
    repo: str = ""
    language: str = ""
    kind: Kind = "bug"
    run_id: str = ""
    outcome: str = ""
    verdict: RunVerdict = "none"
    resolved: bool = False
    failure: Failure | End = ""
    reason: str = ""
    patch: str = ""
    approvals: tuple[Approval, ...] = ()
    usage: Usage = Usage()
    played: Usage = Usage()
    seconds: float = 0.0
    grade_seconds: float = 0.0
    model_seconds: float = 0.0
    """What was waited for models."""
    models: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def infrastructure(self) -> bool:
        """Whether the place failed: it counts for nobody."""
        return self.failure == "infrastructure"

    @property
    def claimed(self) -> bool:
        """Whether the run said that it was right: a verified patch, or that nothing is to be changed."""
        return self.verdict == "verified" or self.outcome in ("no_change_needed", "cannot_reproduce")

    @property
    def false_success(self) -> bool:
        """Said to be right, and it is not."""
        return self.claimed and not self.resolved

    @property
    def false_failure(self) -> bool:
        """Right, and the run would not stand by it."""
        return self.resolved and not self.claimed


def read_rows(folders: Iterable[Path]) -> tuple[tuple[Row, ...], tuple[BadLine, ...]]:
    """The rows of these folders of runs (machines, shards), by setup, instance and attempt; and what is unreadable."""
    found = list(_read(folders))
    rows = {(row.setup, row.instance_id, row.attempt): row for row in found if isinstance(row, Row)}
    return tuple(rows[key] for key in sorted(rows)), tuple(one for one in found if isinstance(one, BadLine))


def _read(folders: Iterable[Path]) -> Iterator[Row | BadLine]:
    for folder in folders:
        for path in sorted(folder.glob("jobs/*/*/row.json")):
            try:
                yield Row.model_validate_json(path.read_bytes())
            except (ValidationError, OSError) as error:
                yield BadLine(where=str(path), reason=str(error).partition("\n")[0])
