"""Errors of a baseline become steps; what hides behind them is found too; what is left is named, not invented."""

import time

import pytest

from patchwright.tools.checks import Check, CheckResult, Results, TestResult
from patchwright.tools.diagnostics import Diagnostic
from patchwright.tools.recipes.catalogue import RECIPES, catalogue
from patchwright.tools.recipes.code import Code
from patchwright.tools.recipes.diagnosis import diagnose, error_line, unexplained
from patchwright.tools.recipes.planning import plan_recipes, recipe_plan
from patchwright.tools.recipes.removed import removed_names
from tests.tools.recipes.test_recipes import Files

TRACE = """tests/test_a.py:2: in <module>
    import a
a.py:1: in <module>
    from collections import MutableMapping
E   ImportError: cannot import name 'MutableMapping' from 'collections' (/usr/lib/python3.11/collections/__init__.py)"""
NATIVE = """Traceback (most recent call last):
  File "/workspace/tests/test_cachecontrol.py", line 57, in test_pop
    newone = self.make_one(self.callback)
             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/workspace/tests/test_cachecontrol.py", line 18, in make_one
    from webob.cachecontrol import UpdateDict
  File "/workspace/webob/__init__.py", line 2, in <module>
    from webob.request import *
  File "/workspace/webob/headers.py", line 1, in <module>
    from collections import MutableMapping
ImportError: cannot import name 'MutableMapping' from 'collections' (/usr/lib/python3.11/collections/__init__.py)"""
"""As pytest writes it with --tb=native: Python's own form."""

NATIVE_ELSEWHERE = """Traceback (most recent call last):
  File "/workspace/tests/test_a.py", line 12, in test_fetch
    answer = fetch("http://example.org")
             ^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/workspace/src/a.py", line 7, in fetch
    return json.loads(text)
           ^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "<frozen codecs>", line 3, in decode
json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"""
TARGET = (3, 11)


def results(*traces: str, diagnostics: tuple[Diagnostic, ...] = ()) -> Results:
    tests = tuple(TestResult(id=f"t{n}", status="error", trace=trace) for n, trace in enumerate(traces))
    check = Check(name="pytest", kind="tests", command=("pytest",))
    return Results(
        commit="",
        image="",
        checks=(CheckResult(check=check, exit_code=1, seconds=1, tests=tests, diagnostics=diagnostics),),
    )


def test_a_diagnosis_names_the_signature_the_tests_and_the_place() -> None:
    (found,) = diagnose(results(TRACE, TRACE), catalogue(TARGET))
    assert found.recipe == "python.collections-abc"
    assert found.signature == "ImportError: cannot import name 'MutableMapping' from 'collections'"
    assert found.tests == ("t0", "t1")
    assert found.files == ("a.py:1",)


def test_pythons_own_tracebacks_are_read() -> None:
    (found,) = diagnose(results(NATIVE), catalogue(TARGET))
    assert found.signature == "ImportError: cannot import name 'MutableMapping' from 'collections'"
    assert found.files == ("webob/headers.py:1",)
    (left,) = unexplained(results(NATIVE_ELSEWHERE), catalogue(TARGET))
    assert (left.path, left.line) == ("src/a.py", 7)
    assert left.error == "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"


@pytest.mark.parametrize(
    ("line", "signature"),
    [
        ("E   AttributeError: 'Thread' object has no attribute 'isAlive'", "AttributeError: 'Thread' object has no attribute 'isAlive'"),
        ("re.error: global flags not at the start of the expression at position 7", "re.error: global flags not at the start of the expression"),
        ("a.py:3: TypeError: Missing required argument 'digestmod'.", "TypeError: Missing required argument 'digestmod'"),
        ("RuntimeError: generator raised StopIteration", "RuntimeError: generator raised StopIteration"),
        ("cannot import name 'gcd' from 'fractions'", "cannot import name 'gcd' from 'fractions'"),
    ],
)  # fmt: skip
def test_a_signature_is_the_error_as_people_read_it(line: str, signature: str) -> None:
    (found,) = diagnose(results(f"tests/test_a.py:9: in f\n{line}"), catalogue(TARGET))
    assert found.signature == signature


