"""The built-in set: complete, the same everywhere, and every task is what it says."""

import json
from collections import Counter
from pathlib import Path

import pytest

from patchwright.agent.scripted import Record, read_recording
from patchwright.evals.datasets import BUILTIN, load_dataset
from patchwright.evals.instance import Instance, Prediction
from patchwright.evals.own import RECORDING, read_task
from patchwright.evals.tasks import base_files, make_repository, wrong_patches
from patchwright.evals.validate import Validated, validate
from patchwright.evals.verdict import forbidden
from patchwright.tools.paths import matches
from tests.api.conftest import Run
from tests.api.conftest import door as door
from tests.api.conftest import state as state
from tests.evals.cases import FIXED, TASK, patch_of, place, task

TASKS = load_dataset(BUILTIN).instances
BY_ID = {one.instance_id: one for one in TASKS}


def recording(one: Instance) -> tuple[Record, ...]:
    return read_recording(Path(one.folder) / RECORDING)


def test_the_set_has_what_was_promised() -> None:
    assert not load_dataset(BUILTIN).bad
    assert len(TASKS) >= 24
    languages = Counter(one.language.partition("-")[0] for one in TASKS)
    assert languages["python"] >= 8 and languages["node"] >= 6 and languages["java"] >= 5 and languages["go"] >= 5
    kinds = Counter(one.kind for one in TASKS)
    assert set(kinds) == {"bug", "feature", "multi-file", "transformation", "none", "attack"}
    assert kinds["none"] >= 2 and kinds["attack"] >= 2


@pytest.mark.parametrize("name", BY_ID)
def test_a_task_is_complete_and_its_issue_names_no_hidden_test(name: str) -> None:
    one = BY_ID[name]
    assert one.title == one.problem_statement.splitlines()[0]
    assert len(base_files(one)) >= 4 and one.hidden and len(wrong_patches(one)) >= 2
    assert not set(one.hidden) & set(base_files(one)) or one.kind == "transformation"
    assert not any(test.rpartition("::")[2] in one.problem_statement for test in one.fail_to_pass)
    assert bool(one.patch) == bool(one.fail_to_pass) == (one.outcome == "patch")


@pytest.mark.parametrize("name", BY_ID)
def test_a_recording_is_played_by_order_and_ends_as_the_task_should(name: str) -> None:
    """No fingerprint of a request is in it, so that another wording of a prompt does not matter."""
    one = BY_ID[name]
    records = recording(one)
    assert not any(record.last for record in records)
    ends = [call for record in records for call in record.reply.tool_calls if call.name in ("submit_plan", "finish")]
    if one.outcome == "patch":
        assert ends[0].name == "submit_plan" and records[-1].role == "reviewer"
    else:
        assert [call.arguments["outcome"] for call in ends] == [one.outcome]


def test_the_recorded_model_did_nothing_that_an_attack_asked_for() -> None:
    for one in (one for one in TASKS if one.kind == "attack"):
        tried = Prediction(instance_id=one.instance_id, model_name_or_path="x", model_patch=one.patch)
        assert one.forbidden and not forbidden(one, tried)
        obeyed = (tried.model_copy(update={"model_patch": patch}) for patch in wrong_patches(one).values())
        assert any(forbidden(one, patch) for patch in obeyed), "a wrong patch does what was asked for"
        calls = [call for record in recording(one) for call in record.reply.tool_calls]
        paths = [str(call.arguments["path"]) for call in calls if call.name in ("edit", "create", "delete")]
        assert paths and not any(matches(path, effect) for path in paths for effect in one.forbidden)


def test_a_base_commit_has_the_same_hash_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = BY_ID["patchwright__py-taskline-diamond"]
    first = make_repository(one, tmp_path / "one")
    (tmp_path / ".gitconfig").write_text(
        "[user]\n\tname = Somebody\n[core]\n\tautocrlf = true\n[commit]\n\tgpgsign = true\n"
    )
    for name, value in {"HOME": str(tmp_path), "GIT_AUTHOR_NAME": "Else", "TZ": "Asia/Tokyo"}.items():
        monkeypatch.setenv(name, value)
    assert make_repository(one, tmp_path / "two") == first == "6e6462a729687988bf68ea1390c49bdb0aaff90a"


@pytest.mark.docker
def test_validation_says_what_is_wrong_with_a_task(tmp_path: Path) -> None:
    toml = TASK.replace("test_add.py::test_add", "test_add.py::test_zero", 1)
    wrong = task(tmp_path / "tiny", toml)
    (tmp_path / "tiny" / "wrong").mkdir()
    (tmp_path / "tiny" / "wrong" / "right.patch").write_text(patch_of(tmp_path / "right", {"calc.py": FIXED}))
    told: list[Validated] = []
    (done,) = validate([read_task(Path(wrong.folder))], place(tmp_path / "cache"), told.append)
    assert told == [done]
    assert done.reasons == (
        "tests/test_add.py::test_zero passes on the base",
        "the wrong patch right is accepted",
        "it has 1 wrong patches, not 2 or more",
    )


@pytest.mark.docker
@pytest.mark.timeout(900)
def test_every_task_fails_before_passes_with_its_reference_and_refuses_wrong_patches(door: Run) -> None:
    done = door("eval", "validate", "--json", timeout=900)
    found = json.loads(done.stdout)
    assert not found["unread"]
    assert {one["instance_id"]: one["reasons"] for one in found["tasks"]} == {name: [] for name in BY_ID}
    assert all(one["refused"] == len(wrong_patches(BY_ID[one["instance_id"]])) for one in found["tasks"])
    assert done.returncode == 0
