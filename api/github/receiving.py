"""A delivery is verified, kept, and answered; what it asks for is done later by the worker (WH-06, REL-01)."""

import json
import re
from dataclasses import dataclass

from patchwright.api.github.book import Book
from patchwright.api.github.events import Ignored, read_delivery, redacted
from patchwright.api.github.settings import GithubSettings
from patchwright.api.github.signature import signed
from patchwright.tools.secrets import Redactor

_GUID = re.compile(r"[A-Za-z0-9-]{1,100}")
_EVENT = re.compile(r"[a-z_]{1,60}")


@dataclass(frozen=True, slots=True)
class Received:
    """An HTTP status, and what is said with it."""

    status: int
    said: str


UNSIGNED = Received(401, "the signature is missing or wrong")
"""The same words whatever is wrong with it."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """The door's side of the webhook."""

    settings: GithubSettings
    book: Book
    redactor: Redactor

    def checked(self, event: str, guid: str, body: bytes, signature: str) -> Received:
        """Verify, then `receive`. Raises `StoreUnusable`."""
        if not signed(self.settings.webhook_secret, body, signature):
            return UNSIGNED
        return self.receive(event, guid, body)

    def receive(self, event: str, guid: str, body: bytes) -> Received:
        """Keep what was delivered by GitHub. Raises `StoreUnusable`."""
        if not _GUID.fullmatch(guid) or not _EVENT.fullmatch(event):
            return Received(400, "X-GitHub-Delivery or X-GitHub-Event is missing or not of GitHub's shape")
        try:
            payload = json.loads(body)
        except (ValueError, RecursionError):
            return Received(400, "the body is no JSON; set the webhook's content type to application/json")
        found = read_delivery(self.settings, event, payload)
        if isinstance(found, Ignored):
            return Received(202, f"ignored: {found.why}")
        return Received(
            202,
            "kept" if self.book.hear(guid, event, redacted(found, self.redactor.ours)) == "new" else "known already",
        )
