"""The audit log: who did what when, from where, and whether it was allowed (APR-09).

Rows are only ever added, and each holds a hash over itself and the one before: a line that somebody changed or
took out shows.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from patchwright.agent.store.store import Store

MANY = 200
_COLUMNS = "number, at, who, key_id, address, action, run_id, result, told"


class Act(BaseModel):
    """What somebody did, or was refused. `who` is their key's name; `told` says what in a few words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: str
    who: str
    key_id: str = ""
    address: str = ""
    run_id: str = ""
    result: Literal["done", "refused"] = "done"
    told: str = ""


class AuditLine(Act):
    """An act in the log. Numbers count from 1 without gaps."""

    number: int
    at: str


class Audit:
    """The log of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, act: Act) -> None:
        """Write one line behind the last."""
        with self._store.database.alone() as connection:
            last = connection.execute("SELECT number, sha256 FROM audit ORDER BY number DESC LIMIT 1").fetchone()
            number = int(last["number"]) + 1 if last else 1
            cut = act.model_copy(update={"told": act.told[:500]})
            line = AuditLine.model_validate({**cut.model_dump(), "number": number, "at": self._store.now()})
            values = [getattr(line, name) for name in _COLUMNS.split(", ")]
            connection.execute(
                f"INSERT INTO audit ({_COLUMNS}, sha256) VALUES (?,?,?,?,?,?,?,?,?,?)",
                (*values, _chained(last["sha256"] if last else "", line)),
            )

    def lines(self, before: int = 0, limit: int = MANY) -> list[AuditLine]:
        """The newest lines, or those before that number; newest first."""
        rows = self._store.database.connection().execute(
            f"SELECT {_COLUMNS} FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?",
            (before or 2**62, limit),
        )
        return [_line(row) for row in rows]

    def first_changed(self) -> int:
        """The number of the first line that is not what was written, or is missing; 0: the log is whole."""
        chained = ""
        rows = self._store.database.connection().execute(f"SELECT {_COLUMNS}, sha256 FROM audit ORDER BY number")
        for number, row in enumerate(rows, 1):
            line = _line(row)
            chained = _chained(chained, line)
            if line.number != number or row["sha256"] != chained:
                return number
        return 0


def _line(row: Mapping[str, Any]) -> AuditLine:
    return AuditLine(**{name: row[name] for name in _COLUMNS.split(", ")})


def _chained(before: str, line: AuditLine) -> str:
    return hashlib.sha256(f"{before}\n{line.model_dump_json()}".encode()).hexdigest()
