"""Who asked for which run, written before the run is made: the same request twice is one run, also after a crash."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from patchwright.agent.run import ENDED, Usage
from patchwright.agent.store.rows import total_usage
from patchwright.agent.store.store import Store

_COLUMNS = "run_id, key_id, asked_by, at, repository, word, sha256"


@dataclass(frozen=True, slots=True)
class Claim:
    """A promised run. `word` is the caller's Idempotency-Key (unique by key), `sha256` that of what they asked for."""

    run_id: str
    key_id: str
    asked_by: str
    at: str
    repository: str
    word: str
    sha256: str


class Requests:
    """The claims of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def claim(self, claim: Claim) -> Claim:
        """Store the claim; if its key has used the word before, return what it stands for since then."""
        with self._store.database.transaction() as connection:
            connection.execute(
                f"INSERT INTO requests ({_COLUMNS}) VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
                (claim.run_id, claim.key_id, claim.asked_by, claim.at, claim.repository, claim.word, claim.sha256),
            )
            query = f"SELECT {_COLUMNS} FROM requests WHERE key_id=? AND word=?"
            return _claim(connection.execute(query, (claim.key_id, claim.word)).fetchone())

    def known(self, key_id: str, word: str) -> Claim | None:
        """What this key has asked for by that word."""
        row = self._query(f"SELECT {_COLUMNS} FROM requests WHERE key_id=? AND word=?", key_id, word)
        return _claim(row[0]) if row else None

    def open_on(self, repository: str) -> int:
        """How many runs on this repository have not ended, whoever asked for them."""
        query = (
            f"SELECT count(*) AS number FROM runs WHERE repository=? AND status NOT IN ({', '.join('?' * len(ENDED))})"
        )
        return int(self._query(query, repository, *ENDED)[0]["number"])

    def drop(self, run_id: str) -> None:
        """Take a claim back whose run could not be made."""
        with self._store.database.transaction() as connection:
            connection.execute("DELETE FROM requests WHERE run_id=?", (run_id,))

    def of_run(self, run_id: str) -> Claim | None:
        """Who asked for this run; None if it came through another door."""
        row = self._query(f"SELECT {_COLUMNS} FROM requests WHERE run_id=?", run_id)
        return _claim(row[0]) if row else None

    def since(self, key_id: str, moment: str) -> list[str]:
        """When this key asked for runs from that moment on, oldest first."""
        rows = self._query("SELECT at FROM requests WHERE key_id=? AND at>=? ORDER BY at", key_id, moment)
        return [str(row["at"]) for row in rows]

    def spent_since(self, key_id: str, moment: str) -> Usage:
        """What the runs of this key have spent from that moment on."""
        query = "SELECT usage FROM calls WHERE at>=? AND run_id IN (SELECT run_id FROM requests WHERE key_id=?)"
        return total_usage(row["usage"] for row in self._query(query, moment, key_id))

    def _query(self, query: str, *values: str) -> list[Any]:
        return list(self._store.database.connection().execute(query, values))


def _claim(row: Mapping[str, Any]) -> Claim:
    return Claim(**{name: row[name] for name in _COLUMNS.split(", ")})
