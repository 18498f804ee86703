"""What a tree says about how it is judged; nothing of it is executed (SB-01)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patchwright.sandbox.base import Limits
from patchwright.tools.checks import Check
from patchwright.tools.narrowing import narrowed
from patchwright.tools.toolchain import BadSettings, Toolchain, detect
from patchwright.tools.toolchains.pytest_options import judging_addopts
from patchwright.tools.toolchains.python import REQUIREMENTS
from patchwright.tools.toolchains.python_deps import read_project
from tests.tools.trees import MemoryTree


def requirements(files: dict[str, str]) -> list[str]:
    found = detect(MemoryTree({"a.py": "", **files}))
    return found.files.get(REQUIREMENTS, b"").decode().splitlines()


def check(toolchain: Toolchain, name: str) -> Check:
    return next(one for one in toolchain.checks if one.name == name)


SETUP_PY = """
import os
os.system("touch /tmp/executed")
VERSION = "1.2"
tests = ["nose", "WebTest>=2"]
install = ["six>=1.0", "legacy @ https://example.org/x.zip"]
setup(name="Thing", version=VERSION, install_requires=install + ["attrs; python_version > '3'"],
      extras_require={"testing": tests + ["coverage", "pytest==3.2"], "docs": ["Sphinx"]}, package_dir={"": "lib"})
"""


def test_sb_01_setup_py_is_read_as_literals_and_never_executed() -> None:
    project = read_project(MemoryTree({"setup.py": SETUP_PY}))
    assert (project.name, project.version, project.package_dir) == ("Thing", "1.2", "lib")
    assert project.requirements == ("six>=1.0", 'attrs; python_version > "3"', "nose", "WebTest>=2", "pytest")
    assert "https://example.org" in project.notes[0]


NOXFILE = """
import nox
@nox.session(python=["3.11", "3.12"])
def tests(session):
    session.install("-r", "needs/test.txt", "-c", "pins.txt", "attrs>=20", *["webtest"], f"x{1}")
    session.install(".[test]", "-e", ".")
    session.run("python", "-m", "pytest", *session.posargs)
@nox.session
def docs(session):
    session.install("sphinx", "alabaster")
    session.run("sphinx-build")
def helper(other):
    other.install("never")
"""


def test_nox_sessions_that_run_tests_say_what_they_need_and_are_never_executed() -> None:
    files = {"noxfile.py": NOXFILE, "needs/test.txt": "-r ../base.txt\nmock\n", "base.txt": "idna\n"}
    assert requirements(files) == ["idna", "mock", "attrs>=20", "webtest"]
    assert requirements({"noxfile.py": "def (:"}) == []


@pytest.mark.parametrize(
    "files",
    [
        {"tox.toml": '[env_run_base]\ndeps = ["attrs", "-r {tox_root}/more.txt", "py27: x"]\nset_env.MODE = "a"\n'},
        {"pyproject.toml": '[tool.tox.env_run_base]\ndeps = ["attrs", "-r more.txt"]\nset_env = {MODE = "a"}\n'},
        {
            "pyproject.toml": '[tool.tox]\nlegacy_tox_ini = """\n[testenv]\ndeps = attrs\n  -rmore.txt\nsetenv = MODE = a\n"""\n'
        },
        {
            "tox.ini": "[testenv]\ndeps =\n    attrs\n    -r{toxinidir}/more.txt\nsetenv =\n    MODE = a\n    PYTEST_ADDOPTS = -k x\n    B = {envname}\n"
        },
    ],
)
def test_tox_settings_in_each_of_their_places_give_dependencies_and_variables(files: dict[str, str]) -> None:
    tree = MemoryTree({"a.py": "", "tests/test_a.py": "", "more.txt": "idna\n", **files})
    assert requirements({"more.txt": "idna\n", **files}) == ["attrs", "idna"]
    env = detect(tree).env
    assert env["MODE"] == "a"
    assert not {"PYTEST_ADDOPTS", "B"} & env.keys()


def test_dependencies_come_from_every_place_that_python_projects_have() -> None:
    pyproject = """
