"""`patchwright ci` with a real run in a local sandbox, and its files as their readers read them."""

import json
from pathlib import Path

import pytest
from junitparser import JUnitXml

from tests.api.conftest import Inside
from tests.api.prepared import open_store
from tests.e2e import story

POLICY = """
name = "words"
issues = true
paths = ["word.txt"]
max_files = 1
max_lines = 2
"""


@pytest.fixture
def project(tmp_path: Path, state: Path) -> Path:
    story.write_recording(tmp_path / "recording.jsonl", story.tiny_answers())
    (tmp_path / "policy.toml").write_text(POLICY)
    return story.tiny(tmp_path / "tiny")


def suite_of(path: Path) -> tuple[int, str]:
    """Failures and name of a report's only suite, as junitparser reads it."""
    (suite,) = list(JUnitXml.fromfile(str(path)))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return suite.failures, suite.name  # pyright: ignore


def ci(inside: Inside, project: Path, *more: str, code: int) -> str:
    folder = project.parent
    common = ("--sandbox", "local", "--recording", str(folder / "recording.jsonl"), "--issue", "The word is wrong.")
    files = (
        "--junit",
        str(folder / "out/j.xml"),
        "--sarif",
        str(folder / "out/s.json"),
        "--patch",
        str(folder / "out/p.diff"),
    )
    done = inside("ci", str(project), *common, *files, *more, GITHUB_STEP_SUMMARY=str(folder / "step.md"))
    assert done.returncode == code, done.stderr
    return done.stdout.decode()


def test_a_policy_approves_the_plan_and_the_job_gets_its_files(inside: Inside, project: Path, state: Path) -> None:
    folder = project.parent
    said = json.loads(ci(inside, project, "--approve-by", str(folder / "policy.toml"), "--json", code=0))
    assert said["verdict"] == "verified" and said["refused"] == []
    store = open_store(state)
    (approval,) = store.approvals(said["id"])
    assert said["policy"] in approval.by and said["policy"].startswith("policy words sha256:")
    assert store.artifact(said["id"], "policy.toml") == POLICY.encode()
    assert b"+right" in (folder / "out/p.diff").read_bytes()
    assert suite_of(folder / "out/j.xml") == (0, "patchwright The word is wrong.")
    (run,) = json.loads((folder / "out/s.json").read_text())["runs"]
    assert run["invocations"][0]["executionSuccessful"] is True
    assert "patch, verified" in (folder / "step.md").read_text()


def test_without_a_policy_or_against_it_the_plan_waits_for_a_human(inside: Inside, project: Path, state: Path) -> None:
    folder = project.parent
    assert "no policy was given" in ci(inside, project, code=3)
    (folder / "policy.toml").write_text(POLICY.replace("word.txt", "docs/**"))
    assert "opens word.txt, outside of its paths" in ci(
        inside, project, "--approve-by", str(folder / "policy.toml"), code=3
    )
    assert [run.status for run in open_store(state).runs()] == ["awaiting_approval"] * 2
    assert not (folder / "out/p.diff").exists()
    assert suite_of(folder / "out/j.xml")[0] == 2


def test_a_patch_beyond_the_policy_is_not_handed_out(inside: Inside, project: Path) -> None:
    folder = project.parent
    (folder / "policy.toml").write_text(POLICY.replace("max_lines = 2", "max_lines = 1"))
    assert "2 lines are changed, 1 are allowed" in ci(
        inside, project, "--approve-by", str(folder / "policy.toml"), code=1
    )
    assert not (folder / "out/p.diff").exists()


def test_either_an_issue_or_a_transformation(inside: Inside, project: Path) -> None:
    assert inside("ci", str(project)).returncode == 2
