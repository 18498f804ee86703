"""The end on GitHub: one commit on a branch of ours, and a draft pull request. Each is looked for before it is made."""

from datetime import datetime

from patchwright.agent import views
from patchwright.agent.run import Run
from patchwright.api.github.beginning import authorization
from patchwright.api.github.book import Conversation
from patchwright.api.github.door import GithubDoor
from patchwright.api.github.errors import GithubBusy, GithubRefused
from patchwright.api.github.gitwords import passes
from patchwright.api.github.payloads import Pull, Repository
from patchwright.api.github.reading import told
from patchwright.api.github.rest import WAIT_SECONDS, Rest
from patchwright.api.github.rights import may_write
from patchwright.api.github.telling import plain_line, pull_body, pull_title
from patchwright.sandbox.pushing import PushRefused, push
from patchwright.sandbox.repository import Repository as Clone
from patchwright.tools.secrets import Redactor


class NotPublished(Exception):
    """The patch stays where it is; the words say why, for the status comment."""


def publish(door: GithubDoor, conversation: Conversation, run: Run) -> int:
    """The number of the draft pull request that holds the run's patch. Twice is once.

    Raises `NotPublished`, or `GithubBusy` if it has to be tried again.
    """
    known = door.book.post(f"pull:{run.id}")
    if known is not None and known.remote:
        return known.remote
    repository = door.repository(conversation.place)
    rest = door.access.repository(repository.id, conversation.place.installation)
    _check(door, rest, repository, conversation)
    commit = _commit(door, conversation, run)
    _push(door, conversation, repository, run, commit)
    return conversation.pull or _pull(door, rest, repository, conversation)


def _check(door: GithubDoor, rest: Rest, repository: Repository, conversation: Conversation) -> None:
    """APR-05, AUTH-03, GIT-05: asked again now, of the repository as it is now."""
    if not door.settings.serves(repository.full_name):
        raise NotPublished(f"{repository.full_name} is not on the operator's list.")
    if repository.archived:
        raise NotPublished("The repository is archived.")
    if conversation.branch == repository.default_branch:
        raise NotPublished("The branch has become the default branch, which is never written.")
    if not conversation.approver or not may_write(rest, repository.full_name, conversation.approver):
        raise NotPublished("Who approved the plan has no write access any more.")


def _commit(door: GithubDoor, conversation: Conversation, run: Run) -> str:
    """One commit upon the base with the run's tree: the same sha however often it is made."""
    report = views.report(door.book.store, run.id)
    ended = datetime.fromisoformat(run.updated_at).timestamp()
    clone = Clone(door.deps.cache / run.issue.clone, clock=lambda: ended)
    try:
        trailers = {"Run": run.id, "Verdict": report.verdict, "Plan": report.plan_sha256}
        message = f"{plain_line(report.title, 72)}\n\nFor #{conversation.place.number}."
        tree = clone.content(report.result_commit)
        commit = clone.commit_tree(tree, run.issue.base_commit, message=message, trailers=trailers)
        if clone.diff(run.issue.base_commit, commit) != views.patch(door.book.store, run.id):
            raise NotPublished("The commit is not the patch that was stored (GIT-06).")
        clone.keep(f"pushed.{run.id}", commit)
        return commit
    finally:
        clone.close()


def _push(door: GithubDoor, conversation: Conversation, repository: Repository, run: Run, commit: str) -> None:
    token = door.access.token(repository.id, conversation.place.installation)
    clone = door.deps.cache / run.issue.clone
    address, prefix = door.address(repository.full_name), door.settings.table.branch_prefix
    try:
        push(clone, address, commit, conversation.branch, prefix=prefix, authorization=authorization(token))
    except PushRefused as refused:
        words = Redactor((token, authorization(token))).text(refused.words)
        if passes(words):
            raise GithubBusy(f"GitHub is out of reach for git: {words[:200]}", WAIT_SECONDS) from None
        raise NotPublished(_advice(conversation.branch, words)) from None


def _advice(branch: str, words: str) -> str:
    if "workflow" in words:
        return f"GitHub does not let us change workflows: take the patch over by hand. ({words[:300]})"
    if "non-fast-forward" in words or "fetch first" in words:
        return f"The branch {branch} has gone on meanwhile; it is never forced. Ask again for it."
    return f"The branch {branch} could not be pushed: {words[:300]}"


def _pull(door: GithubDoor, rest: Rest, repository: Repository, conversation: Conversation) -> int:
    key, name = f"pull:{conversation.run_id}", repository.full_name
    found = 0 if door.book.mean(key) else _found(rest, name, repository.id, conversation.branch)
    number = found or _made(door, rest, repository, conversation)
    door.book.posted(key, number)
    return number


def _found(rest: Rest, name: str, repository_id: int, branch: str) -> int:
    owner = name.partition("/")[0]
    pulls = [
        Pull.model_validate(one) for one in rest.get(f"/repos/{name}/pulls", head=f"{owner}:{branch}", state="all")
    ]
    ours = (one for one in pulls if one.head.ref == branch and one.head.repo and one.head.repo.id == repository_id)
    return next((one.number for one in ours), 0)


def _made(door: GithubDoor, rest: Rest, repository: Repository, conversation: Conversation) -> int:
    """Always a draft (APR-10)."""
    facts = told(door.book, conversation)
    assert facts.report is not None
    redact = door.redactor.text
    body = {
        "title": redact(pull_title(facts.report)),
        "body": redact(pull_body(facts, repository.default_branch)),
        "head": conversation.branch,
        "base": conversation.onto,
        "draft": True,
    }
    try:
        return int(rest.post(f"/repos/{repository.full_name}/pulls", body)["number"])
    except GithubRefused as refused:
        where = f"The patch is on the branch {conversation.branch}"
        raise NotPublished(f"{where}, but GitHub makes no draft pull request of it: {refused}") from None