@pytest.mark.parametrize(
    ("error", "recipe"),
    [
        ("AttributeError: module 'collections' has no attribute 'Callable'", "python.collections-abc"),
        ("ImportError: cannot import name 'getargspec' from 'inspect' (/x)", "python.getargspec"),
        (
            "AttributeError: module 'inspect' has no attribute 'getargspec'. Did you mean: 'getargs'?",
            "python.getargspec",
        ),
        ("re.error: global flags not at the start of the expression at position 7", "python.regex-flags"),
        ("TypeError: Missing required argument 'digestmod'.", "python.hmac-digestmod"),
        ("RuntimeError: generator raised StopIteration", "python.generator-stop"),
        ("AttributeError: 'Thread' object has no attribute 'isAlive'", "python.thread-is-alive"),
        ("AttributeError: module 'cgi' has no attribute 'escape'", "python.html-escape"),
        ("ImportError: cannot import name 'gcd' from 'fractions' (/x)", "python.fractions-gcd"),
        ("AttributeError: module 'time' has no attribute 'clock'", "python.time-clock"),
        ("ModuleNotFoundError: No module named 'xml.etree.cElementTree'", "python.celementtree"),
        ("ValueError: invalid mode: 'rU'", "python.open-mode-u"),
        (
            "AttributeError: module 'asyncio' has no attribute 'coroutine'. Did you mean: 'coroutines'?",
            "python.asyncio-coroutine",
        ),
        ("E       def f(async=1):\nE             ^^^^^\nE   SyntaxError: invalid syntax", "python.async-name"),
    ],
)
def test_real_messages_call_for_their_recipe(error: str, recipe: str) -> None:
    assert [found.recipe for found in diagnose(results(error), catalogue(TARGET))] == [recipe]


def test_diagnostics_and_bare_output_are_read_too() -> None:
    words = "cannot import name 'Mapping' from 'collections'"
    said = Diagnostic(path="a.py", line=3, message=words, source="pyright")
    (found,) = diagnose(results(diagnostics=(said,)), catalogue(TARGET))
    assert (found.tests, found.files) == ((), ("a.py:3",))
    check = Check(name="build", kind="build", command=("x",))
    bare = Results(commit="", image="", checks=(CheckResult(check=check, exit_code=1, seconds=1, output=words),))
    assert len(diagnose(bare, catalogue(TARGET))) == 1


def test_the_plan_has_what_fails_first_then_what_hides_behind_it() -> None:
    tree = Files(
        {
            "a.py": b"from collections import MutableMapping\nimport threading\n",
            "b.py": b"import threading\nt = threading.Thread()\nt.isAlive()\n",
        }
    )
    first, second = plan_recipes(results(TRACE), tree, TARGET)
    assert (first.name, second.name) == ("python.collections-abc", "python.thread-is-alive")
    assert first.reason == "1 failing test with: ImportError: cannot import name 'MutableMapping' from 'collections'"
    assert second.reason == "found at b.py:3; hidden behind the failures above"
    assert second.diagnosis is None


def test_steps_build_on_each_other_in_one_file() -> None:
    tree = Files({"a.py": b"from collections import Mapping\nfrom fractions import gcd\n"})
    steps = plan_recipes(results(TRACE), tree, TARGET)
    assert steps[-1].rewrite.changes["a.py"] == b"from collections.abc import Mapping\nfrom math import gcd\n"


def test_nothing_to_do_is_an_empty_plan() -> None:
    plan = recipe_plan(results(), Files({"a.py": b"x = 1\n"}), TARGET)
    assert (plan.steps, plan.leftovers) == ((), ())


def test_a_signature_that_nothing_here_explains_is_left_over_with_its_place() -> None:
    plan = recipe_plan(results(TRACE), Files({"a.py": b"exec('...')\n"}), TARGET)
    assert plan.steps == ()
    (left,) = plan.leftovers
    assert (left.path, left.line, left.kind) == ("a.py", 1, "python.collections-abc")


def test_failures_that_no_recipe_knows_need_a_model_and_name_their_place() -> None:
    trace = "a.py:7: in f\n    1 / 0\nE   ZeroDivisionError: division by zero"
    (left,) = unexplained(results(trace), catalogue(TARGET))
    assert (left.test, left.path, left.line, left.environment) == ("t0", "a.py", 7, "")
    assert left.error == "ZeroDivisionError: division by zero"


def test_of_output_without_python_errors_the_line_that_tells_is_shown() -> None:
    said = "[INFO] Scanning\n[ERROR] COMPILATION ERROR :\n[ERROR] Source option 5 is no longer supported.\n[INFO] End"
    assert error_line(said) == "[ERROR] Source option 5 is no longer supported."
    assert error_line("one\ntwo") == "one"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("E   ssl.SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired", "certificate"),
        ("E   socket.gaierror: [Errno -3] Temporary failure in name resolution", "network"),
        ("E   OSError: [Errno 101] Network is unreachable", "network"),
        ("E   FileNotFoundError: [Errno 2] No such file or directory: 'git'", "not installed"),
        ("E   PermissionError: [Errno 1] Operation not permitted: '/x'", "who may"),
        ("E   ModuleNotFoundError: No module named 'redis'", "the package redis is not installed"),
    ],
)
def test_failures_of_the_environment_are_named_as_such(error: str, words: str) -> None:
    (left,) = unexplained(results(error), catalogue(TARGET))
    assert words in left.environment


