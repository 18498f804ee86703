"""Tokens: as small and as short-lived as GitHub allows, for one repository (SEC-05). Only in memory."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from patchwright.agent.errors import UsageError
from patchwright.api.github.rest import Rest, check_installed, connect
from patchwright.api.github.settings import GithubSettings

PERMISSIONS = {"contents": "write", "issues": "write", "pull_requests": "write", "checks": "read", "metadata": "read"}
"""What a token of ours may do. Not `workflows`: a change of CI is taken over by a human."""
MARGIN = 300.0
"""Seconds before its end at which a token is no longer used."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and when it ends (seconds since the epoch)."""

    text: str
    until: float

    def __repr__(self) -> str:
        return f"Token(until={self.until})"


class Access:
    """Our identity at GitHub: an App with a token for each repository, or one token of the operator's.

    Raises `UsageError` if what it needs is not installed.
    """

    def __init__(self, settings: GithubSettings, clock: Callable[[], float] = time.time) -> None:
        check_installed()
        self._settings = settings
        self._clock = clock
        self._tokens: dict[int, Token] = {}
        self._login = settings.table.login
        self._lock = threading.Lock()

    def repository(self, repository_id: int, installation: int) -> Rest:
        """A client for one repository. Raises as `Rest.get` does, and `UsageError` if we are nobody."""
        from githubkit import TokenAuthStrategy

        return connect(self._settings.table.api_url, TokenAuthStrategy(self.token(repository_id, installation)))

    def token(self, repository_id: int, installation: int) -> str:
        """The token for one repository: for the one git command that needs it."""
        if not self._is_app:
            return self._personal()
        with self._lock:
            known = self._tokens.get(repository_id)
            if known is None or known.until - MARGIN < self._clock():
                known = self._tokens[repository_id] = self._minted(repository_id, installation)
            return known.text

    def login(self, installation: int) -> str:
        """The account that our comments are from."""
        if not self._login:
            self._login = f"{self._app().get('/app')['slug']}[bot]" if self._is_app else self._user(installation)
        return self._login

    @property
    def _is_app(self) -> bool:
        return bool(self._settings.table.app_id and self._settings.private_key)

    def _personal(self) -> str:
        if not self._settings.token:
            table = self._settings.table
            raise UsageError(
                "GitHub is not configured: give [github] an app_id and private_key_file, or a token in "
                f"{table.token_env}. `patchwright github setup` says how."
            )
        return self._settings.token

    def _user(self, installation: int) -> str:
        return str(self.repository(0, installation).get("/user")["login"])

    def _app(self) -> Rest:
        from githubkit import AppAuthStrategy

        table = self._settings.table
        return connect(table.api_url, AppAuthStrategy(str(table.app_id), self._settings.private_key))

    def _minted(self, repository_id: int, installation: int) -> Token:
        body: dict[str, Any] = {"repository_ids": [repository_id], "permissions": PERMISSIONS}
        made = self._app().post(f"/app/installations/{installation}/access_tokens", body)
        until = datetime.fromisoformat(str(made["expires_at"])).timestamp()
        return Token(str(made["token"]), until)
