"""Where the state of an issue lies between two jobs of GitHub Actions: in an artifact of the job before."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from patchwright.agent.errors import UsageError
from patchwright.agent.parse import mapping
from patchwright.api import exits
from patchwright.api.github.access import Access
from patchwright.api.github.here import action_settings, event_payload
from patchwright.api.github.rest import Rest
from patchwright.api.github.settings import GithubSettings


def find_state(env: Mapping[str, str]) -> int:
    """Say to the job (GITHUB_OUTPUT) where the state of this issue lies: in an artifact of an earlier run, or nowhere.

    Only an artifact of this very workflow on this repository's default branch is taken: whoever opens a pull
    request could upload one of that name.
    """
    settings = action_settings(env, {})
    name, rest = state_name(event_payload(env)), Access(settings).repository(0, 0)
    found = [one for one in _artifacts(settings, rest, name) if _is_ours(settings, rest, one, env)]
    run_id = str(found[0]["workflow_run"]["id"]) if found else ""
    _output(env, {"name": name, "run_id": run_id})
    return exits.VERIFIED


def state_name(payload: dict[str, Any]) -> str:
    """The artifact of an event's issue or pull request."""
    subject = mapping(payload.get("issue")) or mapping(payload.get("pull_request"))
    number = subject.get("number") or mapping(payload.get("inputs")).get("issue") or 0
    return f"patchwright-state-{int(number)}"


def _artifacts(settings: GithubSettings, rest: Rest, name: str) -> list[dict[str, Any]]:
    found = rest.get(f"/repos/{settings.table.repositories[0]}/actions/artifacts", name=name, per_page=20)
    kept = [one for one in found.get("artifacts", []) if not one.get("expired")]
    return sorted(kept, key=lambda one: str(one.get("created_at", "")), reverse=True)


def _is_ours(settings: GithubSettings, rest: Rest, artifact: dict[str, Any], env: Mapping[str, str]) -> bool:
    made = mapping(artifact.get("workflow_run"))
    if not made.get("id") or made.get("head_repository_id") != made.get("repository_id"):
        return False
    run = rest.get(f"/repos/{settings.table.repositories[0]}/actions/runs/{int(made['id'])}")
    ours = env.get("GITHUB_WORKFLOW_REF", "").partition("@")[0].partition("/.github/")[2]
    events = ("issue_comment", "issues", "workflow_dispatch", "pull_request_review", "pull_request_review_comment")
    right_event = run.get("event") in events
    return right_event and bool(ours) and str(run.get("path", "")).partition("@")[0] == f".github/{ours}"


def _output(env: Mapping[str, str], values: Mapping[str, str]) -> None:
    if not env.get("GITHUB_OUTPUT"):
        raise UsageError("GITHUB_OUTPUT is not set: this is for a step of GitHub Actions.")
    with Path(env["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
