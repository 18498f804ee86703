"""GitHub's JSON for what the hub knows, with the fields that its documentation shows."""

from typing import Any

from patchwright.evals.github.hub import Comment, Hub, Issue, Repository, User, branch

API = "https://api.github.com"
WEB = "https://github.com"


def user(one: User) -> dict[str, Any]:
    """A simple user."""
    return {
        "login": one.login,
        "id": one.id,
        "node_id": f"U_{one.id}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{one.id}?v=4",
        "gravatar_id": "",
        "url": f"{API}/users/{one.login}",
        "html_url": f"{WEB}/{one.login}",
        "type": one.type,
        "user_view_type": "public",
        "site_admin": False,
    }


def repository(hub: Hub, one: Repository) -> dict[str, Any]:
    """A repository."""
    owner, _, name = one.full_name.partition("/")
    return {
        "id": one.id,
        "node_id": f"R_{one.id}",
        "name": name,
        "full_name": one.full_name,
        "private": one.private,
        "owner": user(hub.user(owner)),
        "html_url": f"{WEB}/{one.full_name}",
        "description": None,
        "fork": False,
        "url": f"{API}/repos/{one.full_name}",
        "clone_url": f"https://evil.example/{one.full_name}.git",  # nobody may use it (NET-01)
        "default_branch": one.default_branch,
        "archived": one.archived,
        "disabled": False,
        "visibility": "private" if one.private else "public",
        "open_issues_count": len(one.issues),
    }


def issue(home: Repository, one: Issue) -> dict[str, Any]:
    """An issue; a pull request has a part more."""
    path = "pull" if one.head else "issues"
    shape: dict[str, Any] = {
        "url": f"{API}/repos/{home.full_name}/issues/{one.number}",
        "repository_url": f"{API}/repos/{home.full_name}",
        "html_url": f"{WEB}/{home.full_name}/{path}/{one.number}",
        "id": home.id + one.number,
        "node_id": f"I_{home.id + one.number}",
        "number": one.number,
        "title": one.title,
        "user": user(one.user),
        "labels": [{"id": 1, "name": name, "color": "ededed", "default": False} for name in one.labels],
        "state": one.state,
        "locked": one.locked,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": sum(comment.number == one.number for comment in home.comments.values()),
        "created_at": one.updated_at,
        "updated_at": one.updated_at,
        "closed_at": None,
        "author_association": "NONE",
        "active_lock_reason": None,
        "body": one.body or None,
    }
    if one.head:
        shape["pull_request"] = {"url": f"{API}/repos/{home.full_name}/pulls/{one.number}", "merged_at": None}
    return shape


def comment(home: Repository, one: Comment) -> dict[str, Any]:
    """A comment, on an issue or on a line."""
    shape: dict[str, Any] = {
        "url": f"{API}/repos/{home.full_name}/issues/comments/{one.id}",
        "html_url": f"{WEB}/{home.full_name}/issues/{one.number}#issuecomment-{one.id}",
        "id": one.id,
        "node_id": f"IC_{one.id}",
        "user": user(one.user),
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "author_association": "CONTRIBUTOR",
        "body": one.body,
        "performed_via_github_app": None,
    }
    if one.path:
        hunk = f"@@ -1 +1 @@\n line {one.line}"
        shape |= {"path": one.path, "line": one.line, "diff_hunk": hunk, "pull_request_review_id": one.review}
    return shape


def pull(hub: Hub, home: Repository, one: Issue) -> dict[str, Any]:
    """A pull request."""
    origin = hub.repositories.get(one.head_repository)
    sha = branch(origin, one.head) if origin else "0" * 40
    head_home = repository(hub, origin) if origin else None
    owner = home.full_name.partition("/")[0]
    return {
        **issue(home, one),
        "html_url": f"{WEB}/{home.full_name}/pull/{one.number}",
        "draft": one.draft,
        "merged": False,
        "mergeable": True,
        "head": {"label": f"{owner}:{one.head}", "ref": one.head, "sha": sha, "repo": head_home},
        "base": {"label": f"{owner}:{one.base}", "ref": one.base, "sha": "", "repo": repository(hub, home)},
    }


def review(home: Repository, one: dict[str, Any]) -> dict[str, Any]:
    """A review."""
    return {
        "id": one["id"],
        "node_id": f"PRR_{one['id']}",
        "user": user(one["user"]),
        "body": one["body"] or None,
        "state": one["state"],
        "html_url": f"{WEB}/{home.full_name}/pull/{one['number']}#pullrequestreview-{one['id']}",
        "submitted_at": "2026-11-23T00:00:00Z",
        "author_association": "MEMBER",
    }
