"""Posting exactly once: written down, done, written down; after a crash our own marker is looked for first (REL-02)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from patchwright.api.github.book import Book
from patchwright.api.github.errors import GithubGone
from patchwright.api.github.payloads import Comment
from patchwright.api.github.rest import Rest
from patchwright.api.github.telling import marker
from patchwright.tools.secrets import Redactor

Reaction = str
"""What GitHub calls it: "eyes", "-1", "confused", "rocket"."""


def body_of(redactor: Redactor, kind: str, name: str, text: str) -> str:
    """What stands in a comment: the text without secrets (SEC-04), and our marker."""
    return f"{redactor.text(text)}\n{marker(kind, name)}"


def digest_of(body: str) -> str:
    """By which we know what we posted."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def is_posted(book: Book, redactor: Redactor, kind: str, name: str, text: str) -> bool:
    """Whether the comment says just this already, as far as we know."""
    known = book.post(f"{kind}:{name}")
    return known is not None and known.digest == digest_of(body_of(redactor, kind, name, text))


@dataclass(frozen=True, slots=True)
class Poster:
    """Our pen on one repository. `login` is who we are there: a marker in somebody else's text is none of ours."""

    rest: Rest
    book: Book
    redactor: Redactor
    repository: str
    login: str

    def keep(self, kind: str, name: str, number: int, text: str, *, since: str = "") -> int:
        """The one comment of this kind and name on an issue says `text` from now on; GitHub's number of it.

        `since` is a moment before which it cannot have been posted, by GitHub's clock; "" for any.
        """
        key, body = f"{kind}:{name}", body_of(self.redactor, kind, name, text)
        digest = digest_of(body)
        known = self.book.post(key)
        if known is not None and known.digest == digest:
            return known.remote
        remote = known.remote if known else 0
        remote = self._edited(remote, body) or self._found_or_made(key, marker(kind, name), number, body, since)
        self.book.posted(key, remote, digest)
        return remote

    def react(self, kind: str, comment: int, number: int, content: Reaction) -> None:
        """Put a reaction on what somebody said; GitHub keeps one of each."""
        where = {"comment": f"issues/comments/{comment}", "line": f"pulls/comments/{comment}"}
        path = where.get(kind, f"issues/{number}")
        self.rest.post(f"/repos/{self.repository}/{path}/reactions", {"content": content})

    def _edited(self, remote: int, body: str) -> int:
        """The comment with its new text; 0 if there is none (any more)."""
        if not remote:
            return 0
        try:
            self.rest.patch(f"/repos/{self.repository}/issues/comments/{remote}", {"body": body})
        except GithubGone:
            return 0
        return remote

    def _found_or_made(self, key: str, mark: str, number: int, body: str, since: str) -> int:
        if not self.book.mean(key):
            found = next((one.id for one in self._ours(number, since) if mark in (one.body or "")), 0)
            if edited := self._edited(found, body):
                return edited
        made = self.rest.post(f"/repos/{self.repository}/issues/{number}/comments", {"body": body})
        return int(made["id"])

    def _ours(self, number: int, since: str) -> Iterator[Comment]:
        query: dict[str, Any] = {"since": since} if since else {}
        for one in self.rest.pages(f"/repos/{self.repository}/issues/{number}/comments", **query):
            comment = Comment.model_validate(one)
            if comment.user is not None and comment.user.login == self.login:
                yield comment
