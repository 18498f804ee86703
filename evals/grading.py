"""One prediction judged in a fresh container: patch, judges put back, hidden tests, run, verdict."""

import time
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

from patchwright.agent.errors import UsageError
from patchwright.evals.environment import Ready, prepare
from patchwright.evals.instance import Instance, Prediction
from patchwright.evals.laying import hidden_files, lay, with_hidden
from patchwright.evals.logs import read_script
from patchwright.evals.patching import PatchRefused, apply_patch
from patchwright.evals.places import Place, open_repository
from patchwright.evals.verdict import Failure, Grade, forbidden, judge, without_patch
from patchwright.sandbox.base import Sandbox, Spec
from patchwright.sandbox.errors import SandboxError
from patchwright.sandbox.repository import Repository
from patchwright.tools.checks import CheckResult
from patchwright.tools.testfiles import looks_like_test
from patchwright.tools.toolchain import BadSettings
from patchwright.tools.verify import run_check

INFRASTRUCTURE_TRIES = 3
"""How often an instance is tried when the place fails; the patch is never blamed for it."""


class BadInstance(ValueError):
    """The instance itself cannot be judged: its own patch of tests doesn't apply, or its settings are wrong."""


@dataclass(frozen=True, slots=True)
class Court:
    """All that is the same for every prediction of an instance. `base` is the commit, `hidden` the files laid over."""

    instance: Instance
    repository: Repository
    base: str
    hidden: dict[str, bytes | None]
    ready: Ready


@contextmanager
def open_court(instance: Instance, place: Place) -> Generator[Court]:
    """Repository, hidden tests and environment. Raises `SourceRefused`, `BadInstance` or what `prepare` raises."""
    repository, base = open_repository(instance, place)
    with closing(repository):
        try:
            hidden = dict(hidden_files(repository, base, instance))
            ready = prepare(instance, place, repository.tree(with_hidden(repository, base, hidden)))
        except (PatchRefused, BadSettings, ValueError) as error:
            raise BadInstance(f"{instance.instance_id} cannot be judged: {error}") from None
        yield Court(instance, repository, base, hidden, ready)


def grade(instance: Instance, prediction: Prediction, place: Place) -> Grade:
    """The verdict on one prediction. A place that fails is tried again, and then said to have failed."""
    began = time.monotonic()
    if prediction.empty:
        return without_patch(instance, prediction)
    said: list[str] = []
    for _ in range(INFRASTRUCTURE_TRIES):
        try:
            with open_court(instance, place) as court:
                found = _graded(court, prediction, place)
        except (BadInstance, UsageError) as error:
            said.append(str(error))
            break
        except SandboxError as error:
            said.append(str(error))
            continue
        return found.model_copy(update={"seconds": round(time.monotonic() - began, 3)})
    return Grade(instance_id=instance.instance_id, failure="infrastructure", notes=tuple(dict.fromkeys(said)))


def _graded(court: Court, prediction: Prediction, place: Place) -> Grade:
    refused = forbidden(court.instance, prediction)
    try:
        applied = apply_patch(
            court.repository, court.base, prediction.model_patch or "", author=prediction.model_name_or_path
        )
    except PatchRefused as error:
        return _failed(court, "patch does not apply", tuple(str(error).splitlines()))
    if court.instance.transformation:
        from patchwright.evals.migrating import migrated

        return migrated(court.instance, court.repository, court.base, applied, court.ready, place)
    laid = lay(court.repository, court.base, applied.commit, court.instance, court.ready.toolchain, court.hidden)
    found = _tried(court, laid.commit, place)
    notes = (*found.notes, *(f"put back before judging: {path}" for path in laid.put_back), *refused)
    verdict = {"resolved": False, "failure": "forbidden"} if refused else {}
    return found.model_copy(update={"applied": applied.rung, "put_back": laid.put_back, "notes": notes, **verdict})


def _failed(court: Court, failure: Failure, notes: tuple[str, ...]) -> Grade:
    """All wanted tests are failures where none could run."""
    none = judge(court.instance, (), "no test ran", timed_out=False)
    return none.model_copy(update={"failure": failure, "notes": notes})


def _tried(court: Court, commit: str, place: Place) -> Grade:
    """Run the tests on this tree in a container of its own."""
    if not court.ready.checks:
        return _failed(court, "tests did not run", ("no test command was found: give the instance a `test`",))
    return graded_by(court.instance, trial(court, commit, place))


def trial(court: Court, commit: str, place: Place) -> list[CheckResult]:
    """What the tests say on the tree of this commit as it is. Raises `SandboxError`."""
    limits = replace(court.ready.toolchain.limits(place.limits), seconds=court.instance.environment.timeout + 600)
    spec = Spec(image=court.ready.image, run_id="grading", phase="verifying", limits=limits)
    with place.sandboxes.open(spec, court.repository.tree(commit)) as sandbox:
        return run_tests(sandbox, court)


def run_tests(sandbox: Sandbox, court: Court) -> list[CheckResult]:
    """What the checks say: of others' datasets only the files that the hidden tests are in."""
    environment = court.instance.environment
    if environment.script and not environment.test:
        return [read_script(sandbox, court.ready.checks[0], court.instance)]
    wanted = () if court.instance.folder else tuple(path for path in court.hidden if looks_like_test(path))
    return [run_check(sandbox, check, wanted) for check in court.ready.checks]


def graded_by(instance: Instance, results: Sequence[CheckResult]) -> Grade:
    """The verdict on what the checks said."""
    problem = "; ".join(result.problem for result in results if result.problem)
    tests = [test for result in results for test in result.tests]
    found = judge(instance, tests, problem, timed_out=any(result.timed_out for result in results))
    return found.model_copy(
        update={
            "output": "\n".join(result.output for result in results),
            "command": "\n".join(" ".join(result.check.command) for result in results),
            "exit_code": max((result.exit_code for result in results), default=None),
            "test_seconds": round(sum(result.seconds for result in results), 3),
        }
    )
