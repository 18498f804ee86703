"""The API: what a request does to the hub, and what is answered."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from patchwright.evals.github import shapes
from patchwright.evals.github.hub import Hub, Repository, Token, branch

Answer = tuple[int, Any]
NOT_FOUND: Answer = (
    404,
    {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"},
)


@dataclass
class Call:
    """A request by somebody. `found` are the parts of its path."""

    hub: Hub
    token: Token
    found: re.Match[str]
    query: dict[str, str]
    body: dict[str, Any]
    home: Repository

    def number(self, name: str = "number") -> int:
        """A number of the path."""
        return int(self.found[name])

    def page(self, items: list[Any]) -> Answer:
        """A page of a list."""
        size, page = int(self.query.get("per_page", "30")), int(self.query.get("page", "1"))
        return 200, items[(page - 1) * size : page * size]


def _repository(call: Call) -> Answer:
    return 200, shapes.repository(call.hub, call.home)


def _permission(call: Call) -> Answer:
    login = call.found["login"]
    found = call.home.permissions.get(login, "none" if call.home.private else "read")
    legacy = {"maintain": "write", "triage": "read"}.get(found, found)
    if login not in call.hub.users:
        return NOT_FOUND
    return 200, {"permission": legacy, "role_name": found, "user": shapes.user(call.hub.user(login))}


def _issue(call: Call) -> Answer:
    one = call.home.issues.get(call.number())
    return (200, shapes.issue(call.home, one)) if one else NOT_FOUND


def _comments(call: Call) -> Answer:
    since = call.query.get("since", "")
    wanted = [
        one
        for one in call.home.comments.values()
        if one.number == call.number() and not one.path and one.updated_at >= since
    ]
    return call.page([shapes.comment(call.home, one) for one in wanted])


def _make_comment(call: Call) -> Answer:
    if call.number() not in call.home.issues:
        return NOT_FOUND
    if len(call.body.get("body", "")) > 65_536:
        return 422, {"message": "Validation Failed", "errors": [{"code": "custom", "message": "body is too long"}]}
    made = call.hub.comment(call.home, call.number(), call.token.user.login, call.body["body"])
    call.hub.made["comment"] += 1
    return 201, shapes.comment(call.home, made)


def _comment(call: Call) -> Answer:
    one = call.home.comments.get(call.number("id"))
    return (200, shapes.comment(call.home, one)) if one else NOT_FOUND


def _edit_comment(call: Call) -> Answer:
    one = call.home.comments.get(call.number("id"))
    if one is None:
        return NOT_FOUND
    if one.user.login != call.token.user.login:
        return 403, {"message": "Resource not accessible by integration"}
    one.body, one.updated_at = call.body["body"], call.hub.now()
    call.hub.made["edit"] += 1
    return 200, shapes.comment(call.home, one)


def _react(call: Call) -> Answer:
    content = str(call.body.get("content"))
    if content not in ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"):
        return 422, {"message": "Validation Failed"}
    target = call.number("id")
    key = (target, content, call.token.user.login)
    known = key in call.home.reactions
    call.home.reactions[key] = 1
    return (200 if known else 201), {"id": 1, "user": shapes.user(call.token.user), "content": content}


def _pulls(call: Call) -> Answer:
    head = call.query.get("head", "").partition(":")[2]
    state = call.query.get("state", "open")
    wanted = [
        one
        for one in call.home.issues.values()
        if one.head and (not head or one.head == head) and state in ("all", one.state)
    ]
    return call.page([shapes.pull(call.hub, call.home, one) for one in wanted])


def _make_pull(call: Call) -> Answer:
    head, base = str(call.body["head"]), str(call.body["base"])
    if call.body.get("draft") and not call.home.drafts:
        return 422, {"message": "Draft pull requests are not supported in this repository."}
    if not branch(call.home, head) or not branch(call.home, base):
        return 422, {"message": "Validation Failed", "errors": [{"field": "head", "code": "invalid"}]}
    if any(one.head == head and one.state == "open" for one in call.home.issues.values()):
        return 422, {"message": "Validation Failed", "errors": [{"message": "A pull request already exists"}]}
    made = call.hub.pull(call.home, call.body["title"], call.body["body"], call.token.user, head, base)
    made.draft = bool(call.body.get("draft"))
    call.hub.made["pull"] += 1
    return 201, shapes.pull(call.hub, call.home, made)


def _pull(call: Call) -> Answer:
    one = call.home.issues.get(call.number())
    return (200, shapes.pull(call.hub, call.home, one)) if one and one.head else NOT_FOUND


def _lines(call: Call) -> Answer:
    wanted = [one for one in call.home.comments.values() if one.number == call.number() and one.path]
    return call.page([shapes.comment(call.home, one) for one in wanted])


def _review(call: Call) -> Answer:
    one = call.home.reviews.get(call.number("id"))
    return (200, shapes.review(call.home, one)) if one else NOT_FOUND


def _review_lines(call: Call) -> Answer:
    wanted = [one for one in call.home.comments.values() if one.review == call.number("id")]
    return call.page([shapes.comment(call.home, one) for one in wanted])


def _check_runs(call: Call) -> Answer:
    found = call.home.checks.get(call.found["sha"], [])
    return 200, {"total_count": len(found), "check_runs": found}


def _artifacts(call: Call) -> Answer:
    found = [one for one in call.home.artifacts if one["name"] == call.query.get("name", one["name"])]
    return 200, {"total_count": len(found), "artifacts": found}


def _workflow_run(call: Call) -> Answer:
    found = call.home.workflow_runs.get(call.number("id"))
    return (200, found) if found else NOT_FOUND


_R = r"/repos/(?P<owner>[^/]+)/(?P<name>[^/]+)"
ROUTES: tuple[tuple[str, str, Callable[[Call], Answer]], ...] = (
    ("GET", r"/repositories/(?P<repository>\d+)", _repository),
    ("GET", _R, _repository),
    ("GET", rf"{_R}/collaborators/(?P<login>[^/]+)/permission", _permission),
    ("GET", rf"{_R}/issues/(?P<number>\d+)", _issue),
    ("GET", rf"{_R}/issues/(?P<number>\d+)/comments", _comments),
    ("POST", rf"{_R}/issues/(?P<number>\d+)/comments", _make_comment),
    ("POST", rf"{_R}/issues/(?P<id>\d+)/reactions", _react),
    ("GET", rf"{_R}/issues/comments/(?P<id>\d+)", _comment),
    ("PATCH", rf"{_R}/issues/comments/(?P<id>\d+)", _edit_comment),
    ("POST", rf"{_R}/issues/comments/(?P<id>\d+)/reactions", _react),
    ("GET", rf"{_R}/pulls", _pulls),
    ("POST", rf"{_R}/pulls", _make_pull),
    ("GET", rf"{_R}/pulls/(?P<number>\d+)", _pull),
    ("GET", rf"{_R}/pulls/(?P<number>\d+)/comments", _lines),
    ("GET", rf"{_R}/pulls/comments/(?P<id>\d+)", _comment),
    ("POST", rf"{_R}/pulls/comments/(?P<id>\d+)/reactions", _react),
    ("GET", rf"{_R}/pulls/(?P<number>\d+)/reviews/(?P<id>\d+)", _review),
    ("GET", rf"{_R}/pulls/(?P<number>\d+)/reviews/(?P<id>\d+)/comments", _review_lines),
    ("GET", rf"{_R}/actions/artifacts", _artifacts),
    ("GET", rf"{_R}/actions/runs/(?P<id>\d+)", _workflow_run),
    ("GET", rf"{_R}/commits/(?P<sha>[0-9a-f]+)/check-runs", _check_runs),
)


def answer(hub: Hub, token: Token, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Answer:
    """What GitHub says to a request of somebody who is known."""
    if (method, path) == ("GET", "/user"):
        return 200, shapes.user(token.user)
    for verb, pattern, act in ROUTES:
        found = re.fullmatch(pattern, path)
        if found and verb == method:
            home = _home(hub, found)
            if home is None or (token.repositories is not None and home.id not in token.repositories):
                return NOT_FOUND
            return act(Call(hub, token, found, query, body, home))
    return NOT_FOUND


def _home(hub: Hub, found: re.Match[str]) -> Repository | None:
    parts = found.groupdict()
    if "repository" in parts:
        return hub.repositories.get(int(parts["repository"]))
    return hub.named(f"{parts['owner']}/{parts['name']}")
