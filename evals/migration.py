"""The MigrationBench check of a migrated tree, by itself: nothing that the run said about it is believed."""

from dataclasses import dataclass
from pathlib import Path

from patchwright.sandbox.base import Limits, Sandbox, Sandboxes, Spec
from patchwright.sandbox.repository import CommitTree
from patchwright.sandbox.source import open_source
from patchwright.tools.checks import Check
from patchwright.tools.toolchains.java import MAVEN
from patchwright.tools.transformations.classfiles import class_majors
from patchwright.tools.transformations.javatests import methods_of_tests
from patchwright.tools.transformations.maven import REPORTS
from patchwright.tools.verify import run_check

LIMITS = Limits(memory_mb=4096, tmp_mb=1024, seconds=3600.0)
STRICT = (*MAVEN, "clean", "verify")


@dataclass(frozen=True, slots=True)
class Grade:
    """Why a tree is not migrated (nothing: it is), and how many tests ran in it."""

    reasons: tuple[str, ...]
    tests: int


def grade(sandboxes: Sandboxes, image: str, base: Path, result: Path, *, major: int, tests_before: int) -> Grade:
    """Build `result` in a fresh container of `image` and compare it with `base`; both are git checkouts.

    Minimal migration: `mvn clean verify` ends with 0, every class file is of `major`, at least `tests_before` tests
    run, and src/test declares the same files, classes and test methods.
    """
    cache = result.parent / "clones"
    before, at = open_source(str(base), cache=cache, revision="HEAD", include_dirty=False)
    after, now = open_source(str(result), cache=cache, revision="HEAD", include_dirty=False)
    return grade_trees(sandboxes, image, before.tree(at), after.tree(now), major=major, tests_before=tests_before)


def grade_trees(
    sandboxes: Sandboxes, image: str, before: CommitTree, tree: CommitTree, *, major: int, tests_before: int
) -> Grade:
    """The same for two trees in clones of ours."""
    spec = Spec(image=image, run_id="grading", phase="verifying", limits=LIMITS)
    with sandboxes.open(spec, tree) as sandbox:
        reasons, tests = _built(sandbox)
        majors = class_majors(sandbox, tree)
    wrong = sorted({found for found in majors.values() if found != major})
    reasons += [f"class files of {', '.join(map(str, wrong))}"] if wrong else []
    reasons += [] if majors else ["no class files"]
    reasons += [f"{tests} tests ran, {tests_before} before"] if tests < tests_before else []
    if methods_of_tests(before) != methods_of_tests(tree):
        reasons.append("src/test declares other tests")
    return Grade(tuple(reasons), tests)


def _built(sandbox: Sandbox) -> tuple[list[str], int]:
    check = Check(name="strict", kind="tests", command=STRICT, report="junit", reports=REPORTS, timeout=1800.0)
    result = run_check(sandbox, check)
    failed = [f"mvn clean verify ended with status {result.exit_code}"] if result.exit_code else []
    return failed, len(result.tests)