@pytest.mark.parametrize("module", ["imp", "StringIO", "mine.part"])
def test_a_module_that_python_lost_or_that_is_ours_is_not_blamed_on_the_environment(module: str) -> None:
    (left,) = unexplained(
        results(f"E   ModuleNotFoundError: No module named '{module}'"), catalogue(TARGET), frozenset({"mine"})
    )
    assert left.environment == ""


def test_what_is_gone_and_has_no_recipe_is_left_over_only_for_targets_without_it() -> None:
    code = Code(Files({"a.py": b"import cgi\nimport platform\nplatform.linux_distribution()\n"}))
    assert [(left.line, left.kind) for left in removed_names(code, (3, 11))] == [(3, "removed-api")]
    both = list(removed_names(code, (3, 13)))
    assert [left.line for left in both] == [1, 3]
    assert "legacy-cgi" in both[0].reason


@pytest.mark.parametrize(
    "text", ["E" * 8192, " " * 8192, "a.py:" * 1600, "^" * 8192, "async" + " " * 8000, "E   x" * 1600]
)
def test_hostile_messages_are_read_in_no_time(text: str) -> None:
    before = time.process_time()
    assert diagnose(results(text + "\n" + text), RECIPES) == ()
    unexplained(results(text + "\n" + text), RECIPES)
    assert time.process_time() - before < 0.5


@pytest.mark.parametrize("path", ["/etc/passwd", "../../x.py", "<string>"])
def test_places_outside_the_project_are_not_named(path: str) -> None:
    trace = f"{path}:3: in f\nE   ImportError: cannot import name 'Mapping' from 'collections'"
    (found,) = diagnose(results(trace), catalogue(TARGET))
    assert found.files == ()


def test_what_a_leftover_says_is_not_said_again_by_a_diagnostic() -> None:
    tree = Files({"docs/example.py": b"print 'collections Mapping'\n", "a.py": b"import os\nos.getcwdu()\n"})
    said = (
        Diagnostic(path="docs/example.py", line=1, message="Missing parentheses", source="syntax"),
        Diagnostic(path="a.py", line=2, message="Module has no attribute", source="mypy"),
        Diagnostic(path="a.py", line=7, message="Something else", source="mypy"),
    )
    plan = recipe_plan(results(diagnostics=said), tree, TARGET)
    assert [(left.path, left.line) for left in plan.leftovers] == [("docs/example.py", 1), ("a.py", 2)]
    assert [(left.path, left.line) for left in plan.unexplained] == [("a.py", 7)]


@pytest.mark.parametrize(
    ("files", "example"),
    [
        ({}, True),
        ({"tests/test_a.py": b"import app\nexample = 1\n"}, True),
        ({"tests/test_a.py": b"from docs import example\n"}, False),
    ],
)
def test_a_leftover_among_documents_that_no_test_imports_is_called_an_example(
    files: dict[str, bytes], example: bool
) -> None:
    tree = Files({"docs/example.py": b"print 'collections Mapping'\n", "a.py": b"print 'Mapping'\n", **files})
    of_a, of_docs = sorted(recipe_plan(results(), tree, TARGET).leftovers, key=lambda left: left.path)
    assert of_docs.reason.endswith("(an example or documentation: no test imports it)") == example
    assert "example" not in of_a.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"import plistlib\nplistlib.readPlist(p)\n", "plistlib.readPlist went in Python 3.9: plistlib.load takes an open file"),
        (b"import ast\nast.Num(1)\n", "ast.Num went in Python 3.14: use ast.Constant"),
        (b"from ast import Str\n", "ast.Str went in Python 3.14: use ast.Constant"),
        (b"import asyncore\n", "module asyncore went in Python 3.12; the package pyasyncore brings it back"),
    ],
)  # fmt: skip
def test_what_is_only_named_says_since_when_and_what_a_person_may_do(text: bytes, reason: str) -> None:
    (left,) = recipe_plan(results(), Files({"a.py": text}), (3, 14)).leftovers
    assert left.reason == reason
