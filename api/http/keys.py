"""API keys: made, shown once, kept as a hash, scoped, limited, revoked.

A key reads `pwk_ID_SECRET`. The id finds the row; the secret has 256 random bits, so one SHA-256 of it is
as hard to turn back as any slow hash.
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from patchwright.agent.errors import UsageError
from patchwright.agent.store.database import Database
from patchwright.api.http.rights import Role

_SHAPE = re.compile(r"pwk_([0-9a-f]{12})_([A-Za-z0-9]{43})")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_COLUMNS = "id, name, role, repositories, limits, created_at, created_by, expires_at, revoked_at"


class KeyLimits(BaseModel):
    """What may be done with a key; None: what the service allows everyone. Money and tokens are of a day (UTC)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    requests_per_minute: int | None = Field(default=None, ge=1)
    runs_per_hour: int | None = Field(default=None, ge=0)
    money_per_day: float | None = Field(default=None, ge=0)
    tokens_per_day: int | None = Field(default=None, ge=0)


class ApiKey(BaseModel):
    """A key without its secret. Times are UTC ISO 8601, "" for never. No globs: all repositories."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    role: Role
    repositories: tuple[str, ...] = ()
    limits: KeyLimits = KeyLimits()
    created_at: str
    created_by: str
    expires_at: str = ""
    revoked_at: str = ""

    def is_valid(self, now: str) -> bool:
        """Whether it opens anything at that time."""
        return not self.revoked_at and (not self.expires_at or now < self.expires_at)


class Keys:
    """The keys of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: ApiKey) -> str:
        """Store a key of that description and return its text, which is shown once and kept nowhere."""
        secret = "".join(secrets.choice(_LETTERS) for _ in range(43))
        with self._database.transaction() as connection:
            connection.execute(
                f"INSERT INTO api_keys ({_COLUMNS}, sha256) VALUES (?,?,?,?,?,?,?,?,?,?)", (*_row(key), _digest(secret))
            )
        return f"pwk_{key.id}_{secret}"

    def opened_by(self, text: str, now: str) -> ApiKey | None:
        """The valid key with this text; None for anything else, compared in constant time."""
        found = _SHAPE.fullmatch(text)
        if found is None:
            return None
        query = f"SELECT {_COLUMNS}, sha256 FROM api_keys WHERE id=?"
        row = self._database.connection().execute(query, (found[1],)).fetchone()
        kept = str(row["sha256"]) if row else _digest("")
        key = _key(row) if hmac.compare_digest(kept, _digest(found[2])) and row else None
        return key if key and key.is_valid(now) else None

    def get(self, key_id: str, now: str) -> ApiKey | None:
        """The valid key with this id."""
        row = self._database.connection().execute(f"SELECT {_COLUMNS} FROM api_keys WHERE id=?", (key_id,)).fetchone()
        key = _key(row) if row else None
        return key if key and key.is_valid(now) else None

    def all(self) -> list[ApiKey]:
        """Every key there ever was, oldest first."""
        query = f"SELECT {_COLUMNS} FROM api_keys ORDER BY created_at, id"
        return [_key(row) for row in self._database.connection().execute(query)]

    def revoke(self, name: str, now: str) -> ApiKey:
        """Shut the one valid key of that id or name, and its logins. Raises `UsageError`."""
        meant = [key for key in self.all() if name in (key.id, key.name) and key.is_valid(now)]
        if len(meant) != 1:
            what = "More than one valid key is" if meant else "No valid key is"
            raise UsageError(f"{what} named {name!r}. `patchwright keys list` shows them; name one by its id.")
        with self._database.transaction() as connection:
            connection.execute("UPDATE api_keys SET revoked_at=? WHERE id=?", (now, meant[0].id))
            connection.execute("DELETE FROM logins WHERE key_id=?", (meant[0].id,))
        return meant[0].model_copy(update={"revoked_at": now})


def new_key_id() -> str:
    """48 random bits in hex."""
    return secrets.token_hex(6)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _row(key: ApiKey) -> tuple[str, ...]:
    limits = key.limits.model_dump_json(exclude_none=True)
    head = (key.id, key.name, key.role, json.dumps(key.repositories), limits)
    return (*head, key.created_at, key.created_by, key.expires_at, key.revoked_at)


def _key(row: Mapping[str, Any]) -> ApiKey:
    return _made(tuple(row[name] for name in _COLUMNS.split(", ")))


@lru_cache(1024)
def _made(row: tuple[str, ...]) -> ApiKey:
    """The key that a row says, made once: each request looks its key's row up."""
    values: dict[str, Any] = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return ApiKey(
        **{**values, "repositories": json.loads(values["repositories"]), "limits": json.loads(values["limits"])}
    )
