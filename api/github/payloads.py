"""What GitHub says, as far as we read it: the same shapes come in deliveries and in answers.

Everything in it may be written by a stranger. Unknown fields are passed over: GitHub adds some every month.
"""

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """A part of GitHub's JSON."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class User(Shape):
    """An account. `type` is "User", "Bot", "Organization" or "Mannequin"."""

    id: int
    login: str
    type: str = "User"


NOBODY = User(id=0, login="ghost")
"""Whose account is gone: GitHub says null."""


class Repository(Shape):
    """`id` stays when a repository is renamed or transferred; the name does not."""

    id: int
    full_name: str
    default_branch: str = ""
    private: bool = False
    archived: bool = False
    html_url: str = ""


class Issue(Shape):
    """An issue or, if `pull_request` is there, a pull request."""

    number: int
    title: str = ""
    body: str | None = None
    state: str = "open"
    locked: bool = False
    user: User | None = None
    pull_request: dict[str, object] | None = None
    updated_at: str = ""


class Via(Shape):
    """The App by which a comment was written."""

    id: int


class Comment(Shape):
    """A comment on an issue, a pull request, or a line of its diff."""

    id: int
    body: str | None = None
    user: User | None = None
    created_at: str = ""
    updated_at: str = ""
    html_url: str = ""
    path: str = ""
    line: int | None = None
    diff_hunk: str = ""
    performed_via_github_app: Via | None = None


class Head(Shape):
    """One side of a pull request. `repo` is None where a fork was deleted."""

    ref: str
    sha: str
    repo: Repository | None = None


class Pull(Shape):
    """A pull request."""

    number: int
    title: str = ""
    state: str = "open"
    draft: bool = False
    locked: bool = False
    html_url: str = ""
    head: Head
    base: Head
    user: User | None = None


class Review(Shape):
    """A review of a pull request; `state` is "commented", "approved", "changes_requested" or "dismissed"."""

    id: int
    body: str | None = None
    state: str
    user: User | None = None
    html_url: str = ""


class Label(Shape):
    """A label of an issue."""

    name: str


class CheckRun(Shape):
    """What one check came to."""

    class Output(Shape):
        """What it says of itself."""

        title: str | None = None
        summary: str | None = None

    name: str
    status: str = ""
    conclusion: str | None = None
    output: Output = Field(default=Output())


class Installation(Shape):
    """Where our App may work."""

    id: int


class Delivery(Shape):
    """The parts of a webhook's payload that we look at."""

    action: str = ""
    sender: User | None = None
    repository: Repository | None = None
    installation: Installation | None = None
    issue: Issue | None = None
    comment: Comment | None = None
    pull_request: Pull | None = None
    review: Review | None = None
    label: Label | None = None
