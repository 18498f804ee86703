"""The grader of migrations believes nothing but what it builds itself; the table counts what it found."""

import os
import re
import sys
from pathlib import Path

import pytest

from patchwright.evals.migration import grade
from patchwright.evals.sdist import SdistRefused
from patchwright.evals.transform import PLATFORMS, Project, Row, fetch, kept, projects, table
from patchwright.sandbox.local import LocalSandboxes
from tests.sandbox.repositories import make

JAVA = PLATFORMS["java-17"]
POM = "<project><properties><maven.compiler.source>{}</maven.compiler.source></properties></project>"
TEST = "class ATest {\n    @Test void one() {}\n    @Test void two() {}\n}\n"


@pytest.fixture
def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Path(__file__).parents[1] / "e2e" / "fake_maven.py"
    (tmp_path / "mvn").write_text(f'#!/bin/sh\nexec {sys.executable} {program} "$@"\n')
    (tmp_path / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


def reasons(folder: Path, level: str, tests: str = TEST, before: int = 2) -> tuple[str, ...]:
    for name, pom, test in (("base", "8", TEST), ("result", level, tests)):
        make(folder / name, {"pom.xml": POM.format(pom).encode(), "src/test/java/ATest.java": test.encode()})
    found = grade(LocalSandboxes(), "local", folder / "base", folder / "result", major=61, tests_before=before)
    return found.reasons


@pytest.mark.usefixtures("maven")
def test_a_tree_that_builds_for_the_target_and_runs_the_same_tests_is_migrated(tmp_path: Path) -> None:
    assert reasons(tmp_path / "work", "17") == ()


@pytest.mark.usefixtures("maven")
@pytest.mark.parametrize(
    ("level", "tests", "before", "why"),
    [
        ("8", TEST, 2, "class files of 52"),
        ("5", TEST, 2, "mvn clean verify ended with status 1"),
        ("17", TEST.replace("two", "other"), 2, "src/test declares other tests"),
        ("17", TEST, 3, "2 tests ran, 3 before"),
    ],
)
def test_a_green_build_alone_is_not_enough(tmp_path: Path, level: str, tests: str, before: int, why: str) -> None:
    assert why in reasons(tmp_path / "work", level, tests, before)


@pytest.mark.parametrize("name", PLATFORMS)
def test_projects_are_pinned_by_hash_and_there_are_enough(name: str) -> None:
    found = projects(PLATFORMS[name])
    assert len({one.name for one in found}) == len(found) >= 12
    assert all(re.fullmatch(r"[0-9a-f]{64}", one.sha256) and one.url.startswith(("https://", "")) for one in found)
    assert [one.name for one in projects(PLATFORMS[name], [found[3].name])] == [found[3].name]


def test_an_archive_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    with pytest.raises(SdistRefused, match="cannot be reached"):
        fetch(Project("a", "1", "0" * 64, "http://127.0.0.1:9/a.tar.gz"), tmp_path)


def test_a_false_green_is_counted() -> None:
    rows = [Row(("a", "b|c"), migrated=True, false_green=False), Row(("d", "e"), migrated=False, false_green=True)]
    assert table(rows, JAVA).endswith("1 of 2 are migrated by MigrationBench's minimal check; 1 false green.\n")
    assert "| a | b c |" in table(rows, JAVA)


def test_what_an_earlier_call_found_is_not_done_again(tmp_path: Path) -> None:
    project = Project("a", "1", "0" * 64, "http://127.0.0.1:9/a.tar.gz")
    first = kept(project, JAVA, tmp_path, LocalSandboxes())
    assert "cannot be reached" in first.cells[3] and not first.migrated
    (tmp_path / "a.json").write_text('{"cells": ["a", "done"], "migrated": true, "false_green": false}')
    assert kept(project, JAVA, tmp_path, LocalSandboxes()) == Row(("a", "done"), migrated=True, false_green=False)
