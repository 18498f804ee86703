"""Changes that a person requests of a finished patch: a follow-up run whose issue quotes their comments.

The follow-up begins on the same base, not on the patch: its result is one whole patch that is verified
against the same baseline and applies to the same checkout, and an approval of it covers all that it does.
"""

from collections.abc import Sequence

from patchwright.agent.errors import UsageError
from patchwright.agent.issue import Issue
from patchwright.agent.plan import Record
from patchwright.tools.untrusted import fence

MAX_PATCH = 40_000
"""Characters of the patch that the issue quotes; the rest is cut, and the cut is said."""
QUOTED = 5
"""Lines of a hunk that are quoted above a comment."""


class Comment(Record):
    """Words about a line of a patch. `line` counts in the new file, for a removed line (`old`) in the old; 0: the file.

    `path` "" is a comment on the whole patch. `quoted` are the lines of the diff that it is about.
    """

    path: str = ""
    line: int = 0
    old: bool = False
    quoted: str = ""
    text: str


def follow_up(issue: Issue, patch: bytes, comments: Sequence[Comment]) -> str:
    """The text of the issue for the run that follows. Raises `UsageError` without a comment."""
    if not any(comment.text.strip() for comment in comments):
        raise UsageError("Say in a few words what should be different.")
    parts = [
        f"{issue.title} (with the changes that were requested)",
        issue.body,
        "A patch for this was made and reviewed. Make it again with the changes below; keep what nobody objects to.",
        *(_quoted(comment) for comment in comments if comment.text.strip()),
        "The patch that was reviewed:",
        fence(_cut(patch.decode("utf-8", "replace")), "diff"),
    ]
    return "\n\n".join(part for part in parts if part)


def _quoted(comment: Comment) -> str:
    lines = comment.quoted.splitlines()[-QUOTED:]
    quoted = "\n".join(f"> {line}" for line in lines)
    return "\n".join(part for part in (f"On {_place(comment)}:", quoted, "", comment.text.strip()) if part or quoted)


def _place(comment: Comment) -> str:
    if not comment.path:
        return "the whole patch"
    where = f" line {comment.line}{' (removed)' if comment.old else ''}" if comment.line else ""
    return f"{comment.path}{where}"


def _cut(patch: str) -> str:
    if len(patch) <= MAX_PATCH:
        return patch
    return f"{patch[:MAX_PATCH]}\n[cut here: {len(patch) - MAX_PATCH} more characters were left out]"
