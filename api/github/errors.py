"""What GitHub can answer that is no answer, named by what the caller should do."""

from patchwright.agent.errors import PatchwrightError


class GithubError(PatchwrightError):
    """Base: a request to GitHub came to nothing."""


class GithubBusy(GithubError):
    """Out of reach, overloaded, or over its limits: ask again after `seconds`."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class GithubRefused(GithubError):
    """GitHub says no: the operator or the asker has to change something. `status` is that of the answer."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class GithubGone(GithubRefused):
    """There is no such thing, or we may not see it."""
