"""`fix`, `plan` and `transform`: a comment, a label or a review becomes a run."""

import base64
from dataclasses import dataclass
from datetime import timedelta

from patchwright.agent import runs
from patchwright.agent.errors import NotNow, RunNotFound
from patchwright.agent.run import ENDED, Run
from patchwright.agent.store.store import stamp
from patchwright.api.choices import remember
from patchwright.api.github.asking import failing_checks, follow_up, freeze, review_lines, words
from patchwright.api.github.book import Conversation
from patchwright.api.github.door import GithubDoor
from patchwright.api.github.errors import GithubBusy
from patchwright.api.github.events import Ask
from patchwright.api.github.gitwords import passes
from patchwright.api.github.grammar import Command
from patchwright.api.github.payloads import Issue, Pull, Repository
from patchwright.api.github.rest import WAIT_SECONDS, Rest
from patchwright.api.transforming import issue_of, load
from patchwright.sandbox.errors import SourceRefused

CLONE_URL_USER = "x-access-token"


@dataclass(frozen=True, slots=True)
class Target:
    """What a run is about: its words, the commit it begins at, the branch it is meant for, and a branch of ours."""

    words: str
    revision: str
    onto: str
    branch: str
    pull: int = 0
    transformation: str = ""


def begin(door: GithubDoor, repository: Repository, ask: Ask, command: Command, run_id: str) -> None:
    """Start the run that was promised to this ask, or go on where a crash left it. Raises `NotNow`, `UsageError`."""
    if door.book.conversation(run_id) is None:
        rest = door.access.repository(repository.id, ask.place.installation)
        _check(door, rest, repository, ask, run_id)
        target = _target(door, rest, repository, ask, command, run_id)
        door.book.open_conversation(
            Conversation(
                run_id=run_id,
                place=ask.place,
                asked_by=ask.by.login,
                asked_by_id=ask.by.id,
                asked_at=ask.at,
                words=target.words,
                revision=target.revision,
                transformation=target.transformation,
                onto=target.onto,
                branch=target.branch,
                pull=target.pull,
            )
        )
    start(door, run_id)


def start(door: GithubDoor, run_id: str) -> None:
    """The run of a conversation, if it is not there yet, and its first leg. Raises `UsageError`, `SourceRefused`."""
    conversation = door.book.conversation(run_id)
    if conversation is not None and known(door, run_id) is None:
        place = conversation.place
        token = door.access.token(place.repository_id, place.installation)
        asked = runs.Asked(
            repository=door.address(place.repository),
            text=conversation.words,
            revision=conversation.revision,
            sandbox=door.settings.table.sandbox,
            origin="github",
            transformation=conversation.transformation,
            run_id=run_id,
            authorization=authorization(token),
        )
        remember(door.book.store, _started(door, asked).id, door.choices)
    if conversation is not None:
        door.dispatch.submit(run_id, key=f"github:{conversation.asked_by}")


def _started(door: GithubDoor, asked: runs.Asked) -> Run:
    try:
        return runs.start(door.deps, asked)
    except SourceRefused as refused:
        if passes(str(refused)):
            raise GithubBusy(str(refused), WAIT_SECONDS) from refused
        raise


def authorization(token: str) -> str:
    """The HTTP header by which git is known at GitHub."""
    return "Basic " + base64.b64encode(f"{CLONE_URL_USER}:{token}".encode()).decode()


def known(door: GithubDoor, run_id: str) -> Run | None:
    """The run, if it was started."""
    try:
        return door.book.store.run(run_id)
    except RunNotFound:
        return None


def _check(door: GithubDoor, rest: Rest, repository: Repository, ask: Ask, run_id: str) -> None:
    """AUTH-01, RES-12: open, unlocked, nothing at work here, not too many by one person."""
    issue = Issue.model_validate(rest.get(f"/repos/{repository.full_name}/issues/{ask.place.number}"))
    if repository.archived or issue.state != "open" or issue.locked:
        raise NotNow("This needs an open, unlocked issue in a repository that is not archived.")
    for one in door.book.at(ask.place):
        run = known(door, one.run_id)
        if one.run_id != run_id and not one.ended and (run is None or run.status not in ENDED):
            raise NotNow(f"Run `{one.run_id[:8]}` is not over yet: go on with that one, or cancel it first.")
    if door.dispatch.depth() >= door.settings.table.queue:
        raise NotNow(f"{door.settings.table.queue} runs wait already: ask again later.")
    hour_ago = stamp(door.book.store.clock() - timedelta(hours=1))
    if door.book.started_since(ask.by.id, hour_ago) >= door.settings.table.runs_per_hour:
        raise NotNow(f"You have started {door.settings.table.runs_per_hour} runs within an hour: the limit.")


def _target(door: GithubDoor, rest: Rest, repository: Repository, ask: Ask, command: Command, run_id: str) -> Target:
    if ask.place.is_pull:
        return _on_pull(door, rest, repository, ask, command, run_id)
    text, transformation = _words(rest, repository, ask, command)
    branch = _branch(door, ask.place.number, run_id)
    head = f"refs/heads/{repository.default_branch}"
    return Target(text, head, repository.default_branch, branch, transformation=transformation)


def _words(rest: Rest, repository: Repository, ask: Ask, command: Command) -> tuple[str, str]:
    """The request, and for a transformation its definition."""
    if command.verb != "transform":
        return words(freeze(rest, repository.full_name, ask), command.notes, ask.by.login), ""
    text, definition = load(command.argument)
    return issue_of(definition), text


def _on_pull(door: GithubDoor, rest: Rest, repository: Repository, ask: Ask, command: Command, run_id: str) -> Target:
    """On a pull request of ours the same branch goes on; on another of this repository a draft is made against it."""
    name, number = repository.full_name, ask.place.number
    pull = Pull.model_validate(rest.get(f"/repos/{name}/pulls/{number}"))
    if pull.head.repo is None or pull.head.repo.id != repository.id:
        raise NotNow("This pull request is from a fork: its branch is not ours to write. Comment on an issue instead.")
    ours = door.book.of_pull(ask.place)
    branch = ours.branch if ours and ours.branch == pull.head.ref else _branch(door, number, run_id)
    if command.verb == "transform":
        text, transformation = _words(rest, repository, ask, command)
    else:
        lines, checks = review_lines(rest, name, ask), failing_checks(rest, name, pull.head.sha)
        text, transformation = follow_up(pull, command.notes, ask.by.login, lines, checks), ""
    if branch != pull.head.ref:
        return Target(text, pull.head.sha, pull.head.ref, branch, transformation=transformation)
    return Target(text, pull.head.sha, pull.head.ref, branch, number, transformation)


def _branch(door: GithubDoor, number: int, run_id: str) -> str:
    return f"{door.settings.table.branch_prefix}{number}-{run_id[:8]}"
