"""Requests to GitHub's REST API, through githubkit. One a call, never repeated here: callers know what may be."""

import json
import ssl
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from typing import Any, cast

from patchwright.agent.errors import UsageError
from patchwright.agent.parse import mapping
from patchwright.api.github.errors import GithubBusy, GithubGone, GithubRefused
from patchwright.tools.untrusted import printable

TIMEOUT = 20.0
PAGE = 100
MOST_PAGES = 30
LONGEST_ANSWER = 32 << 20
WAIT_SECONDS = 30.0
"""Before the next try where GitHub does not say how long."""
LONGEST_WAIT = 3600.0


class Rest:
    """One identity at one GitHub. What it is known by is in no text that we raise (SEC-02)."""

    def __init__(self, client: Any) -> None:  # githubkit's own types are unknown in part
        self._client = client

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON at a path. Raises `GithubBusy`, `GithubGone` or `GithubRefused`."""
        return self._ask("GET", path, params=query)

    def pages(self, path: str, inside: str = "", **query: str | int) -> Iterator[Any]:
        """The items of a list (or of the list `inside` each answer), page after page up to a bound. Raises as `get`."""
        for page in range(1, MOST_PAGES + 1):
            found = self.get(path, per_page=PAGE, page=page, **query)
            items = found.get(inside, []) if inside else found
            yield from items
            if len(items) < PAGE:
                return

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Make something. Raises as `get`; if `GithubBusy`, it may be made all the same."""
        return self._ask("POST", path, json=dict(body))

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change something. Raises as `get`."""
        return self._ask("PATCH", path, json=dict(body))

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        from githubkit.exception import RateLimitExceeded, RequestError, RequestFailed

        try:
            answer = self._client.request(method, path, **more)
        except RateLimitExceeded as error:
            seconds = min(max(error.retry_after.total_seconds(), 1.0), LONGEST_WAIT)
            raise GithubBusy(f"GitHub limits our requests ({method} {path}).", seconds) from None
        except RequestFailed as error:
            raise _refused(method, path, error.response) from None
        except RequestError as error:  # pyright: ignore[reportUnknownVariableType]
            kind = type(cast("Any", error).exc).__name__
            raise GithubBusy(f"GitHub is out of reach ({kind}, {method} {path}).", WAIT_SECONDS) from None
        return _read(method, path, answer)


def check_installed() -> None:
    """Raises `UsageError` if what this door needs is not there."""
    if find_spec("githubkit") is None:
        raise UsageError("What speaks to GitHub is not installed: pip install 'patchwright[service]'")


def connect(api_url: str, auth: Any) -> Rest:
    """A client that follows no redirect with credentials (NET-02) and repeats nothing by itself."""
    from githubkit import GitHub

    return Rest(
        GitHub(
            auth,
            base_url=api_url,
            user_agent="patchwright",
            follow_redirects=False,
            timeout=TIMEOUT,
            ssl_verify=_trusted(),
            http_cache=False,
            auto_retry=False,
        )
    )


@cache
def _trusted() -> ssl.SSLContext:
    """The system's authorities; made once, since it takes longer than a request."""
    return ssl.create_default_context()


def _read(method: str, path: str, answer: Any) -> Any:
    if answer.status_code in (301, 302, 307, 308):
        raise GithubGone(f"{path} has moved; it is not followed.", answer.status_code)
    if answer.status_code == 204 or not answer.content:
        return None
    try:
        return json.loads(answer.content[: LONGEST_ANSWER + 1])
    except (ValueError, RecursionError):
        raise GithubBusy(f"GitHub's answer is no JSON ({method} {path}).", WAIT_SECONDS) from None


def _refused(method: str, path: str, answer: Any) -> GithubBusy | GithubRefused:
    said, status = printable(_message(answer.content)), answer.status_code
    what = f"{method} {path}: {status} {said}".rstrip()
    if status >= 500 or status in (408, 409, 429):
        return GithubBusy(f"GitHub has trouble ({what}).", WAIT_SECONDS)
    if status == 403 and "rate limit" in said.lower():
        return GithubBusy(f"GitHub limits our requests ({what}).", WAIT_SECONDS * 2)
    return (GithubGone if status in (404, 410) else GithubRefused)(f"GitHub refuses ({what}).", status)


def _message(content: bytes) -> str:
    try:
        said = json.loads(content[:20_000])
    except (ValueError, RecursionError):
        return ""
    return str(mapping(said).get("message", ""))[:300]
