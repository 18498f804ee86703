"""Each built-in check holds where it should, and says in a sentence why it does not elsewhere."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from patchwright.sandbox.base import ExecResult, Spec
from patchwright.sandbox.local import LocalSandboxes
from patchwright.tools.checks import Check, CheckResult, Results, TestResult
from patchwright.tools.diagnostics import Diagnostic
from patchwright.tools.transformations.checks import parse_check
from patchwright.tools.transformations.classfiles import class_majors
from patchwright.tools.transformations.javatests import declared_tests, methods_of_tests, public_face
from patchwright.tools.transformations.judging import Observed, judge_check
from patchwright.tools.transformations.languages import JAVA
from tests.tools.trees import MemoryTree

TESTS = "package p;\npublic class ATest {\n  @Test public void one() {}\n  @org.junit.Test\n  public void two() {}\n  void help() {}\n}\n"
FACE = "package p;\npublic class A {\n  public int f(int a) { return a; }\n  private int g() { return 1; }\n}\n"
POM = "<project><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>{}</version></dependency></dependencies></project>"
FILES = {"pom.xml": POM.format("1.2"), "src/main/java/A.java": FACE, "src/test/java/ATest.java": TESTS}


def results(build: int = 0, tests: int = 0, *statuses: str, errors: int = 0) -> Results:
    found = tuple(TestResult(id=f"ATest::t{n}", status=status) for n, status in enumerate(statuses))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    wrong = tuple(Diagnostic(path="A.java", line=3, message=f"wrong {n}", source="javac") for n in range(errors))
    checks = (
        CheckResult(check=Check(name="b", kind="build", command=("b",)), exit_code=build, seconds=1, diagnostics=wrong),
        CheckResult(check=Check(name="t", kind="tests", command=("t",)), exit_code=tests, seconds=1, tests=found),
    )
    return Results(commit="c", image="i", checks=checks)


def seen(
    after: Results | None = None,
    before: Results | None = None,
    files: Mapping[str, str] | None = None,
    classes: Mapping[str, int] | None = None,
    status: int = 0,
) -> Observed:
    good = results(0, 0, "passed", "passed")
    now = MemoryTree({**FILES, **(files or {})})
    found = {"target/classes/A.class": 61} if classes is None else classes
    return Observed(
        JAVA, MemoryTree(FILES), now, before or good, after or good, found, lambda _: ExecResult(status, b"said", 0.1)
    )


ALL = (
    *("compiles", "tests_pass", "tests_not_fewer", "tests_same_methods", "class_major == 61", "no_new_diagnostics"),
    *("dependency_at_least g:a 1.2", "api_unchanged", "file_exists pom.xml"),
)


@pytest.mark.parametrize("words", ALL)
def test_an_unchanged_good_tree_meets_every_check(words: str) -> None:
    assert judge_check(parse_check(words), seen()) == ""


@pytest.mark.parametrize(
    ("words", "observed", "why"),
    [
        ("compiles", seen(results(1)), "b ended with status 1"),
        ("tests_pass", seen(results(0, 0, "passed", "failed")), "1 fail, first ATest::t1"),
        ("tests_pass", seen(results(0, 1, "passed")), "t ended with status 1"),
        ("tests_not_fewer", seen(results(0, 0, "passed")), "1 ran, 2 ran before"),
        ("tests_not_fewer", seen(results(0, 0, "passed"), results(1, 1)), "1 ran, 2 are declared"),
        (
            "tests_same_methods",
            seen(files={"src/test/java/ATest.java": TESTS.replace("two", "three")}),
            "1 gone, first src/test/java/ATest.java#ATest.two; 1 new, first src/test/java/ATest.java#ATest.three",
        ),
        ("class_major == 61", seen(classes={"a/target/classes/A.class": 52, "b.class": 61}), "1 of 52, first a/target"),
        ("class_major == 61", seen(classes={}), "the build made no class files"),
        ("no_new_diagnostics", seen(results(errors=2), results(errors=1)), "1 new, first A.java:3 wrong 1"),
        ("dependency_at_least g:a 2.0", seen(), "it is 1.2 at pom.xml:1"),
        ("api_unchanged", seen(files={"src/main/java/A.java": FACE.replace("int a)", "long a)")}), "1 gone, first"),
        ("file_exists README", seen(), "there is no README"),
    ],
)
def test_what_does_not_hold_is_said_in_a_sentence(words: str, observed: Observed, why: str) -> None:
    assert judge_check(parse_check(words), observed).startswith(why)


def test_a_command_holds_if_it_ends_with_0_and_says_its_end_if_not() -> None:
    assert judge_check(parse_check(("true",)), seen()) == ""
    assert judge_check(parse_check(("false",)), seen(status=3)) == "it ended with status 3: said"


def test_private_parts_and_bodies_are_not_the_public_face() -> None:
    other = FACE.replace("return a", "return a + 1").replace("private int g()", "private long h()")
    assert public_face(MemoryTree({"src/main/java/A.java": FACE})) == public_face(
        MemoryTree({"src/main/java/A.java": other})
    )


def test_tests_are_counted_where_surefire_would_run_them() -> None:
    junit3 = "public class BTest extends TestCase {\n  public void testOne() {}\n  public void help() {}\n}\n"
    base = "abstract class BaseTest { @Test void inherited() {} }\n"
    tree = MemoryTree(
        {
            **FILES,
            "src/test/java/BTest.java": junit3,
            "src/test/java/BaseTest.java": base,
            "src/test/java/Other.java": TESTS,
        }
    )
    assert declared_tests(tree) == 3
    assert "src/test/java/BTest.java#BTest.testOne" in methods_of_tests(tree)


def test_class_majors_are_read_from_the_files_that_the_build_made(tmp_path: Path) -> None:
    def built(major: int) -> bytes:
        return b"\xca\xfe\xba\xbe\0\0" + major.to_bytes(2, "big")

    tree = MemoryTree(
        {
            "m/target/classes/p/A.class": built(61),
            "m/target/test-classes/B.class": b"no class",
            "m/target/classes/Copied.class": built(45),
            "m/src/main/resources/Copied.class": built(45),
            "lib/Other.class": built(50),
        }
    )
    with LocalSandboxes().open(Spec(image="local", run_id="r", phase="verifying"), tree) as sandbox:
        found = class_majors(sandbox, MemoryTree({"m/src/main/resources/Copied.class": b""}))
    assert found == {"m/target/classes/p/A.class": 61, "m/target/test-classes/B.class": 0}
