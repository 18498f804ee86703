"""Python's side of transformations: what its sources declare, what judges it, what is left to a model."""

from pathlib import Path

import pytest

from patchwright.agent.plan import Scope
from patchwright.sandbox.base import ExecResult
from patchwright.tools.checks import Check, CheckResult, Results, TestResult
from patchwright.tools.diagnostics import Diagnostic
from patchwright.tools.protect import flag_changes
from patchwright.tools.recipes.platform import Knobs
from patchwright.tools.toolchain import detect
from patchwright.tools.transformations.checks import parse_check
from patchwright.tools.transformations.definition import find_definition
from patchwright.tools.transformations.judging import Observed, entry_problems, judge_check, not_compiled
from patchwright.tools.transformations.languages import PYTHON
from patchwright.tools.transformations.planning import dry_run
from patchwright.tools.transformations.pythontests import declared_tests, methods_of_tests, public_face
from tests.tools.trees import MemoryTree

CASE = Path(__file__).parents[2] / "cases" / "python2013"
FILES = {str(path.relative_to(CASE)): path.read_text() for path in CASE.rglob("*.py")}
NAME_ERROR = "E   AttributeError: module 'inspect' has no attribute 'getargspec'"


def results(*tests: TestResult, syntax: int = 0) -> Results:
    checks = (
        CheckResult(check=Check(name="syntax", kind="syntax", command=("s",)), exit_code=syntax, seconds=1),
        CheckResult(check=Check(name="pytest", kind="tests", command=("t",)), exit_code=0, seconds=1, tests=tests),
    )
    return Results(commit="c", image="i", checks=checks)


def seen(now: dict[str, str], *, syntax: int = 0, python: str = "Python 3.13.5") -> Observed:
    good = results(TestResult(id="t::a", status="passed"))
    after = results(TestResult(id="t::a", status="passed"), syntax=syntax)
    said = ExecResult(0, f"{python}\n".encode(), 0.1)
    return Observed(PYTHON, MemoryTree(FILES), MemoryTree({**FILES, **now}), good, after, {}, lambda _: said)


ALL = ("compiles", "tests_pass", "tests_not_fewer", "tests_same_methods", "no_new_diagnostics", "api_unchanged")


@pytest.mark.parametrize("words", [*ALL, "python == 3.13", "file_exists **/*.py"])
def test_an_unchanged_good_tree_meets_every_check(words: str) -> None:
    assert judge_check(parse_check(words), seen({})) == ""


BAG = FILES["dusty/bag.py"]
TESTS = FILES["tests/test_bag.py"]


@pytest.mark.parametrize(
    ("words", "observed", "why"),
    [
        ("compiles", seen({}, syntax=1), "syntax ended with status 1"),
        ("python == 3.13", seen({}, python="Python 3.11.2"), "it is 'Python 3.11.2'"),
        (
            "tests_same_methods",
            seen({"tests/test_bag.py": TESTS.replace("test_the", "_the")}),
            "1 gone, first tests/te",
        ),
        ("api_unchanged", seen({"dusty/bag.py": BAG.replace("counts=()", "counts")}), "1 gone, first dusty/bag.py"),
        ("file_exists *.txt", seen({}), "there is no *.txt"),
    ],
)
def test_what_does_not_hold_is_said_in_a_sentence(words: str, observed: Observed, why: str) -> None:
    assert judge_check(parse_check(words), observed).startswith(why)


def test_examples_of_old_syntax_are_no_reason_and_sources_are() -> None:
    def judged(path: str) -> str:
        wrong = Diagnostic(path=path, line=3, message="invalid syntax", source="gcc")
        check = Check(name="syntax", kind="syntax", command=("s",))
        result = CheckResult(check=check, exit_code=1, seconds=1, diagnostics=(wrong,))
        return not_compiled(Results(commit="c", image="i", checks=(result,)))

    assert judged("docs/example.py") == ""
    assert judged("dusty/a.py") == "1 errors, first dusty/a.py:3 invalid syntax"


def test_imports_bodies_and_private_names_are_not_the_public_face() -> None:
    other = BAG.replace("collections.MutableMapping", "MutableMapping").replace("found = 0", "_ = found = 0")
    assert public_face(MemoryTree({"dusty/bag.py": BAG})) == public_face(MemoryTree({"dusty/bag.py": other}))


def test_a_file_that_did_not_parse_before_has_no_face_to_keep() -> None:
    base, now = MemoryTree({"a.py": "def f(async): pass\n"}), MemoryTree({"a.py": "def f(async_): pass\n"})
    good = results(TestResult(id="t::a", status="passed"))
    observed = Observed(PYTHON, base, now, good, good, {}, lambda _: ExecResult(0, b"", 0.1))
    assert judge_check(parse_check("api_unchanged"), observed) == ""


def test_tests_are_found_by_name_in_branches_and_classes_and_counted_where_runners_look() -> None:
    tree = MemoryTree({**FILES, "tests/test_x.py": "if 1:\n    def test_a(): pass\n", "tests/test_bad.py": "print 1\n"})
    assert {"tests/test_x.py#test_a", "tests/test_bad.py", "tests/test_bag.py#BagTest"} <= methods_of_tests(tree)
    assert declared_tests(tree) == 5


def test_it_is_judged_by_its_own_checks_on_the_targets_image_and_a_new_module_that_shadows_is_still_told() -> None:
    tree = MemoryTree(FILES)
    found = PYTHON.judged(detect(tree), "python-3.13", tree, {})
    assert found.family == "python-3.13" and [check.kind for check in found.checks] == ["syntax", "tests"]
    shadowing = MemoryTree({**FILES, "random.py": "x = 1\n"})
    assert "shadows a module" in flag_changes(tree, shadowing, found, Scope(tests=True))[0]


def test_the_dry_run_leaves_what_needs_a_model_with_file_line_and_suggestion() -> None:
    definition = find_definition("python-3.13")[1]
    tree = MemoryTree(FILES)
    failing = TestResult(id="t::b", status="failed", message=NAME_ERROR, trace=NAME_ERROR)
    unknown = TestResult(
        id="t::c", status="failed", message="E   ValueError: odd", trace="tests/test_bag.py:9: ValueError"
    )
    run = dry_run(definition, tree, Knobs())
    assert len(run.recipes) == 9 and run.moves == ("Python >=3.3, <3.10 -> >=3.3",)
    left = PYTHON.left(run, tree, results(failing, unknown), definition.release)
    assert left[0] == (
        "dusty/forms.py:3 removed-api: module cgi went in Python 3.13; the package legacy-cgi brings it back"
    )
    assert [line.split(": ")[-1] for line in left[1:]] == ["odd"]
    assert "getargspec" in PYTHON.called_for(results(failing), definition.release)["python.getargspec"]


def test_a_tree_without_python_does_not_fit() -> None:
    definition = find_definition("python-3.13")[1]
    assert entry_problems(definition, MemoryTree({"pom.xml": ""}), results())[0].endswith("there is no **/*.py")
