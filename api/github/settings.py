"""`[github]` of the operator's file: which repositories, who we are there, and what starts a run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator

from patchwright.agent.deps import SandboxKind
from patchwright.agent.errors import UsageError
from patchwright.agent.roles import Settable
from patchwright.api.github.grammar import PREFIX, Command, read_command
from patchwright.api.github.payloads import User

PUBLIC_API = "https://api.github.com"
REPOSITORY = re.compile(r"(?!\.{1,2}/)[A-Za-z0-9._][A-Za-z0-9._-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9._][A-Za-z0-9._-]{0,99}")
_LISTED = re.compile(rf"(?:{REPOSITORY.pattern}|[A-Za-z0-9._][A-Za-z0-9._-]{{0,99}}/\*)")
_PREFIX = re.compile(r"[a-z0-9][a-z0-9-]*/")
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")


class GithubTable(Settable):
    """`[github]`. Secrets are named by environment variable or file, never written here."""

    repositories: tuple[str, ...] = Field(default=(), strict=False)
    """`owner/name`, or `owner/*` for all of an owner: no other repository is listened to."""
    api_url: str = PUBLIC_API
    """For GitHub Enterprise Server `https://HOST/api/v3`."""
    app_id: int = 0
    private_key_file: str = ""
    private_key_env: str = "PATCHWRIGHT_GITHUB_KEY"
    token_env: str = "PATCHWRIGHT_GITHUB_TOKEN"
    """A token instead of an App: for one repository, or to try it."""
    webhook_secret_env: str = "PATCHWRIGHT_WEBHOOK_SECRET"
    login: str = ""
    """The account that our comments are from, where GitHub does not say it (the token of an Action)."""
    labels: dict[str, str] = Field(default={"patchwright": "fix"})
    """What a label starts: "fix", "plan" or "transform NAME"."""
    bots: tuple[str, ...] = Field(default=(), strict=False)
    """Bots that may command, if they have the right to write."""
    branch_prefix: str = "patchwright/"
    requester_may_approve: bool = True
    runs_per_hour: int = Field(default=20, ge=1)
    """That one person may start (RES-12)."""
    queue: int = Field(default=100, ge=1)
    """Runs that may wait for a worker."""
    sandbox: SandboxKind = "docker"

    @field_validator("repositories")
    @classmethod
    def _names(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for name in given:
            if not _LISTED.fullmatch(name):
                raise ValueError(f"{name!r} is neither owner/name nor owner/*")
        return given

    @field_validator("api_url")
    @classmethod
    def _address(cls, given: str) -> str:
        url = urlsplit(given)
        if url.scheme != "https" and not (url.scheme == "http" and url.hostname in _LOOPBACK):
            raise ValueError("an https address (http only to this machine)")
        return given.rstrip("/")

    @field_validator("branch_prefix")
    @classmethod
    def _prefix(cls, given: str) -> str:
        if not _PREFIX.fullmatch(given):
            raise ValueError("lower-case letters, digits and dashes, and a slash at its end, such as patchwright/")
        return given

    @model_validator(mode="after")
    def _triggers(self) -> Self:
        for label, words in self.labels.items():
            command = read_command(f"{PREFIX} {words}")
            if not isinstance(command, Command) or command.verb not in ("fix", "plan", "transform"):
                raise ValueError(f"label {label!r}: {words!r} is none of fix, plan, transform NAME")
        return self


@dataclass(frozen=True, slots=True)
class GithubSettings:
    """The table with its secrets read. `private_key`, `token` and `webhook_secret` are "" where there are none."""

    table: GithubTable
    private_key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)

    def serves(self, repository: str) -> bool:
        """Whether the repository is on the operator's list, whatever its letters' case (NET-01, AUTH-03)."""
        name = repository.lower()
        listed = {one.lower() for one in self.table.repositories}
        return REPOSITORY.fullmatch(repository) is not None and (
            name in listed or f"{name.partition('/')[0]}/*" in listed
        )

    def is_bot(self, user: User) -> bool:
        """Whether an account is a program that was not listed (AUTH-02)."""
        program = user.type != "User" or user.login.endswith("[bot]") or user.login == self.table.login
        return program and user.login not in self.table.bots

    def of_label(self, name: str) -> Command | None:
        """What a label starts."""
        words = self.table.labels.get(name)
        command = read_command(f"{PREFIX} {words}") if words else None
        return command if isinstance(command, Command) else None

    @property
    def web_url(self) -> str:
        """Where people and git find the repositories: built from the address of the API (NET-01)."""
        return web_of(self.table.api_url)

    def secrets(self) -> tuple[str, ...]:
        """For the redactor."""
        return tuple(secret for secret in (self.private_key, self.token, self.webhook_secret) if secret)


def web_of(api_url: str) -> str:
    """Where people find the GitHub of an API."""
    return "https://github.com" if api_url == PUBLIC_API else api_url.removesuffix("/api/v3")


def read_github(table: Mapping[str, Any], env: Mapping[str, str], folder: Path) -> GithubSettings:
    """The settings; relative files are looked for in `folder`. Raises `UsageError` with what is allowed."""
    try:
        read = GithubTable.model_validate(dict(table))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(("github", *map(str, first["loc"])))
        known = ", ".join(GithubTable.model_fields)
        raise UsageError(f"The settings file: {place}: {first['msg']}. Known in [github]: {known}.") from None
    return GithubSettings(
        table=read,
        private_key=_key(read, env, folder),
        token=env.get(read.token_env, ""),
        webhook_secret=env.get(read.webhook_secret_env, ""),
    )


def _key(table: GithubTable, env: Mapping[str, str], folder: Path) -> str:
    if not table.private_key_file:
        return env.get(table.private_key_env, "")
    path = folder / table.private_key_file
    try:
        if path.stat().st_mode & 0o077:
            raise UsageError(f"The App's key {path} can be read by others. Run: chmod 600 {path}")  # SEC-06
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The App's key {path} cannot be read ({error}). Name its .pem in private_key_file.") from None
