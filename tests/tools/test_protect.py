"""Files that steer the judges: what they are, what is put back, what is flagged (GIT-09)."""

from dataclasses import dataclass

import pytest

from patchwright.tools.protect import Sensitivity, flag_changes, restore, sensitivity
from patchwright.tools.toolchain import Toolchain
from tests.tools.trees import MemoryTree

PYTHON = Toolchain(families=("python",), protected=("checks/**",))


@dataclass(frozen=True)
class Allowed:
    tests: bool = False
    dependencies: bool = False
    ci: bool = False


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("src/app.py", "source"),
        ("contest.py", "source"),
        ("README.md", "source"),
        ("tests/test_a.py", "tests"),
        ("pkg/conftest.py", "tests"),
        ("tests/data/golden.json", "tests"),
        ("checks/one.py", "tests"),
        ("pytest.ini", "tests"),
        ("m_test.go", "tests"),
        ("src/test/java/a/CalcTest.java", "tests"),
        ("a.test.tsx", "tests"),
        ("jest.config.js", "tests"),
        ("setup.py", "dependencies"),
        ("requirements/dev.txt", "dependencies"),
        ("package-lock.json", "dependencies"),
        ("sub/pom.xml", "dependencies"),
        (".github/workflows/ci.yml", "ci"),
        (".gitlab-ci.yml", "ci"),
        ("sitecustomize.py", "control"),
        ("pkg/usercustomize.py", "control"),
        ("evil.pth", "control"),
        ("x.egg-info/entry_points.txt", "control"),
        (".github/CODEOWNERS", "control"),
        (".gitattributes", "control"),
        ("AGENTS.md", "control"),
        (".claude/settings.json", "control"),
        ("pytest.py", "control"),
        ("node_modules/jest/index.js", "control"),
        (".mvn/extensions.xml", "control"),
    ],
)
def test_git_09_every_path_has_one_sensitivity(path: str, kind: Sensitivity) -> None:
    assert sensitivity(path, PYTHON) == kind


BASE = MemoryTree({"app.py": "a", "tests/test_a.py": "old", "tests/conftest.py": "c", "queue.py": "own"})


def test_tests_are_put_back_unless_the_plan_opens_them() -> None:
    result = BASE.changed(
        {"app.py": "b", "tests/test_a.py": "assert True", "tests/conftest.py": None, "tests/test_new.py": "x"}
    )
    put_back = {"tests/test_a.py": b"old", "tests/conftest.py": b"c", "tests/test_new.py": None}
    assert restore(BASE, result, PYTHON) == put_back
    assert restore(BASE, result, PYTHON, allow_tests=True) == {}


def test_what_hijacks_the_interpreter_is_put_back_whatever_the_plan_opens() -> None:
    result = BASE.changed({"sitecustomize.py": "x", "a.pth": "import os", "json.py": "evil", "queue.py": "edited"})
    assert restore(BASE, result, PYTHON, allow_tests=True) == {"sitecustomize.py": None, "a.pth": None, "json.py": None}


def test_a_flag_names_the_file_and_what_it_is() -> None:
    result = BASE.changed({"tests/test_a.py": None, ".github/workflows/x.yml": "on: push", "json.py": "evil"})
    assert flag_changes(BASE, result, PYTHON, Allowed()) == (
        ".github/workflows/x.yml was added: a file of the continuous integration, which the plan does not open",
        "json.py was added: it shadows a module of the interpreter that the judge uses",
        "tests/test_a.py was deleted: a test or what steers the tests, which the plan does not open",
    )
    assert len(flag_changes(BASE, result, PYTHON, Allowed(tests=True, ci=True))) == 1


def test_changing_how_tests_run_inside_a_manifest_is_flagged_though_dependencies_are_open() -> None:
    base = MemoryTree({"pyproject.toml": "[project]\nname='a'\n[tool.pytest.ini_options]\naddopts=''\n"})
    deps = base.changed({"pyproject.toml": "[project]\nname='b'\n[tool.pytest.ini_options]\naddopts=''\n"})
    steered = base.changed({"pyproject.toml": "[project]\nname='a'\n[tool.pytest.ini_options]\naddopts='-k nothing'\n"})
    opened = Allowed(dependencies=True)
    assert flag_changes(base, deps, PYTHON, opened) == ()
    assert "steers the tests" in flag_changes(base, steered, PYTHON, opened)[0]
    package = MemoryTree({"package.json": '{"scripts":{"test":"jest"}}'})
    cheat = package.changed({"package.json": '{"scripts":{"test":"true"}}'})
    assert "steers the tests" in flag_changes(package, cheat, PYTHON, opened)[0]
    make = MemoryTree({"Makefile": "test:\n\t./run-tests\n"})
    assert flag_changes(make, make.changed({"Makefile": "test:\n\ttrue ./run-tests\n"}), PYTHON, opened)
