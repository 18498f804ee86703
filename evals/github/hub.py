"""What GitHub knows: users, repositories, issues, comments, pull requests, tokens. In memory, one lock around all."""

import itertools
import secrets
import subprocess
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

FIRST_ID = 3_000_000_000
"""Ids of GitHub do not fit into 32 bits any more."""


@dataclass
class User:
    """An account; a bot's login ends in [bot]."""

    id: int
    login: str
    type: str = "User"


@dataclass
class Comment:
    """On an issue or pull request, or on a line of a diff (`path`)."""

    id: int
    number: int
    user: User
    body: str
    created_at: str
    updated_at: str
    path: str = ""
    line: int = 0
    review: int = 0


@dataclass
class Issue:
    """An issue, or with `head` a pull request."""

    number: int
    title: str
    body: str
    user: User
    state: str = "open"
    locked: bool = False
    labels: list[str] = field(default_factory=list[str])
    head: str = ""
    base: str = ""
    head_repository: int = 0
    draft: bool = False
    updated_at: str = ""


@dataclass
class Repository:
    """`git` is its bare repository; `permissions` are by login."""

    id: int
    full_name: str
    git: Path
    default_branch: str = "main"
    archived: bool = False
    private: bool = True
    drafts: bool = True
    permissions: dict[str, str] = field(default_factory=dict[str, str])
    issues: dict[int, Issue] = field(default_factory=dict[int, Issue])
    comments: dict[int, Comment] = field(default_factory=dict[int, Comment])
    reviews: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    reactions: Counter[tuple[int, str, str]] = field(default_factory=Counter[tuple[int, str, str]])
    artifacts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    workflow_runs: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    checks: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])


@dataclass
class Token:
    """Who it stands for, and the repositories that it may touch (None: all that the account may)."""

    user: User
    until: datetime
    repositories: frozenset[int] | None = None
    permissions: dict[str, str] = field(default_factory=dict[str, str])


@dataclass
class Fatal:
    """End a process at its n-th request (from 0), before it is done or after."""

    pid: int
    at: int
    after: bool


@dataclass
class Hub:
    """All of it. `requests` are "METHOD path" in order; `made` counts what was created; `troubles` come first."""

    app_slug: str = "patchwright"
    app_id: int = 1234
    installation: int = 77
    users: dict[str, User] = field(default_factory=dict[str, User])
    repositories: dict[int, Repository] = field(default_factory=dict[int, Repository])
    tokens: dict[str, Token] = field(default_factory=dict[str, Token])
    requests: list[str] = field(default_factory=list[str])
    made: Counter[str] = field(default_factory=Counter[str])
    troubles: list[str] = field(default_factory=list[str])
    fatal: Fatal | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self._ids = itertools.count(FIRST_ID)
        self._clock = datetime(2026, 11, 23, tzinfo=UTC)

    def now(self) -> str:
        """The moment, as GitHub writes it; every look at it is a second later."""
        self._clock += timedelta(seconds=1)
        return self._clock.strftime("%Y-%m-%dT%H:%M:%SZ")

    def user(self, login: str) -> User:
        """The account of that name, made if it is not there."""
        kind = "Bot" if login.endswith("[bot]") else "User"
        return self.users.setdefault(login, User(next(self._ids), login, kind))

    @property
    def bot(self) -> User:
        """The account that our App writes as."""
        return self.user(f"{self.app_slug}[bot]")

    def repository(self, full_name: str, git: Path, writers: tuple[str, ...] = ()) -> Repository:
        """A new repository; `writers` may push."""
        permissions = dict.fromkeys(writers, "write")
        made = Repository(next(self._ids), full_name, git, permissions=permissions)
        self.repositories[made.id] = made
        return made

    def named(self, full_name: str) -> Repository | None:
        """The repository of that name, whatever its letters' case."""
        wanted = full_name.lower()
        return next((one for one in self.repositories.values() if one.full_name.lower() == wanted), None)

    def issue(self, repository: Repository, title: str, body: str, by: str = "stranger") -> Issue:
        """A new issue."""
        number = len(repository.issues) + 1
        made = Issue(number, title, body, self.user(by), updated_at=self.now())
        repository.issues[number] = made
        return made

    def pull(self, repository: Repository, title: str, body: str, by: User, head: str, base: str) -> Issue:
        """A new pull request; its number is of the same row as issues'."""
        made = self.issue(repository, title, body, by.login)
        made.head, made.base, made.head_repository = head, base, repository.id
        return made

    def comment(self, repository: Repository, number: int, by: str, body: str, **where: Any) -> Comment:
        """A new comment."""
        now = self.now()
        made = Comment(next(self._ids), number, self.user(by), body, now, now, **where)
        repository.comments[made.id] = made
        return made

    def review(self, repository: Repository, number: int, by: str, state: str, body: str = "") -> dict[str, Any]:
        """A new review."""
        review_id = next(self._ids)
        made = {"id": review_id, "number": number, "user": self.user(by), "state": state, "body": body}
        repository.reviews[review_id] = made
        return made

    def token(self, user: User, prefix: str = "ghs", repositories: frozenset[int] | None = None) -> str:
        """A new token for an hour."""
        text = f"{prefix}_{secrets.token_hex(18)}"
        until = datetime.now(UTC) + timedelta(hours=1)
        self.tokens[text] = Token(user, until, repositories)
        return text

    def of_token(self, text: str) -> Token | None:
        """Whose token that is."""
        return self.tokens.get(text)


def branch(repository: Repository, name: str) -> str:
    """The commit of a branch; "" if there is none."""
    done = subprocess.run(
        ["git", "--git-dir", str(repository.git), "rev-parse", "--verify", "-q", f"refs/heads/{name}"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()
