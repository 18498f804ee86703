"""A migrated Python tree judged by itself, on the target's image: nothing that the run said about it is believed."""

from pathlib import Path

from patchwright.evals.migration import Grade
from patchwright.sandbox.base import Limits, Sandboxes, Spec
from patchwright.sandbox.repository import CommitTree
from patchwright.sandbox.source import open_source
from patchwright.tools.checks import Results
from patchwright.tools.compare import BAD
from patchwright.tools.recipes.code import Code
from patchwright.tools.recipes.diagnosis import unexplained
from patchwright.tools.toolchain import Toolchain, detect
from patchwright.tools.transformations.judging import not_compiled
from patchwright.tools.transformations.pythontests import declared_tests, methods_of_tests
from patchwright.tools.verify import run_checks

LIMITS = Limits(memory_mb=4096, tmp_mb=1024, seconds=1800.0)
PASSED = ("passed", "xfailed")


def grade_python(sandboxes: Sandboxes, image: str, base: Path, result: Path) -> Grade:
    """Run the base's own checks on both trees, each in a fresh container of `image`; both are git checkouts.

    Migrated: no test that passes on the base is lost, at least as many tests run, the same ones are declared, every
    source compiles, and what still fails fails for the environment's sake (no network, a package that is not there).
    """
    cache = result.parent / "clones"
    before, at = open_source(str(base), cache=cache, revision="HEAD", include_dirty=False)
    after, now = open_source(str(result), cache=cache, revision="HEAD", include_dirty=False)
    old, new = before.tree(at), after.tree(now)
    toolchain = detect(old)
    was, found = (_run(sandboxes, image, tree, toolchain) for tree in (old, new))
    tests = found.tests()
    passed = {name for name, test in tests.items() if test.status in PASSED}
    lost = {name for name, test in was.tests().items() if test.status in PASSED} - passed
    before_ran = max(len(was.tests()), min(declared_tests(old), 1))
    reasons = [f"{len(lost)} tests lost, first {min(lost)}"] if lost else []
    reasons += [f"{len(tests)} tests ran, {before_ran} before"] if len(tests) < before_ran else []
    reasons += ["other tests are declared"] if methods_of_tests(old) != methods_of_tests(new) else []
    reasons += [f"it does not compile: {why}" for why in [not_compiled(found)] if why]
    return Grade((*reasons, *_failing(found, new)), len(passed))


def _failing(found: Results, tree: CommitTree) -> list[str]:
    """What fails and is not the environment's fault, in a sentence."""
    failing = [name for name, test in found.tests().items() if test.status in BAD]
    ours = [one for one in unexplained(found, (), Code(tree).modules) if one.test and not one.environment]
    if not ours:
        return []
    return [f"{len(ours)} of {len(failing)} failing tests are not the environment's, first {ours[0].error[:100]}"]


def _run(sandboxes: Sandboxes, image: str, tree: CommitTree, toolchain: Toolchain) -> Results:
    spec = Spec(image=image, run_id="grading", phase="verifying", limits=LIMITS)
    with sandboxes.open(spec, tree) as sandbox:
        return run_checks(sandbox, toolchain, commit=tree.key, image=image)
