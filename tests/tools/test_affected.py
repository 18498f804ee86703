"""Which tests to run first."""

import time

from patchwright.tools.affected import affected_tests
from tests.tools.trees import MemoryTree

TREE = MemoryTree(
    {
        "src/pkg/__init__.py": "",
        "src/pkg/request.py": "from . import util\n",
        "src/pkg/util.py": "import os\n",
        "src/pkg/far.py": "from pkg.request import (\n    Request,\n)\n",
        "tests/test_request.py": "from pkg.request import Request\n",
        "tests/test_far.py": "import pkg.far as far\n",
        "tests/test_other.py": "import json\n",
        "tests/test_both.py": "from pkg import util\n",
        "go/m.go": "",
        "go/m_test.go": "",
        "web/add.ts": "",
        "web/add.test.ts": "",
        "src/main/java/a/Calc.java": "",
        "src/test/java/a/CalcTest.java": "",
    }
)


def test_a_test_named_alike_comes_first_then_those_that_import_it() -> None:
    assert affected_tests(TREE, ["src/pkg/request.py"]) == ("tests/test_request.py",)
    assert affected_tests(TREE, ["src/pkg/util.py"]) == ("tests/test_both.py",)
    assert affected_tests(TREE, ["src/pkg/far.py"]) == ("tests/test_far.py",)


def test_a_changed_test_is_affected_by_itself_and_a_deleted_file_by_nothing() -> None:
    assert affected_tests(TREE, ["tests/test_other.py"]) == ("tests/test_other.py",)
    assert affected_tests(TREE, ["gone.py"]) == ()


def test_other_languages_go_by_names_and_packages() -> None:
    assert affected_tests(TREE, ["go/m.go"]) == ("go/m_test.go",)
    assert affected_tests(TREE, ["web/add.ts"]) == ("web/add.test.ts",)
    assert affected_tests(TREE, ["src/main/java/a/Calc.java"]) == ("src/test/java/a/CalcTest.java",)


def test_two_thousand_files_take_well_under_two_seconds() -> None:
    files = {f"pkg/m{n}.py": f"from pkg import m{n + 1}\nimport os, sys\n" * 20 for n in range(2000)}
    tree = MemoryTree({**files, "tests/test_x.py": "import pkg.m3\n"})
    start = time.perf_counter()
    assert affected_tests(tree, ["pkg/m3.py"]) == ("tests/test_x.py",)
    assert time.perf_counter() - start < 2
