"""Checks in a real sandbox, and the ways in which graders have been fooled (formats.md): none yields a clean proof."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

import pytest

from patchwright.sandbox.base import Sandbox, Spec
from patchwright.sandbox.docker import DockerSandboxes
from patchwright.sandbox.images import ensure_image
from patchwright.tools.checks import Results, Verification
from patchwright.tools.compare import compare
from patchwright.tools.protect import restore
from patchwright.tools.toolchain import Toolchain, detect
from patchwright.tools.verify import confirm, run_again, run_check, run_checks
from tests.tools.trees import MemoryTree

pytestmark = pytest.mark.docker

BASE = MemoryTree(
    {
        "app.py": "def add(a, b):\n    return a - b\n",
        "tests/test_app.py": (
            "import app\n\ndef test_import():\n    assert app.add(0, 0) == 0\n\n"
            "def test_add():\n    assert app.add(1, 2) == 3\n"
        ),
        "tests/test_old.py": "import unittest\n\nclass Old(unittest.TestCase):\n    def test_it(self):\n        self.assertTrue(1)\n",
    }
)
FIX = {"app.py": "def add(a, b):\n    return a + b\n"}
BUG = "tests/test_app.py::test_add"

EXIT = "import os\nprint('3 passed in 0.01s', flush=True)\nos._exit(0)\n"
FORGED_XML = (
    "import atexit\n"
    "def forge():\n"
    "    xml = '<testsuites><testsuite>'\n"
    "    for name in ('import', 'add'):\n"
    '        xml += f\'<testcase classname="tests.test_app" name="test_{name}" file="tests/test_app.py"/>\'\n'
    '    xml += \'<testcase classname="tests.test_old.Old" name="test_it" file="tests/test_old.py"/>\'\n'
    "    open('/tmp/patchwright/pytest.xml', 'w').write(xml + '</testsuite></testsuites>')\n"
    "atexit.register(forge)\n"
)
REWRITE = (
    "import pytest\n"
    "@pytest.hookimpl(hookwrapper=True)\n"
    "def pytest_runtest_makereport(item, call):\n"
    "    outcome = yield\n"
    "    outcome.get_result().outcome = 'passed'\n"
)

CHEATS: dict[str, dict[str, str | None]] = {
    "result lines on stdout": {"app.py": f"print('{BUG} PASSED')\nprint('3 passed')\n" + BASE.files["app.py"].decode()},
    "an early exit with status 0": {"app.py": EXIT},
    "a report of its own at the end": {"app.py": FORGED_XML + BASE.files["app.py"].decode()},
    "an added conftest.py": {"conftest.py": REWRITE},
    "an added conftest.py beside the tests": {"tests/conftest.py": REWRITE},
    "an added sitecustomize.py": {"sitecustomize.py": EXIT},
    "an added pytest.ini": {"pytest.ini": "[pytest]\naddopts = --deselect tests/test_app.py::test_add\n"},
    "a module in place of pytest": {"pytest.py": EXIT},
    "a deleted test": {"tests/test_app.py": "import app\n\ndef test_import():\n    pass\n"},
    "another test at the old path": {"tests/test_app.py": "def test_import(): pass\ndef test_add(): pass\n"},
    "a skipped test": {"tests/conftest.py": "import pytest\n@pytest.fixture(autouse=True)\ndef no(): pytest.skip()\n"},
}


@contextmanager
def opened(tree: MemoryTree, toolchain: Toolchain) -> Generator[Sandbox]:
    image = ensure_image(toolchain.family)
    spec = Spec(image=image, run_id="test-verify", phase="verifying", env=toolchain.env)
    with DockerSandboxes("test-verify").open(spec, tree) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return detect(BASE)


@pytest.fixture(scope="module")
def baseline(toolchain: Toolchain) -> Results:
    with opened(BASE, toolchain) as sandbox:
        return run_checks(sandbox, toolchain, commit="base", image="i")


def proof(changes: Mapping[str, str | None], toolchain: Toolchain, baseline: Results) -> Verification:
    """What the final verification does: base plus patch, protected files put back, a fresh container."""
    result = BASE.changed(changes)
    with opened(result.changed(restore(BASE, result, toolchain)), toolchain) as sandbox:
        return compare(baseline, run_checks(sandbox, toolchain, commit="now", image="i"))


def test_pytest_and_unittest_tests_are_told_one_by_one(baseline: Results) -> None:
    assert {test.id: test.status for test in baseline.tests().values()} == {
        "tests/test_app.py::test_import": "passed",
        BUG: "failed",
        "tests/test_old.py::Old::test_it": "passed",
    }
    assert [(result.check.name, result.exit_code, result.problem) for result in baseline.checks] == [
        ("syntax", 0, ""),
        ("pytest", 1, ""),
    ]


def test_an_honest_fix_is_clean(toolchain: Toolchain, baseline: Results) -> None:
    seen = proof(FIX, toolchain, baseline)
    assert seen.clean
    assert seen.ids("fixed") == (BUG,)
    assert (seen.passed_before, seen.passed_after) == (2, 3)


@pytest.mark.parametrize("cheat", CHEATS)
def test_out_03_no_known_way_to_fool_a_grader_works(cheat: str, toolchain: Toolchain, baseline: Results) -> None:
    seen = proof(CHEATS[cheat], toolchain, baseline)
    assert not (seen.clean and BUG in seen.ids("fixed"))
    assert not (seen.clean and seen.total_after < 3)


def test_a_syntax_error_is_a_new_diagnostic_at_its_line(toolchain: Toolchain, baseline: Results) -> None:
    [found] = proof({"app.py": "x = 1\ndef add(a, b:\n"}, toolchain, baseline).new_diagnostics
    assert (found.path, found.line) == ("app.py", 2)


def test_rerunning_tells_flaky_from_broken_and_narrowing_runs_only_what_is_asked(
    toolchain: Toolchain, baseline: Results
) -> None:
    once = (
        "import os\n\ndef add(a, b):\n    new = not os.path.exists('/tmp/seen')\n    open('/tmp/seen', 'w').close()\n"
    )
    tree = BASE.changed({"app.py": once + "    return 7 if new else a - b\n"})
    with opened(tree, toolchain) as sandbox:
        now = run_checks(sandbox, toolchain, commit="now", image="i", kinds=["tests"])
        assert compare(baseline, now).ids("broken") == ("tests/test_app.py::test_import",)
        assert confirm(sandbox, toolchain, baseline, now).ids("flaky") == ("tests/test_app.py::test_import",)
        some = run_checks(sandbox, toolchain, commit="now", image="i", kinds=["tests"], tests=["tests/test_old.py"])
        assert list(some.tests()) == ["tests/test_old.py::Old::test_it"]
        assert compare(baseline, some).clean
        none = run_checks(sandbox, toolchain, commit="now", image="i", kinds=["tests"], tests=[f"{BUG}_gone"])
        assert not compare(baseline, none).clean


def test_the_base_is_asked_twice_about_a_failing_test(toolchain: Toolchain) -> None:
    first = (
        "import os\n\n\ndef test_chance():\n    new = not os.path.exists('/tmp/chance')\n    open('/tmp/chance', 'w')\n"
    )
    tree = BASE.changed({"tests/test_chance.py": first + "    assert not new\n\n\ndef test_sure():\n    pass\n"})
    with opened(tree, toolchain) as sandbox:
        base = run_again(sandbox, run_checks(sandbox, toolchain, commit="base", image="i", kinds=["tests"]))
    failing = {test.id: test.flaky for test in base.tests().values() if test.status == "failed"}
    assert failing == {BUG: False, "tests/test_chance.py::test_chance": True}


def test_res_05_a_check_that_hangs_is_ended_and_proves_nothing(toolchain: Toolchain) -> None:
    check = toolchain.checks[-1].model_copy(update={"timeout": 2.0})
    with opened(BASE.changed({"app.py": "import time\ntime.sleep(60)\n"}), toolchain) as sandbox:
        result = run_check(sandbox, check)
    assert result.timed_out
    assert result.problem == "it was ended after 2 s"


def test_res_01_a_check_that_ran_into_a_limit_of_the_sandbox_says_so_when_it_proves_nothing(
    toolchain: Toolchain,
) -> None:
    bomb = "import os, time\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        time.sleep(60)\n"
    check = toolchain.checks[-1].model_copy(update={"timeout": 3.0})
    with opened(BASE.changed({"app.py": bomb}), toolchain) as sandbox:
        result = run_check(sandbox, check)
    assert result.problem.startswith("it was ended after 3 s; it ran into the sandbox's limit of processes")


def test_reports_of_earlier_commands_and_links_are_not_read(toolchain: Toolchain) -> None:
    check = toolchain.checks[-1]
    plant = (
        "mkdir -p /tmp/patchwright; echo '<testsuite><testcase name=\"a\"/></testsuite>' > /tmp/real.xml;"
        "cp /tmp/real.xml /tmp/patchwright/pytest.xml"
    )
    with opened(BASE, toolchain) as sandbox:
        sandbox.run(["sh", "-c", plant], timeout=10)
        stale = run_check(sandbox, check.model_copy(update={"command": ("true",), "narrow": ()}))
        assert "left no report" in stale.problem
        link = ("ln", "-s", "/tmp/real.xml", "/tmp/patchwright/pytest.xml")
        linked = run_check(sandbox, check.model_copy(update={"command": link, "narrow": ()}))
        assert "left no report" in linked.problem
