"""The text of an issue as a run gets it: frozen at the trigger, with what writers said before it (PI-03)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from patchwright.api.github.events import Ask
from patchwright.api.github.grammar import read_command
from patchwright.api.github.payloads import CheckRun, Comment, Issue, Pull
from patchwright.api.github.rest import Rest
from patchwright.api.github.rights import may_write

MOST_COMMENTS = 30
LONGEST_COMMENT = 8000
BAD_ENDS = ("failure", "timed_out", "action_required", "startup_failure")


@dataclass(frozen=True, slots=True)
class Frozen:
    """What was there at the trigger. `left_out` counts comments of who may not write, or that were changed since."""

    title: str
    body: str
    comments: Sequence[Comment]
    left_out: int = 0


def freeze(rest: Rest, repository: str, ask: Ask) -> Frozen:
    """The issue of an ask with its comments. Raises as `Rest.get`."""
    title, body = (ask.title, ask.body) if ask.title else _issue(rest, repository, ask.place.number)
    said = (
        Comment.model_validate(one) for one in rest.pages(f"/repos/{repository}/issues/{ask.place.number}/comments")
    )
    before = [one for one in said if one.id != ask.said_in and (not ask.at or one.created_at <= ask.at)]
    kept = _kept(before, ask.at, _asker(rest, repository))
    return Frozen(title, body, kept[-MOST_COMMENTS:], len(before) - len(kept))


def _issue(rest: Rest, repository: str, number: int) -> tuple[str, str]:
    found = Issue.model_validate(rest.get(f"/repos/{repository}/issues/{number}"))
    return found.title, found.body or ""


def _asker(rest: Rest, repository: str) -> Callable[[str], bool]:
    """Whether somebody may write, asked once a person."""
    known = dict[str, bool]()

    def ask(login: str) -> bool:
        if login not in known:
            known[login] = may_write(rest, repository, login)
        return known[login]

    return ask


def _kept(comments: Iterable[Comment], at: str, allowed: Callable[[str], bool]) -> list[Comment]:
    """Those by people who may write, as they were then; commands to us are no part of the issue."""
    return [
        one
        for one in comments
        if one.user is not None
        and one.user.type == "User"
        and (not at or one.updated_at <= at)
        and read_command(one.body or "") is None
        and allowed(one.user.login)
    ]


def words(frozen: Frozen, notes: str, by: str) -> str:
    """The whole request; a note of whoever gave the command stands at its end."""
    parts = [frozen.title.replace("\n", " "), frozen.body]
    parts += [f"Comment by {_who(one)}:\n{(one.body or '')[:LONGEST_COMMENT]}" for one in frozen.comments]
    parts += [f"Asked for beside by {by}:\n{notes}"] if notes else []
    return "\n\n".join(part for part in parts if part.strip())


def follow_up(pull: Pull, notes: str, by: str, lines: Sequence[Comment], checks: Sequence[CheckRun]) -> str:
    """What is to be done on a pull request of ours: what reviewers said of its lines, and checks that fail."""
    parts = [f"Follow-up on pull request #{pull.number}: {pull.title}", notes and f"{by} says:\n{notes}"]
    parts += [f"{_who(one)} on {one.path}{f':{one.line}' if one.line else ''}:\n{_on(one)}" for one in lines]
    parts += [f"The check {one.name} fails: {one.output.title or ''}\n{one.output.summary or ''}" for one in checks]
    return "\n\n".join(part[:LONGEST_COMMENT] for part in parts if part)


def _on(comment: Comment) -> str:
    hunk = "\n".join(f"    {line}" for line in comment.diff_hunk.splitlines()[-6:])
    return f"{comment.body or ''}\n{hunk}".rstrip()


def _who(comment: Comment) -> str:
    return comment.user.login if comment.user else "somebody"


def review_lines(rest: Rest, repository: str, ask: Ask) -> list[Comment]:
    """Comments on lines that writers made: those of the review that asks, or all, without commands to us."""
    number = ask.place.number
    where = f"reviews/{ask.said_in}/comments" if ask.kind == "review" else "comments"
    found = [Comment.model_validate(one) for one in rest.pages(f"/repos/{repository}/pulls/{number}/{where}")]
    return _kept(found, "", _asker(rest, repository))[-MOST_COMMENTS:]


def failing_checks(rest: Rest, repository: str, sha: str) -> list[CheckRun]:
    """The checks that fail on a commit."""
    found = rest.pages(f"/repos/{repository}/commits/{sha}/check-runs", "check_runs")
    runs = [CheckRun.model_validate(one) for one in found]
    return [one for one in runs if one.conclusion in BAD_ENDS][:MOST_COMMENTS]
