"""Whether tasks are what they say: the base fails, the reference is right, wrong patches are refused.

Judged as `grading` does, but in one container per image, into which one tree is put after the other: a hundred trees
in a minute, where each grade has a container of its own.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace

from patchwright.evals.grading import Court, graded_by, open_court, run_tests
from patchwright.evals.instance import Instance, Prediction
from patchwright.evals.laying import lay, with_hidden
from patchwright.evals.patching import PatchRefused, apply_patch
from patchwright.evals.places import Place
from patchwright.evals.tasks import wrong_patches
from patchwright.evals.verdict import Grade, forbidden
from patchwright.sandbox.base import Limits, Sandbox, Spec
from patchwright.sandbox.errors import SandboxDied

LIMITS = Limits(memory_mb=3072, processes=2048, tmp_mb=768, seconds=1800.0)
"""Compilers keep what they made in /tmp for the next tree."""

LEAST_WRONG = 2
REPLACE = "find . -mindepth 1 -delete && exec tar -x -f -"


@dataclass(frozen=True, slots=True)
class Validated:
    """One task: why it is not valid (nothing: it is), how many wrong patches were refused, and its seconds."""

    instance_id: str
    reasons: tuple[str, ...]
    refused: int
    seconds: float


def validate(
    tasks: Sequence[Instance], place: Place, tell: Callable[[Validated], None], *, workers: int = 2
) -> tuple[Validated, ...]:
    """Every task on its base, with its reference and with each wrong patch; `tell` hears of each when it is done.

    Raises `SourceRefused`, `BadInstance` or `SandboxError`.
    """
    with ExitStack() as stack:
        courts = [stack.enter_context(open_court(task, place)) for task in tasks]
        return _validate_all(courts, place, tell, workers)


def _validate_all(
    courts: Sequence[Court], place: Place, tell: Callable[[Validated], None], workers: int
) -> tuple[Validated, ...]:
    def in_one_container(image: str) -> list[Validated]:
        own = [court for court in courts if court.ready.image == image]
        spec = Spec(image=image, run_id="validation", phase="verifying", limits=_limits(own))
        with place.sandboxes.open(spec, own[0].repository.tree(own[0].base)) as sandbox:
            return [_told(_validated(sandbox, court), tell) for court in own]

    with ThreadPoolExecutor(workers) as pool:
        done = pool.map(in_one_container, sorted({court.ready.image for court in courts}))
        return tuple(one for of_image in done for one in of_image)


def _limits(courts: Sequence[Court]) -> Limits:
    return replace(LIMITS, seconds=len(courts) * LIMITS.seconds)


def _told(done: Validated, tell: Callable[[Validated], None]) -> Validated:
    tell(done)
    return done


def _validated(sandbox: Sandbox, court: Court) -> Validated:
    began = time.monotonic()
    reasons = [*_about_base(sandbox, court), *_about_reference(sandbox, court)]
    wrong = wrong_patches(court.instance)
    accepted = [name for name, patch in wrong.items() if not refusal(sandbox, court, patch)]
    reasons += [f"the wrong patch {name} is accepted" for name in accepted]
    reasons += [f"it has {len(wrong)} wrong patches, not {LEAST_WRONG} or more"] if len(wrong) < LEAST_WRONG else []
    refused = len(wrong) - len(accepted)
    return Validated(court.instance.instance_id, tuple(reasons), refused, time.monotonic() - began)


def _about_base(sandbox: Sandbox, court: Court) -> Iterator[str]:
    instance = court.instance
    base = _graded(sandbox, court, with_hidden(court.repository, court.base, court.hidden))
    yield from (f"{test} passes on the base" for test in base.fail_to_pass.success)
    yield from (f"{test} does not pass on the base" for test in base.pass_to_pass.failure)
    if bool(instance.fail_to_pass) != (instance.outcome == "patch"):
        yield f"its outcome is {instance.outcome}, and {len(instance.fail_to_pass)} tests are to be mended"


def _about_reference(sandbox: Sandbox, court: Court) -> Iterator[str]:
    patch, outcome = court.instance.patch, court.instance.outcome
    if bool(patch) != (outcome == "patch"):
        yield f"its outcome is {outcome}, and it has {'a' if patch else 'no'} reference patch"
    elif patch and (why := refusal(sandbox, court, patch)):
        yield f"the reference patch is refused: {why}"


def refusal(sandbox: Sandbox, court: Court, patch: str) -> str:
    """Why a patch does not resolve the task; "" if it does. Raises `SandboxDied`."""
    instance = court.instance
    prediction = Prediction(instance_id=instance.instance_id, model_name_or_path="validation", model_patch=patch)
    if effects := forbidden(instance, prediction):
        return effects[0]
    try:
        applied = apply_patch(court.repository, court.base, patch, author="validation")
    except PatchRefused as error:
        return str(error)
    laid = lay(court.repository, court.base, applied.commit, instance, court.ready.toolchain, court.hidden)
    found = _graded(sandbox, court, laid.commit)
    failing = (*found.fail_to_pass.failure, *found.pass_to_pass.failure)
    return "" if found.resolved else f"{found.failure}: {', '.join(failing[:3])}"


def _graded(sandbox: Sandbox, court: Court, commit: str) -> Grade:
    """The tests' verdict on the tree of a commit, put in place of what lies in the sandbox."""
    done = sandbox.run(["sh", "-c", REPLACE], timeout=60, stdin=court.repository.tree(commit).tar())
    if not done.ok:
        raise SandboxDied(f"A tree could not be put into {sandbox.name}: {done.text[-500:]}")
    return graded_by(court.instance, run_tests(sandbox, court))
