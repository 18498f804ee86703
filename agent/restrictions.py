"""What a repository may say in its own `patchwright.toml`: only what makes a run stricter (CFG-01)."""

import tomllib
from typing import Any

from pydantic import Field

from patchwright.agent.budget import Budget, tighter
from patchwright.agent.config import parse_toml
from patchwright.agent.errors import UsageError
from patchwright.agent.roles import Settable
from patchwright.tools.checks import Check

FILE = "patchwright.toml"
NAME = "the repository's patchwright.toml"
MAX_BYTES = 256 << 10
_OPERATORS = ("roles", "sandbox", "images")


class ScopeTable(Settable):
    """`[scope]`: globs that no run may change, and kinds of files that no plan may open."""

    protected: tuple[str, ...] = Field(default=(), max_length=500, strict=False)
    dependencies: bool = True
    tests: bool = True
    ci: bool = True


class LowerBudget(Settable):
    """`[budget]`: limits below the operator's."""

    requests: int | None = Field(default=None, ge=0)
    tool_calls: int | None = Field(default=None, ge=0)
    tokens_in: int | None = Field(default=None, ge=0)
    tokens_out: int | None = Field(default=None, ge=0)
    money: float | None = Field(default=None, ge=0)
    seconds: float | None = Field(default=None, ge=0)
    attempts: int | None = Field(default=None, ge=1)
    turns: int | None = Field(default=None, ge=1)


class Restrictions(Settable):
    """The repository's wishes. `checks` replace the detected ones; they run in the sandbox only."""

    checks: tuple[Check, ...] = Field(default=(), max_length=50, strict=False)
    scope: ScopeTable = ScopeTable()
    budget: LowerBudget = LowerBudget()

    def wishes(self) -> dict[str, Any]:
        """What `tools.toolchain.detect` takes as settings."""
        return {"checks": self.checks, "protected": self.scope.protected}


def read_restrictions(data: bytes | None) -> Restrictions:
    """The file's bytes at the base commit, None if there is none. Raises `UsageError`."""
    if data is None:
        return Restrictions()
    if len(data) > MAX_BYTES:
        raise UsageError(f"{NAME} is larger than {MAX_BYTES} bytes. Make it smaller, commit and start a new run.")
    _refuse_operators(data)
    return parse_toml(data, NAME, Restrictions)


def _refuse_operators(data: bytes) -> None:
    """Addresses, keys, images and limits are the operator's: name the key and where it belongs."""
    try:
        keys = tomllib.loads(data.decode()).keys()
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{NAME} is not valid TOML: {error}. Correct it and commit, then start a new run.") from None
    for key in _OPERATORS:
        if key in keys:
            raise UsageError(
                f"{NAME} sets [{key}], which only the operator may set. Put it into your own settings"
                " file, or name the file with --config if it is yours."
            )


def lowered(budget: Budget, wishes: Restrictions) -> Budget:
    """The operator's budget with the repository's lower limits. Raises `UsageError` if it asks for more."""
    lower = wishes.budget.model_dump(exclude_none=True)
    for name, limit in lower.items():
        allowed = getattr(budget, name)
        if allowed is not None and limit > allowed:
            raise UsageError(
                f"{NAME} sets budget.{name} = {limit:g}, above the {allowed:g} of your settings. A repository"
                " can only lower a limit; raise it in your own settings file if you want that."
            )
    return tighter(budget, Budget.model_validate({**budget.model_dump(), **lower}))
