"""Who may command: asked from GitHub each time (AUTH-01, APR-05). What cannot be asked is a no."""

from urllib.parse import quote

from patchwright.api.github.errors import GithubGone
from patchwright.api.github.rest import Rest

WRITERS = ("admin", "maintain", "write")


def may_write(rest: Rest, repository: str, login: str) -> bool:
    """Whether an account has write access now. Raises `GithubBusy` while it cannot be asked, `GithubRefused`."""
    try:
        found = rest.get(f"/repos/{repository}/collaborators/{quote(login, safe='')}/permission")
    except GithubGone:
        return False
    return found.get("permission") in WRITERS
