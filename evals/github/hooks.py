"""Deliveries as GitHub makes them: the payloads of events, signed."""

import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass
from typing import Any

from patchwright.evals.github import shapes
from patchwright.evals.github.hub import Comment, Hub, Repository


@dataclass(frozen=True)
class Delivery:
    """One webhook: its event, GUID and raw body."""

    event: str
    guid: str
    body: bytes

    def headers(self, secret: str) -> dict[str, str]:
        """As GitHub sends them."""
        digest = hmac.new(secret.encode(), self.body, hashlib.sha256).hexdigest()
        return {
            "content-type": "application/json",
            "user-agent": "GitHub-Hookshot/044aadd",
            "x-github-event": self.event,
            "x-github-delivery": self.guid,
            "x-github-hook-id": "292430182",
            "x-github-hook-installation-target-type": "integration",
            "x-hub-signature-256": f"sha256={digest}",
        }


def commented(hub: Hub, home: Repository, one: Comment, action: str = "created") -> Delivery:
    """`issue_comment`."""
    issue = shapes.issue(home, home.issues[one.number])
    return _made(hub, home, "issue_comment", one.user.login, action, issue=issue, comment=shapes.comment(home, one))


def line_commented(hub: Hub, home: Repository, one: Comment) -> Delivery:
    """`pull_request_review_comment`."""
    pull, said = shapes.pull(hub, home, home.issues[one.number]), shapes.comment(home, one)
    return _made(hub, home, "pull_request_review_comment", one.user.login, "created", pull_request=pull, comment=said)


def reviewed(hub: Hub, home: Repository, one: dict[str, Any]) -> Delivery:
    """`pull_request_review`."""
    pull, said = shapes.pull(hub, home, home.issues[one["number"]]), shapes.review(home, one)
    return _made(hub, home, "pull_request_review", one["user"].login, "submitted", pull_request=pull, review=said)


def labelled(hub: Hub, home: Repository, number: int, label: str, by: str) -> Delivery:
    """`issues`, labeled; the label is put on."""
    issue = home.issues[number]
    issue.labels.append(label)
    issue.updated_at = hub.now()
    shape = {"id": 1, "node_id": "LA_1", "name": label, "color": "ededed", "default": False}
    return _made(hub, home, "issues", by, "labeled", issue=shapes.issue(home, issue), label=shape)


def ping(hub: Hub, home: Repository) -> Delivery:
    """What GitHub sends first."""
    return _made(hub, home, "ping", "owner", "", zen="Keep it logically awesome.", hook_id=292430182)


def _made(hub: Hub, home: Repository, event: str, by: str, action: str, **parts: Any) -> Delivery:
    payload = {
        "action": action,
        **parts,
        "repository": shapes.repository(hub, home),
        "sender": shapes.user(hub.user(by)),
        "installation": {"id": hub.installation, "node_id": "MDIzOkludGVncmF0aW9u"},
    }
    return Delivery(event, str(uuid.uuid4()), json.dumps(payload).encode())
