"""Datasets and predictions in all shapes of the field; what is malformed is named."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from patchwright.agent.errors import UsageError
from patchwright.evals.datasets import load_dataset
from patchwright.evals.instance import EMPTY, GOLD
from patchwright.evals.predictions import load_predictions
from patchwright.evals.swebench import BadRow, read_row
from tests.evals.cases import TASK
from tests.sandbox.repositories import write

ROW = {
    "repo": "pallets/click",
    "instance_id": "pallets__click-1",
    "base_commit": "a" * 40,
    "patch": "diff --git a/x b/x\n",
    "test_patch": "",
    "problem_statement": "It fails.",
    "hints_text": "never shown",
    "created_at": "2024-01-01",
    "version": "8.1",
    "FAIL_TO_PASS": '["tests/test_x.py::test_a"]',
    "PASS_TO_PASS": ["tests/test_x.py::test_b"],
    "environment_setup_commit": "b" * 40,
}


def test_a_row_of_swe_bench_is_read_with_lists_as_json_or_as_they_are() -> None:
    found = read_row(ROW)
    assert found.fail_to_pass == ("tests/test_x.py::test_a",) and found.pass_to_pass == ("tests/test_x.py::test_b",)
    assert (found.version, found.environment.named, found.kind) == ("8.1", False, "bug")


def test_newer_sets_bring_their_image_script_and_parser() -> None:
    newer = {**ROW, "image": "swebench/x:1", "eval_script": "pytest", "log_parser": "parse_log_pytest"}
    found = read_row({**newer, "eval_type": "fail_only"})
    assert (found.environment.image, found.environment.script, found.eval_type) == (
        "swebench/x:1",
        "pytest",
        "fail_only",
    )
    live = read_row({**ROW, "test_cmds": ["make", "pytest -rA"], "docker_image": "live/x:2"})
    assert (live.environment.script, live.environment.image) == ("make\npytest -rA", "live/x:2")


def test_a_row_of_migration_bench_is_a_transformation() -> None:
    found = read_row(
        {"repo": "https://github.com/a/b", "base_commit": "c" * 40, "num_test_cases": 12, "num_pom_xml": 1}
    )
    assert (found.instance_id, found.transformation, found.tests_before) == ("a__b", "java-17", 12)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"FAIL_TO_PASS": None}, "FAIL_TO_PASS is missing"),
        ({"FAIL_TO_PASS": "[no list"}, "FAIL_TO_PASS is a string that holds no list"),
        ({"PASS_TO_PASS": [1]}, "something else than texts"),
        ({"repo": 7}, "repo is no text"),
        ({"instance_id": "../../etc/passwd"}, "instance_id"),
        ({"eval_type": "luck"}, "eval_type"),
    ],
)
def test_a_wrong_row_says_what_is_wrong(change: dict[str, object], why: str) -> None:
    with pytest.raises(BadRow, match=why):
        read_row({**ROW, **change})


def test_bad_lines_are_named_by_their_number_and_the_rest_is_read(tmp_path: Path) -> None:
    lines = [json.dumps(ROW), "{broken", "[]", json.dumps({**ROW, "instance_id": "other"}), json.dumps(ROW), "\u2028"]
    (tmp_path / "d.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = load_dataset(str(tmp_path / "d.jsonl"))
    assert [one.instance_id for one in found.instances] == ["pallets__click-1", "other"]
    assert [one.where.rpartition("/")[2] for one in found.bad] == ["d.jsonl, 2", "d.jsonl, 3", "pallets__click-1"]


@pytest.mark.parametrize("whole", [[ROW], {"pallets__click-1": ROW}])
def test_json_holds_a_list_or_an_object_by_id(tmp_path: Path, whole: object) -> None:
    (tmp_path / "d.json").write_text(json.dumps(whole))
    assert len(load_dataset(str(tmp_path / "d.json")).instances) == 1


def test_parquet_is_read_where_pyarrow_is_installed_and_said_to_be_missing_where_it_is_not(tmp_path: Path) -> None:
    (tmp_path / "d.parquet").write_bytes(b"PAR1")
    if importlib.util.find_spec("pyarrow") is None:
        with pytest.raises(UsageError, match="pip install patchwright\\[eval\\]"):
            load_dataset(str(tmp_path / "d.parquet"))
        return
    pyarrow: Any = importlib.import_module("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    parquet.write_table(pyarrow.Table.from_pylist([ROW]), tmp_path / "d.parquet")
    assert load_dataset(str(tmp_path / "d.parquet")).instances[0].repo == "pallets/click"


def test_a_folder_of_tasks_is_a_dataset_and_a_broken_task_is_named(tmp_path: Path) -> None:
    for name, toml in (("good", TASK), ("broken", "instance_id = "), ("lost", TASK.replace("tiny", "lost"))):
        write(tmp_path / name, {"task.toml": toml.encode(), "issue.md": b"Help", "repo/x.py": b""})
    (tmp_path / "lost" / "repo" / "x.py").unlink()
    (tmp_path / "lost" / "repo").rmdir()
    found = load_dataset(str(tmp_path))
    assert [one.instance_id for one in found.instances] == ["tiny"]
    assert [Path(one.where).name for one in found.bad] == ["broken", "lost"]


def test_predictions_are_read_from_jsonl_lists_and_both_kinds_of_dicts(tmp_path: Path) -> None:
    dataset = load_dataset(str(_written(tmp_path)))
    one = {"instance_id": "pallets__click-1", "model_name_or_path": "m", "model_patch": "x", "cost": 1}
    for name, text in {
        "a.jsonl": json.dumps(one),
        "b.json": json.dumps([one]),
        "c.json": json.dumps({"pallets__click-1": {"model_name_or_path": "m", "model_patch": "x"}}),
        "d.json": json.dumps({"pallets__click-1": "x"}),
    }.items():
        (tmp_path / name).write_text(text)
        found, bad = load_predictions(str(tmp_path / name), dataset)
        assert [(row.instance_id, row.model_patch) for row in found] == [("pallets__click-1", "x")] and not bad


def test_gold_and_empty_check_a_dataset(tmp_path: Path) -> None:
    dataset = load_dataset(str(_written(tmp_path)))
    gold, empty = (load_predictions(name, dataset)[0][0] for name in (GOLD, EMPTY))
    assert gold.model_patch == ROW["patch"] and empty.empty


def _written(folder: Path) -> Path:
    path = folder / "d.jsonl"
    path.write_text(json.dumps(ROW))
    return path
