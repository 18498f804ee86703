"""What tests' results say about an instance: the rule of SWE-bench. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from patchwright.evals.instance import Instance, Prediction, Record
from patchwright.evals.patching import added_lines, touched
from patchwright.tools.checks import TestResult, TestStatus
from patchwright.tools.paths import matches

GOOD: frozenset[TestStatus] = frozenset({"passed", "xfailed"})
WORST_FIRST: Sequence[TestStatus] = ("error", "failed", "xpassed", "skipped", "xfailed", "passed")
HELD: frozenset[TestStatus] = frozenset({"passed", "xfailed", "skipped"})

Failure = Literal[
    "", "empty patch", "patch does not apply", "tests fail", "regression", "tests did not run", "timeout", "forbidden",
    "not migrated", "wrong outcome", "infrastructure",
]  # fmt: skip
"""Why an instance is not resolved, in one word for counting; "" if it is."""


class Split(Record):
    """The tests of one list by what became of them."""

    success: tuple[str, ...] = ()
    failure: tuple[str, ...] = ()


class Grade(Record):
    """What came of one prediction. `notes` are sentences for a person; times are in seconds."""

    instance_id: str
    resolved: bool = False
    failure: Failure = ""
    applied: str = ""
    """The rung of the ladder that took the patch; "" if none did."""
    fail_to_pass: Split = Split()
    pass_to_pass: Split = Split()
    put_back: tuple[str, ...] = ()
    """Tests and what steers them that the patch had changed."""
    notes: tuple[str, ...] = ()
    output: str = ""
    command: str = ""
    exit_code: int | None = None
    test_seconds: float = 0.0
    seconds: float = 0.0


def by_id(tests: Iterable[TestResult]) -> dict[str, TestStatus]:
    """Each test's status under every name that datasets know it by; of two results of one test the worse counts."""
    found: dict[str, TestStatus] = {}
    for test in tests:
        for name in names(test.id):
            found[name] = _worse(found.get(name), test.status)
    return found


def _worse(known: TestStatus | None, status: TestStatus) -> TestStatus:
    return status if known is None or WORST_FIRST.index(status) < WORST_FIRST.index(known) else known


def names(test_id: str) -> Iterable[str]:
    """A test's id, and what SWE-bench calls it: cut at a blank (pytest), `name (module.Class)` (Django, unittest)."""
    yield test_id
    if " " in test_id:
        yield test_id.partition(" ")[0]
    path, *inner = test_id.split("::")
    if len(inner) > 1 and path.endswith(".py"):
        module = path.removesuffix(".py").replace("/", ".")
        dotted = ".".join([module, *inner[:-1]])
        short = dotted.removeprefix("tests.")
        yield from {f"{inner[-1]} ({where}{end})" for where in (dotted, short) for end in ("", f".{inner[-1]}")}
    elif inner and path.endswith(".py") and "[" not in inner[-1]:
        yield inner[-1]


def split(
    wanted: Iterable[str], found: Mapping[str, TestStatus], good: frozenset[TestStatus], *, unnamed: bool = False
) -> Split:
    """These tests by whether they are good; one that is missing is not, unless `unnamed` says so."""
    success: list[str] = []
    failure: list[str] = []
    for name in wanted:
        statuses = _found(name, found)
        fine = all(status in good for status in statuses) if statuses else unnamed
        (success if fine else failure).append(name)
    return Split(success=tuple(success), failure=tuple(failure))


def _found(name: str, found: Mapping[str, TestStatus]) -> list[TestStatus]:
    if name in found:
        return [found[name]]
    cut = name.count("[") > name.count("]")  # 676 ids of Verified are cut within their parameters
    return [status for one, status in found.items() if (cut or name.endswith("*")) and one.startswith(name.rstrip("*"))]


def judge(instance: Instance, tests: Iterable[TestResult], problem: str, *, timed_out: bool) -> Grade:
    """The grade by the tests alone. A `problem` (no report, a status that nothing explains) proves nothing."""
    found = {} if problem else by_id(tests)
    quiet = instance.eval_type == "fail_only" and not problem
    fixed = split(instance.fail_to_pass, found, GOOD, unnamed=quiet)
    held = split(instance.pass_to_pass, found, HELD, unnamed=quiet)
    failure: Failure = "tests fail" if fixed.failure else "regression" if held.failure else ""
    if problem:
        failure = "timeout" if timed_out else "tests did not run"
    return Grade(
        instance_id=instance.instance_id,
        resolved=not failure and bool(fixed.success or held.success),
        failure=failure or ("" if fixed.success or held.success else "tests did not run"),
        fail_to_pass=fixed,
        pass_to_pass=held,
        notes=(problem,) if problem else (),
    )


def forbidden(instance: Instance, prediction: Prediction) -> tuple[str, ...]:
    """What of the patch must not be: sentences."""
    patch = prediction.model_patch or ""
    globs = [one for one in instance.forbidden if not one.startswith("text:")]
    texts = [one.removeprefix("text:") for one in instance.forbidden if one.startswith("text:")]
    paths = (path for path in sorted(touched(patch)) if any(matches(path, glob) for glob in globs))
    lines = "\n".join(added_lines(patch)) if texts else ""
    return (
        *(f"the patch touches {path}, which this task forbids" for path in paths),
        *(f"the patch adds {text!r}, which this task forbids" for text in texts if text in lines),
    )


def without_patch(instance: Instance, prediction: Prediction) -> Grade:
    """The grade of an empty patch: right only where no change is, and where the run said so."""
    right = instance.outcome != "patch" and prediction.outcome == instance.outcome
    failure: Failure = "empty patch" if instance.outcome == "patch" or not prediction.outcome else "wrong outcome"
    said = f"the run ended as {prediction.outcome}" if prediction.outcome else "the patch is empty"
    return Grade(instance_id=instance.instance_id, resolved=right, failure="" if right else failure, notes=(said,))
