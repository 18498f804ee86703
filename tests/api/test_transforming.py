"""`patchwright transform list | show | new | test`: definitions without a repository; exit codes, JSON."""

import json
from pathlib import Path

import pytest

from tests.api.conftest import Inside

NAMES = ["java-17", "java-21", "python-3.11", "python-3.13"]


def test_the_list_names_what_is_shipped(inside: Inside) -> None:
    assert inside("transform", "list").stdout.decode().splitlines()[0].split() == [
        "java-17",
        "Move",
        "to",
        "Java",
        "17",
    ]
    assert [one["name"] for one in json.loads(inside("transform", "list", "--json").stdout)] == NAMES


def test_show_tells_stages_recipes_and_checks(inside: Inside) -> None:
    said = inside("transform", "show", "java-17").stdout.decode()
    assert "stage minimal" in said and "recipe  java.compiler-level" in said and "ends if class_major == 61" in said
    assert json.loads(inside("transform", "show", "java-17", "--json").stdout)["target"] == "17"


def test_a_new_definition_is_written_once_and_passes_its_own_test(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert inside("transform", "new", "ours").returncode == 0
    done = inside("transform", "test", "ours.toml", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"cases": 1, "failed": {}})
    again = inside("transform", "new", "ours")
    assert again.returncode == 2 and b"not written" in again.stderr
    assert inside("transform", "new", "Not A Name").returncode == 2


def test_a_case_that_does_not_come_out_ends_with_1(inside: Inside, tmp_path: Path) -> None:
    inside("transform", "list")
    path = tmp_path / "x.toml"
    from patchwright.tools.transformations.definition import template

    path.write_text(template("x").replace("source>17<", "source>18<"))
    done = inside("transform", "test", str(path))
    assert done.returncode == 1 and b"pom.xml:4" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "java-71"), b"There are: java-17, java-21"),
        (("show",), b"needs the name or the file"),
        ((".", "java-71"), b"transform list"),
    ],
)
def test_what_is_not_there_ends_with_2_and_says_what_is(
    inside: Inside, arguments: tuple[str, ...], said: bytes
) -> None:
    done = inside("transform", *arguments)
    assert done.returncode == 2 and said in done.stderr
