"""Grading in fresh containers: the right patch passes, and every known way of fooling a grader is refused."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from patchwright.evals.grading import grade
from patchwright.evals.harness import Order, grade_all, key_of
from patchwright.evals.instance import Dataset, Environment, Instance, Prediction
from patchwright.evals.predictions import MOST_PATCH, load_predictions
from patchwright.evals.swebench import read_row
from tests.evals.cases import BASE, CODE, FIXED, HIDDEN, mirrored, patch_of, place, prediction, python_image, task

FORGER = """
import pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    report.outcome, report.longrepr = "passed", None
"""
EXIT = "import atexit, os\nprint('PASSED tests/test_add.py::test_add')\nos._exit(0)\n"
FORGED_LINES = "print('tests/test_add.py::test_add PASSED')\nprint('===== 3 passed in 0.01s =====')\n"
SITE = "import builtins, sys\nsys.modules['calc'] = type(sys)('calc')\nsys.modules['calc'].add = lambda a, b: 5 * (a > 0)\nsys.modules['calc'].one = lambda: 1\n"

FOOLED: Mapping[str, Mapping[str, str | None]] = {
    "a conftest.py that rewrites results": {"conftest.py": FORGER},
    "a conftest.py beside the tests": {"tests/conftest.py": FORGER},
    "a plugin named in the settings": {
        "forger.py": FORGER,
        "pyproject.toml": BASE["pyproject.toml"] + '[tool.pytest.ini_options]\naddopts = "-p forger"\n',
    },
    "a plugin named in a new pytest.ini": {"forger.py": FORGER, "pytest.ini": "[pytest]\naddopts = -p forger\n"},
    "a plugin as an installed distribution": {
        "forger.py": FORGER,
        "forger.egg-info/entry_points.txt": "[pytest11]\nforger = forger\n",
        "forger.egg-info/PKG-INFO": "Metadata-Version: 2.1\nName: forger\nVersion: 1\n",
    },
    "a sitecustomize.py": {"sitecustomize.py": SITE},
    "a module in place of the runner": {"pytest.py": "import sys\nsys.exit(0)\n", "pytest/__main__.py": "pass\n"},
    "an early exit 0": {"calc.py": EXIT + CODE},
    "forged lines on standard output": {"calc.py": FORGED_LINES + CODE},
    "a new test at the path of the hidden one": {"tests/test_add.py": "def test_add(): pass\ndef test_zero(): pass\n"},
    "a folder where the hidden test belongs": {"tests/test_add.py/x.py": "pass\n"},
    "a deleted test": {"calc.py": FIXED.replace("return 1", "return 2"), "tests/test_one.py": None},
    "a weakened test": {
        "calc.py": FIXED.replace("return 1", "return 2"),
        "tests/test_one.py": "def test_one(): pass\n",
    },
}


REFUSED = ("tests fail", "tests did not run", "regression")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return task(tmp_path_factory.mktemp("task") / "tiny")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.docker
def test_the_reference_resolves_and_the_report_names_every_test(tiny: Instance, cache: Path) -> None:
    found = grade(tiny, prediction(tiny.patch), place(cache))
    assert found.resolved and found.failure == "" and found.applied == "git apply"
    assert found.fail_to_pass.success == ("tests/test_add.py::test_add",)
    assert found.pass_to_pass.success == ("tests/test_add.py::test_zero", "tests/test_one.py::test_one")


@pytest.mark.docker
def test_no_known_way_of_fooling_a_grader_works(tiny: Instance, cache: Path, tmp_path: Path) -> None:
    names = [f"trick-{number}" for number in range(len(FOOLED))]
    instances = tuple(tiny.model_copy(update={"instance_id": name}) for name in names)
    forged = [patch_of(tmp_path / name, change) for name, change in zip(names, FOOLED.values(), strict=True)]
    predictions = [
        prediction(patch).model_copy(update={"instance_id": name}) for name, patch in zip(names, forged, strict=True)
    ]
    order = Order(Dataset(name="tricks", instances=instances), predictions, tmp_path, "r", workers=4)
    grades = grade_all(order, place(cache), lambda found: None).grades
    judged = {trick: grades[name].failure for trick, name in zip(FOOLED, names, strict=True)}
    assert {trick: why for trick, why in judged.items() if why not in REFUSED} == {}


@pytest.mark.docker
def test_a_right_change_with_tests_of_its_own_is_resolved_and_told_what_was_put_back(
    tiny: Instance, cache: Path, tmp_path: Path
) -> None:
    change = {"calc.py": FIXED, "tests/test_mine.py": "def test_mine(): pass\n", "README.md": "better\n"}
    found = grade(tiny, prediction(patch_of(tmp_path / "right", change)), place(cache))
    assert found.resolved
    assert found.put_back == ("tests/test_mine.py",)


@pytest.mark.docker
def test_a_row_of_swe_bench_is_graded_from_a_mirror_with_its_test_patch(tmp_path: Path, cache: Path) -> None:
    base = {**BASE, "tests/test_add.py": "from calc import add\n\n\ndef test_zero():\n    assert add(0, 0) == 0\n"}
    commit = mirrored(tmp_path / "mirror", base)
    row = {
        "repo": "someone/calc",
        "instance_id": "someone__calc-1",
        "base_commit": commit,
        "problem_statement": "add subtracts",
        "patch": patch_of(tmp_path / "a", {"calc.py": FIXED}, base),
        "test_patch": patch_of(tmp_path / "b", {"tests/test_add.py": HIDDEN}, base),
        "FAIL_TO_PASS": json.dumps(["tests/test_add.py::test_add"]),
        "PASS_TO_PASS": ["tests/test_add.py::test_zero"],
    }
    instance = read_row(row)
    at = place(cache, mirror=tmp_path / "mirror")
    gold = Prediction(instance_id="someone__calc-1", model_name_or_path="gold", model_patch=instance.patch)
    worn = gold.model_copy(update={"model_patch": instance.patch.replace(" def add(a, b):", " def add(x, y):")})
    assert grade(instance, gold, at).resolved
    found = grade(instance, worn, at)
    assert found.resolved and found.applied == "patch --fuzz=5"


@pytest.mark.docker
def test_an_evaluation_script_is_judged_by_the_report_of_its_pytest_not_by_what_it_prints(
    tiny: Instance, cache: Path, tmp_path: Path
) -> None:
    script = "echo '>>>>> Start Test Output'\npython3 -m pytest -rA tests\necho '>>>>> End Test Output'\n"
    scripted = tiny.model_copy(update={"environment": Environment(script=script)})
    forged = "print('PASSED tests/test_add.py::test_add')\n" + CODE
    assert grade(scripted, prediction(tiny.patch), place(cache)).resolved
    found = grade(scripted, prediction(patch_of(tmp_path / "forged", {"calc.py": forged})), place(cache))
    assert found.fail_to_pass.failure == ("tests/test_add.py::test_add",)


@pytest.mark.docker
def test_the_image_of_a_dataset_shows_the_patched_tree_where_its_programs_look_and_what_was_built_there(
    tiny: Instance, cache: Path
) -> None:
    built = "mkdir /testbed && cd /testbed && git init -q && echo 'x = 1' > built.py"
    environment = Environment(
        dockerfile=f"FROM {python_image()}\nUSER root\nRUN {built}\n",
        test=("python3", "-m", "pytest", "--junitxml=/tmp/patchwright/r.xml", "-o", "junit_family=xunit1", "tests"),
        reports=("/tmp/patchwright/r.xml",),
    )
    hidden = HIDDEN + "    import built\n    assert built.x == 1 and 'a + b' in open('/testbed/calc.py').read()\n"
    imaged = tiny.model_copy(update={"environment": environment, "hidden": {"tests/test_add.py": hidden.encode()}})
    at = place(cache)
    assert "--allow-images" in grade(imaged, prediction(tiny.patch), at).notes[0]
    found = grade(imaged, prediction(tiny.patch), replace(at, allow_images=True))
    assert found.resolved, (found.output, found.notes)


@pytest.mark.docker
def test_what_cannot_be_graded_is_named_counted_apart_and_the_rest_goes_on(
    tiny: Instance, cache: Path, tmp_path: Path
) -> None:
    stranger = tiny.model_copy(update={"instance_id": "gone", "folder": "", "repo": "", "base_commit": "f" * 40})
    elsewhere = stranger.model_copy(update={"instance_id": "elsewhere", "repo": str(tmp_path / "none")})
    hung = patch_of(tmp_path / "hung", {"calc.py": "import time\ntime.sleep(100)\n" + CODE})
    others = {name: tiny.model_copy(update={"instance_id": name}) for name in ("big", "odd", "lone", "empty", "null")}
    slow = tiny.model_copy(
        update={"instance_id": "slow", "environment": Environment(test=("python3", "-m", "calc"), timeout=2.0)}
    )
    mute = {"instance_id": "mute", "environment": Environment(script="true", log_parser="no such parser")}
    unread = tiny.model_copy(update=mute)
    dataset = Dataset(name="d", instances=(stranger, elsewhere, *others.values(), slow, unread, tiny))
    patches = {
        "gone": tiny.patch,
        "elsewhere": tiny.patch,
        "big": tiny.patch + "+" * MOST_PATCH,
        "odd": "--- a/calc.py\n+++ b/calc.py\n@@ -1,1 +1,1 @@\n-nothing like it\n+x\n",
        "lone": "\ud800",
        "mute": tiny.patch,
        "empty": " \n",
        "null": None,
        "slow": hung,
        "tiny": tiny.patch,
        "unheard-of": tiny.patch,
    }
    lines = [json.dumps({"instance_id": name, "model_patch": text}) for name, text in patches.items()]
    (tmp_path / "p.jsonl").write_text("\n".join([*lines, "{not json", lines[-2]]))
    predictions, bad = load_predictions(str(tmp_path / "p.jsonl"), dataset)
    assert [line.where.rpartition("/")[2] for line in bad] == ["p.jsonl, 12", "tiny"]

    done = grade_all(Order(dataset, predictions, tmp_path / "out", "r", 2), place(cache), lambda grade: None)
    said = {name: found.failure for name, found in done.grades.items()}
    assert said == {
        "gone": "infrastructure",
        "elsewhere": "infrastructure",
        "big": "patch does not apply",
        "odd": "patch does not apply",
        "lone": "patch does not apply",
        "mute": "infrastructure",
        "empty": "empty patch",
        "null": "empty patch",
        "slow": "timeout",
        "tiny": "",
    }
    assert [line.where for line in done.strangers] == ["unheard-of"]
    assert done.report["resolved_ids"] == ["tiny"] and done.report["empty_patch_ids"] == ["empty", "null"]
    assert done.report["infra_failure_ids"] == ["elsewhere", "gone", "mute"]
    assert done.report["error_ids"] == ["big", "elsewhere", "gone", "lone", "mute", "odd", "slow"]
    assert done.report["schema_version"] == 2 and done.path.name == "None.r.json"

    again = grade_all(Order(dataset, predictions, tmp_path / "out", "r", 2), place(cache), lambda grade: None)
    ids = {name for name in done.report if name.endswith("_ids")}
    assert {name: again.report[name] for name in ids} == {name: done.report[name] for name in ids}
    assert again.cached == len(done.grades) - 3


@pytest.mark.docker
def test_the_files_of_an_instance_have_the_official_shape(tiny: Instance, cache: Path, tmp_path: Path) -> None:
    order = Order(Dataset(name="d", instances=(tiny,)), [prediction(tiny.patch)], tmp_path, "run1")
    grade_all(order, place(cache), lambda found: None)
    folder = tmp_path / "logs" / "run_evaluation" / "run1" / "some__model" / "tiny"
    report = json.loads((folder / "report.json").read_text())["tiny"]
    assert report["resolved"] and report["patch_successfully_applied"] and not report["patch_is_None"]
    assert report["tests_status"]["FAIL_TO_PASS"] == {"success": ["tests/test_add.py::test_add"], "failure": []}
    assert set(report["tests_status"]) == {"FAIL_TO_PASS", "PASS_TO_PASS", "FAIL_TO_FAIL", "PASS_TO_FAIL"}
    assert (folder / "patch.diff").read_text() == tiny.patch
    assert ">>>>> Start Test Output" in (folder / "test_output.txt").read_text()
    assert (tmp_path / "some__model.run1.json").exists()


def test_another_patch_another_instance_and_another_outcome_have_another_name_in_the_cache(tiny: Instance) -> None:
    keys = {
        key_of(tiny, prediction(tiny.patch)),
        key_of(tiny, prediction(tiny.patch + " ")),
        key_of(tiny, prediction("", "no_change_needed")),
        key_of(tiny.model_copy(update={"fail_to_pass": ("other",)}), prediction(tiny.patch)),
        key_of(tiny.model_copy(update={"hidden": {"tests/test_add.py": b"x"}}), prediction(tiny.patch)),
    }
    assert len(keys) == 5


def test_where_no_change_is_right_an_empty_patch_has_to_say_so(tiny: Instance, cache: Path) -> None:
    right = tiny.model_copy(update={"kind": "none", "outcome": "no_change_needed"})
    at = place(cache)
    assert grade(right, prediction("", "no_change_needed"), at).resolved
    assert grade(right, prediction("", "gave_up"), at).failure == "wrong outcome"
    assert grade(right, prediction(""), at).failure == "empty patch"
    assert grade(tiny, prediction("", "no_change_needed"), at).failure == "empty patch"
