"""What a delivery asks of us, if anything. Pure: who may ask is looked up by who acts on it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from pydantic import ValidationError

from patchwright.api.github.grammar import Command, Misread, read_command
from patchwright.api.github.payloads import Comment, Delivery, Repository, User
from patchwright.api.github.settings import GithubSettings


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody spoke: an issue or pull request, by number, of a repository, by id (names change)."""

    repository_id: int
    repository: str
    number: int
    is_pull: bool = False
    installation: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody wants something. `key` names it for ever: whatever delivers it again, it is done once (WH-03).

    `kind` and `said_in` name the comment: "comment" on an issue or pull request, "line" for one on a diff, "review"
    for a whole review, "label" for none. `digest` is that of what it said when it was made (APR-06); `title` and `body`
    are those of the issue at that moment (PI-03).
    """

    key: str
    place: Place
    by: User
    kind: str
    said_in: int
    digest: str
    command: Command | Misread
    at: str = ""
    title: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing is to be done, and why."""

    why: str


def read_delivery(settings: GithubSettings, event: str, payload: object) -> Ask | Ignored:
    """What a delivery asks for. Anything that is not as GitHub writes it is ignored (WH-02)."""
    try:
        delivery = Delivery.model_validate(payload)
    except ValidationError as error:
        return Ignored(f"the payload is not one of {event[:40]}: {error.error_count()} fields are unreadable")
    if delivery.repository is None:
        return Ignored(f"{event[:40]} is about no repository")
    if not settings.serves(delivery.repository.full_name):
        return Ignored("the repository is not on the operator's list")  # AUTH-03, NET-01
    asked = _asked(settings, event, delivery, delivery.repository)
    if isinstance(asked, Ignored) or not settings.is_bot(asked.by):
        return asked
    return Ignored("bots are not listened to")


def _asked(settings: GithubSettings, event: str, delivery: Delivery, repository: Repository) -> Ask | Ignored:
    match event, delivery.action:
        case "issue_comment", "created":
            return _comment(delivery, repository)
        case "issues", "labeled":
            return _label(settings, delivery, repository)
        case "pull_request_review_comment", "created":
            return _line(delivery, repository)
        case "pull_request_review", "submitted":
            return _review(delivery, repository)
        case _:
            return Ignored(f"{event[:40]} {delivery.action[:40]} asks for nothing".replace("  ", " "))


def _comment(delivery: Delivery, repository: Repository) -> Ask | Ignored:
    if delivery.issue is None or delivery.comment is None:
        return Ignored("a comment on nothing")
    place = _place(delivery, repository, delivery.issue.number, delivery.issue.pull_request is not None)
    said = _said(place, "comment", delivery.comment)
    return (
        said if isinstance(said, Ignored) else replace(said, title=delivery.issue.title, body=delivery.issue.body or "")
    )


def _line(delivery: Delivery, repository: Repository) -> Ask | Ignored:
    if delivery.pull_request is None or delivery.comment is None:
        return Ignored("a comment on nothing")
    return _said(_place(delivery, repository, delivery.pull_request.number, True), "line", delivery.comment)


def _said(place: Place, kind: str, comment: Comment) -> Ask | Ignored:
    command = read_command(comment.body or "")
    if command is None or comment.user is None:
        return Ignored("no command")
    key = f"{kind}:{place.repository_id}:{comment.id}"
    return Ask(key, place, comment.user, kind, comment.id, digest_of(comment.body), command, comment.created_at)


def _review(delivery: Delivery, repository: Repository) -> Ask | Ignored:
    """A command in its text, or else changes that it requests: these are a `fix` of what it says."""
    review, pull = delivery.review, delivery.pull_request
    if review is None or pull is None or review.user is None:
        return Ignored("a review of nothing")
    command = read_command(review.body or "")
    if command is None and review.state.lower() == "changes_requested":
        command = Command("fix", notes=review.body or "")
    if command is None:
        return Ignored("no command")
    place = _place(delivery, repository, pull.number, True)
    key = f"review:{repository.id}:{review.id}"
    return Ask(key, place, review.user, "review", review.id, digest_of(review.body), command)


def _label(settings: GithubSettings, delivery: Delivery, repository: Repository) -> Ask | Ignored:
    """A label that the operator made a trigger. Once for each time that it is put on, so the moment is in its key."""
    issue, label, by = delivery.issue, delivery.label, delivery.sender
    if issue is None or label is None or by is None or issue.pull_request is not None:
        return Ignored("a label on nothing")
    command = settings.of_label(label.name)
    if command is None:
        return Ignored("no label of ours")
    key = f"label:{repository.id}:{issue.number}:{label.name}:{issue.updated_at}"
    place = _place(delivery, repository, issue.number, False)
    return Ask(key, place, by, "label", 0, "", command, issue.updated_at, issue.title, issue.body or "")


def _place(delivery: Delivery, repository: Repository, number: int, is_pull: bool) -> Place:
    installation = delivery.installation.id if delivery.installation else 0
    return Place(repository.id, repository.full_name, number, is_pull, installation)


def digest_of(text: str | None) -> str:
    """By which we know later whether somebody still says the same."""
    return hashlib.sha256((text or "").encode("utf-8", "surrogatepass")).hexdigest()


def redacted(ask: Ask, redact: Callable[[str], str]) -> Ask:
    """The same without our own secrets: it is going to be stored (SEC-02)."""
    command = ask.command
    if isinstance(command, Command):
        command = replace(command, argument=redact(command.argument), notes=redact(command.notes))
    return replace(ask, command=command, title=redact(ask.title), body=redact(ask.body))


def renamed(ask: Ask, repository: str) -> Ask:
    """The same on a repository that has another name by now."""
    return replace(ask, place=replace(ask.place, repository=repository))
