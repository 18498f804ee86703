"""The door without a server: each job of GitHub Actions is a process of its own, with the state of the one before."""

import json
import re
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from patchwright.evals.github.hooks import Delivery, commented
from tests.api.conftest import Done, Inside
from tests.api.conftest import inside as inside  # a fixture
from tests.api.conftest import state as state  # a fixture
from tests.api.github.stage import ANNA, Stage

ROOT = Path(__file__).parents[3]
OURS = ".github/workflows/patchwright.yml"


class Job:
    """A repository whose workflow runs our action."""

    def __init__(self, stage: Stage, inside: Inside, folder: Path) -> None:
        self.stage, self.inside, self.folder, self.count = stage, inside, folder, 0
        stage.hub.app_slug = "github-actions"
        self.token = stage.hub.token(stage.hub.bot)

    def run(self, delivery: Delivery, *command: str, **more: str) -> Done:
        self.count += 1
        event = self.folder / f"event{self.count}.json"
        event.write_bytes(delivery.body)
        config = self.folder / "job.toml"
        config.write_text('[github]\nsandbox = "local"\n')
        env = {
            "GITHUB_REPOSITORY": self.stage.home.full_name,
            "GITHUB_TOKEN": self.token,
            "GITHUB_API_URL": f"{self.stage.url}/api/v3",
            "GITHUB_EVENT_NAME": delivery.event,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_RUN_ID": str(self.count),
            "GITHUB_WORKFLOW_REF": f"acme/words/{OURS}@refs/heads/main",
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "PATCHWRIGHT_CONFIG": str(config),
        }
        arguments = command or ("act", "--recording", str(self.folder / "recording.jsonl"), "--json")
        return self.inside("github", *arguments, **{**env, **more})

    def say(self, number: int, text: str) -> Done:
        said = self.stage.hub.comment(self.stage.home, number, ANNA, text)
        return self.run(commented(self.stage.hub, self.stage.home, said))


@pytest.fixture
def job(stage: Stage, inside: Inside, tmp_path: Path) -> Job:
    return Job(stage, inside, tmp_path)


def test_two_jobs_make_a_plan_and_then_a_draft_pull_request(job: Job, state: Path) -> None:
    stage, issue = job.stage, job.stage.issue()
    planned = job.say(issue.number, "/patchwright fix")
    assert planned.returncode == 0, planned.stderr
    (shown,) = stage.ours(issue.number)
    shutil.move(state, job.folder / "carried")
    shutil.copytree(job.folder / "carried", state)  # an artifact in between
    found = re.search(r"/patchwright approve [0-9a-f]{16}", shown)
    assert found
    done = job.say(issue.number, found[0])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["runs"][0]["verdict"] == "verified"
    (pull,) = stage.pulls()
    assert pull.draft and stage.file(pull.head, "word.txt") == "right\n"
    assert len(stage.ours(issue.number)) == 1 and f"#{pull.number}" in stage.ours(issue.number)[0]


def test_a_comment_without_a_command_and_a_workflow_started_by_hand(job: Job) -> None:
    issue = job.stage.issue()
    assert b"Nothing to do" in job.say(issue.number, "Thanks!").stderr
    payload: dict[str, Any] = json.loads(
        commented(job.stage.hub, job.stage.home, job.stage.hub.comment(job.stage.home, 1, ANNA, "x")).body
    )
    by_hand = {
        "inputs": {"issue": "1", "command": "plan"},
        "sender": payload["sender"],
        "repository": payload["repository"],
    }
    done = job.run(Delivery("workflow_dispatch", "g", json.dumps(by_hand).encode()))
    assert done.returncode == 0, done.stderr
    assert "waits for your decision" in job.stage.ours(issue.number)[0]


@pytest.mark.parametrize(
    ("changed", "taken"),
    [
        ({}, True),
        ({"event": "pull_request"}, False),
        ({"path": ".github/workflows/other.yml"}, False),
        ({"head_repository_id": 1}, False),
        ({"expired": True}, False),
    ],
)
def test_state_is_taken_only_from_this_very_workflow(job: Job, changed: dict[str, Any], taken: bool) -> None:
    """APR-02: whoever opens a pull request can upload an artifact of any name."""
    home, issue = job.stage.home, job.stage.issue()
    run = {"id": 5, "event": "issue_comment", "path": OURS}
    made = {"id": 5, "repository_id": home.id, "head_repository_id": home.id}
    artifact: dict[str, Any] = {"name": f"patchwright-state-{issue.number}", "expired": False, "workflow_run": made}
    for name, value in changed.items():
        (run if name in run else made if name in made else artifact)[name] = value
    home.artifacts, home.workflow_runs = [artifact], {5: run}
    said = job.stage.hub.comment(home, issue.number, ANNA, "/patchwright status")
    assert job.run(commented(job.stage.hub, home, said), "state").returncode == 0
    output = (job.folder / "output").read_text()
    assert output == f"name=patchwright-state-{issue.number}\nrun_id={'5' if taken else ''}\n"


def test_setup_says_each_step_and_fetches_the_key(job: Job, tmp_path: Path) -> None:
    """SEC-06"""
    api = f"{job.stage.url}/api/v3"
    first = job.inside("github", "setup", "--url", "https://fix.acme.example", "--to", str(tmp_path))
    assert first.returncode == 0 and b"setup --code CODE" in first.stdout
    made = json.loads((tmp_path / "github-app.json").read_text())
    assert made["hook_attributes"]["url"] == "https://fix.acme.example/github/webhook"
    assert "workflows" not in made["default_permissions"]
    assert "github.com/settings/apps/new" in (tmp_path / "github-app.html").read_text()
    second = job.inside("github", "setup", "--code", "abc123", "--api-url", api, "--to", str(tmp_path))
    assert b"app_id = 1234" in second.stdout and b"MIIEfake" not in second.stdout + second.stderr
    for name in ("github-app.pem", "github-app.env"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert job.inside("github", "setup", "--code", "abc123", "--api-url", api, "--to", str(tmp_path)).returncode != 0
    assert job.inside("github", "setup").returncode == 2


def test_the_action_asks_for_what_it_needs_and_gives_its_token_to_its_own_steps_only() -> None:
    """SEC-02: no input is put into a script's text, where it would be run."""
    text = (ROOT / "action.yml").read_text()
    scripts = re.findall(r"run: (?:\|\n((?:        .*\n|\n)+)|(.*)\n)", text)
    assert len(scripts) == 4
    assert not any("${{" in script for found in scripts for script in found)