[project]
name = "thing"
dependencies = ["requests>=2", "thing"]
optional-dependencies = {test = ["responses"], docs = ["sphinx"]}
[dependency-groups]
dev = [{include-group = "lint"}, "attrs"]
lint = ["black", "tomli"]
[tool.poetry.dependencies]
python = "^3.8"
click = "^8.1"
"""
    files = {
        "pyproject.toml": pyproject,
        "setup.cfg": "[options]\ninstall_requires =\n    requests==1.0\n    idna\n[options.extras_require]\ntest = mock\n",
        "requirements-dev.txt": "-r requirements/base.txt\n-e .\n--index-url https://evil.example\nflask==1.0 --hash=sha256:0\n",
        "requirements/base.txt": "jinja2 # why\n-c x.txt\n",
        "tox.ini": "[testenv]\ndeps =\n    webtest\n    py27: ipaddress\n    -rother.txt\n",
        "other.txt": "pyyaml\n",
    }
    found = requirements(files)
    assert found[:4] == ["requests>=2", "responses", "attrs", "tomli"]
    assert set(found[4:]) == {"click>=8.1", "idna", "mock", "jinja2", "flask==1.0", "webtest", "pyyaml"}
    assert not any("evil" in line or line.startswith("-") for line in found)


def test_without_anything_to_install_there_is_no_dependency_step() -> None:
    found = detect(
        MemoryTree({"a.py": "", "tests/test_a.py": "", "setup.py": 'setup(name="a", tests_require=["pytest"])'})
    )
    assert found.dependencies is None


@pytest.mark.parametrize(
    ("addopts", "kept"),
    [
        ("--cov=webob --cov-report term-missing -n 2 --doctest-modules", "--doctest-modules"),
        ("-x --maxfail=1 -vv -ra --strict-markers", "--strict-markers"),
        ("-m 'not slow' -p no:warnings", "-m 'not slow' -p no:warnings"),
        ("-n auto -q --lf", ""),
        ("--flake8 --import-mode=importlib", "--import-mode=importlib"),
    ],
)
def test_options_that_hide_results_or_need_plugins_are_left_out(addopts: str, kept: str) -> None:
    assert judging_addopts(addopts)[0] == kept


def test_a_pytest_project_keeps_its_patterns_and_a_unittest_project_gets_unittest_s() -> None:
    plain = check(detect(MemoryTree({"a.py": "", "test/testall.py": ""})), "pytest")
    assert "python_files=test*.py *_test.py *_tests.py" in plain.command
    configured = {"pytest.ini": "[pytest]\naddopts = --cov\npython_files = check_*.py\n", "tests/check_a.py": ""}
    toolchain = detect(MemoryTree(configured))
    assert not any(word.startswith("python_files") for word in check(toolchain, "pytest").command)
    assert "addopts=" in check(toolchain, "pytest").command
    assert "**/check_*.py" in toolchain.protected


def test_src_layouts_and_django_are_found() -> None:
    found = detect(
        MemoryTree(
            {
                "src/pkg/__init__.py": "",
                "site/manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')",
                "site/app/tests.py": "",
            }
        )
    )
    assert found.env["PYTHONPATH"] == "/workspace/src:/workspace/site:/workspace"
    assert found.env["DJANGO_SETTINGS_MODULE"] == "site.settings"
    assert b"pytest-django" in found.files[REQUIREMENTS]


def test_types_and_lint_are_checked_only_where_the_project_configures_them() -> None:
    plain = detect(MemoryTree({"a/__init__.py": "", "tests/test_a.py": ""}))
    assert [one.kind for one in plain.checks] == ["syntax", "tests"]
    both = detect(
        MemoryTree({"a/__init__.py": "", "mypy.ini": "[mypy]\nstrict = true\n", "ruff.toml": "line-length = 100"})
    )
    assert [one.kind for one in both.checks] == ["syntax", "types", "lint"]
    assert both.files[REQUIREMENTS] == b"mypy\nruff\n"
    assert "No tests were found" in both.notes[-1]


@pytest.mark.parametrize(
    ("files", "family", "names"),
    [
        ({"go.mod": "module a", "a.go": "", "a_test.go": ""}, "go", ["go build", "go vet", "go test"]),
        ({"Cargo.toml": "", "src/lib.rs": "#[test] fn a() {}"}, "rust", ["cargo build", "cargo test"]),
        ({"CMakeLists.txt": "add_test(a)", "a.c": ""}, "c", ["cmake", "ctest"]),
        ({"Makefile": "check:\n\ttrue\n", "a.c": ""}, "c", ["make", "make check"]),
        (
            {"pom.xml": "<source>1.8</source>", "src/test/java/ATest.java": ""},
            "java-17",
            ["maven compile", "maven test"],
        ),
        ({"pom.xml": "<release>21</release>", "src/main/java/A.java": ""}, "java-21", ["maven compile"]),
        ({"A.java": "", "ATest.java": ""}, "java-17", ["javac", "junit"]),
        ({"build.gradle": "", "gradlew": "", "A.java": ""}, "java-17", ["gradle compile", "gradle test"]),
        ({"package.json": '{"scripts":{"test":"cross-env A=b jest --coverage x"}}'}, "node", ["jest"]),
        ({"package.json": '{"scripts":{"test":"vitest"}}', "a.ts": ""}, "node", ["vitest"]),
        ({"package.json": '{"scripts":{"test":"mocha test"}}'}, "node", ["mocha"]),
        ({"package.json": '{"scripts":{"test":"node --test test/"}}'}, "node", ["node --test"]),
        ({"package.json": '{"scripts":{"test":"make && ./run"}}'}, "node", ["npm test"]),
        (
            {
                "package.json": '{"devDependencies":{"typescript":"5","eslint":"9","jest":"29"}}',
                "tsconfig.json": "{}",
                "eslint.config.js": "",
            },
            "node",
            ["tsc", "eslint", "jest"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_each_ecosystem_is_known_by_its_files(files: dict[str, str], family: str, names: list[str]) -> None:
    found = detect(MemoryTree(files))
    assert found.family == family
    assert [one.name for one in found.checks] == names
    assert found.notes


def test_a_second_language_is_named_and_not_checked() -> None:
    found = detect(MemoryTree({"setup.py": "", "a.py": "", "b.py": "", "package.json": "{}", "x.js": ""}))
    assert found.families == ("python", "node")
    assert any("node" in note for note in found.notes)


def test_nothing_recognised_is_said() -> None:
    found = detect(MemoryTree({"README": "x"}))
    assert found.checks == ()
    assert "patchwright.toml" in found.notes[0]


def test_settings_replace_checks_of_the_same_kind_and_bad_ones_are_refused_with_the_key() -> None:
    tree = MemoryTree({"a.py": "", "tests/test_a.py": ""})
    mine = {"name": "mine", "kind": "tests", "command": ("make", "check"), "timeout": 60}
    assert [one.name for one in detect(tree, {"checks": (mine,)}).checks] == ["syntax", "mine"]
    with pytest.raises(BadSettings, match=r"checks\.0\.shell"):
        detect(tree, {"checks": ({**mine, "shell": True},)})
    with pytest.raises(BadSettings, match="network"):
        detect(tree, {"network": True})
    with pytest.raises(BadSettings, match="/etc/passwd"):
        detect(tree, {"checks": ({**mine, "reports": ("/etc/passwd",)},)})
    with pytest.raises(BadSettings, match="timeout"):
        detect(tree, {"checks": ({**mine, "timeout": 1e9},)})


def test_a_toolchain_survives_being_stored() -> None:
    found = detect(MemoryTree({"a.py": "", "requirements.txt": "six\n"}))
    stored = Toolchain.model_validate_json(found.model_dump_json())
    assert stored == found
    assert stored.dependencies is not None
    assert stored.dependencies.files[REQUIREMENTS] == b"six\n"


def test_narrowing_speaks_the_runner_s_words() -> None:
    def words(narrow: tuple[str, ...], *tests: str) -> tuple[str, ...]:
        return narrowed(Check(name="x", kind="tests", command=("all",), narrow=narrow), tests).command

    assert words(("run", "{tests}"), "a.py", "-p.py") == ("run", "a.py", "./-p.py")
    assert words(("go", "{packages}"), "a/b_test.go", "example.com/m::TestA") == ("go", "./a", "example.com/m")
    assert words(("mvn", "-Dtest={classes}"), "src/test/java/a/ATest.java", "b.BTest::m") == (
        "mvn",
        "-Dtest=ATest,BTest",
    )
    assert words((), "a.py") == ("all",)


TEXT = st.text(max_size=80)
NAMES = st.sampled_from(
    [
        "setup.py",
        "setup.cfg",
        "pyproject.toml",
        "tox.ini",
        "requirements.txt",
        "package.json",
        "pom.xml",
        "Cargo.toml",
        "go.mod",
        "manage.py",
    ]
)


@settings(max_examples=150, deadline=None)
@given(files=st.dictionaries(NAMES, TEXT | st.binary(max_size=60), max_size=4))
def test_no_manifest_makes_detection_fail(files: dict[str, str | bytes]) -> None:
    safe = {path: data.encode("utf-8", "replace") if isinstance(data, str) else data for path, data in files.items()}
    detect(MemoryTree({**safe, "a.py": "", "a.java": "", "a.c": ""}))


@pytest.mark.parametrize(
    "package",
    ['{"scripts":[]}', '{"scripts":{"test":5},"devDependencies":[]}', "[" * 100_000, '{"workspaces":3}', "null"],
)
def test_odd_manifests_are_survived(package: str) -> None:
    assert detect(MemoryTree({"package.json": package})).family == "node"
    deep = "[project]\ndependencies = " + "[" * 5000
    detect(MemoryTree({"a.py": "", "pyproject.toml": deep, "setup.py": "setup(x=" + "(" * 5000}))


def test_res_01_java_may_start_more_threads_than_others_as_far_as_the_operator_allows() -> None:
    java, python = Toolchain(families=("java-21",)), Toolchain(families=("python",))
    assert (java.limits(Limits()).processes, python.limits(Limits()).processes) == (2048, 256)
    assert java.limits(Limits(java_processes=512)).processes == 512
