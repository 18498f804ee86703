"""Whether the built-in tasks are what they say: one container per language, trees put into it one after the other."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from patchwright.evals.instance import Instance
from patchwright.evals.memory import MemoryTree
from patchwright.evals.tasks import base_files, files, forbidden_in, write, wrong_patches
from patchwright.sandbox.base import Limits, Sandbox, Sandboxes, Spec
from patchwright.sandbox.errors import GitFailed, SandboxDied
from patchwright.sandbox.git import Git
from patchwright.tools.checks import TestStatus
from patchwright.tools.testfiles import looks_like_test
from patchwright.tools.toolchain import detect
from patchwright.tools.verify import run_checks

LIMITS = Limits(memory_mb=3072, processes=2048, tmp_mb=768, seconds=1800.0)
AT_ONCE = 2
"""Containers that work at the same time."""

LEAST_WRONG = 2
PASSED: tuple[TestStatus, ...] = ("passed", "xfailed")
HELD: tuple[TestStatus, ...] = (*PASSED, "skipped")
REPLACE = "find . -mindepth 1 -delete && exec tar -x -f -"

Statuses = Mapping[str, TestStatus]
"""What each test said, by its id."""


@dataclass(frozen=True, slots=True)
class Validated:
    """One task: why it is not valid (nothing: it is), how many wrong patches were refused, and its seconds."""

    name: str
    reasons: tuple[str, ...]
    refused: int
    seconds: float


def validate(
    tasks: Sequence[Instance],
    sandboxes: Sandboxes,
    image: Callable[[str], str],
    *,
    on_done: Callable[[Validated], None] | None = None,
) -> tuple[Validated, ...]:
    """Every task on its base, with its reference patch and with each wrong patch.

    `image` gives the image of a language. Raises `SandboxError`.
    """
    families = sorted({task.language for task in tasks}, key=_slowest_first)

    def one_family(family: str) -> list[Validated]:
        spec = Spec(image=image(family), run_id="validation", phase="verifying", limits=LIMITS)
        with sandboxes.open(spec, MemoryTree({})) as sandbox:
            return [_told(_validated(sandbox, task), on_done) for task in tasks if task.language == family]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return tuple(done for family in pool.map(one_family, families) for done in family)


def _told(done: Validated, on_done: Callable[[Validated], None] | None) -> Validated:
    if on_done:
        on_done(done)
    return done


def _slowest_first(family: str) -> tuple[bool, str]:
    """Compilers first, so that they do not work on alone in the end."""
    return (not family.startswith(("java", "go")), family)


def _validated(sandbox: Sandbox, task: Instance) -> Validated:
    began = time.monotonic()
    base = tree_of(task, "")
    reasons = [*_about_base(task, statuses(sandbox, base)), *_about_reference(sandbox, task)]
    wrong = wrong_patches(task)
    accepted = [name for name, patch in wrong.items() if not _refusal(sandbox, task, patch)]
    reasons += [f"the wrong patch {name} is accepted" for name in accepted]
    refused = len(wrong) - len(accepted)
    reasons += [f"it has {len(wrong)} wrong patches"] if len(wrong) < LEAST_WRONG else []
    return Validated(task.instance_id, tuple(reasons), refused, time.monotonic() - began)


def _about_base(task: Instance, base: Statuses) -> Iterator[str]:
    yield from (f"{test} passes on the base" for test in task.fail_to_pass if base.get(test) in HELD)
    yield from (f"{test} does not pass on the base" for test in task.pass_to_pass if base.get(test) not in HELD)
    if (task.outcome == "patch") != bool(task.fail_to_pass):
        yield "a task with a right change, and no other, has tests that it mends"


def _about_reference(sandbox: Sandbox, task: Instance) -> Iterator[str]:
    if bool(task.patch) != (task.outcome == "patch"):
        yield "a task with a right change, and no other, has a reference patch"
    elif task.patch and (why := _refusal(sandbox, task, task.patch)):
        yield f"the reference patch is refused: {why}"


def _refusal(sandbox: Sandbox, task: Instance, patch: str) -> str:
    """Why a patch does not resolve the task; "" if it does."""
    effects = forbidden_in(patch, task.forbidden)
    if effects:
        return f"it has the forbidden effect {effects[0]}"
    try:
        tree = tree_of(task, patch)
    except GitFailed as error:
        return f"it does not apply: {error}"
    return unresolved(task, statuses(sandbox, tree))


def unresolved(task: Instance, now: Statuses) -> str:
    """Why these results do not resolve the task; "" if they do. A test that is missing fails."""
    failing = [test for test in task.fail_to_pass if now.get(test) not in PASSED]
    failing += [test for test in task.pass_to_pass if now.get(test) not in HELD]
    return f"{len(failing)} tests fail, such as {failing[0]}" if failing else ""


def tree_of(task: Instance, patch: str) -> MemoryTree:
    """What is graded: the base with the patch, its tests put back, the hidden tests over it.

    Raises `GitFailed` where the patch does not apply.
    """
    base = base_files(task)
    result = _applied(base, patch) if patch else dict(base)
    tests = {path: data for path, data in base.items() if looks_like_test(path)}
    return MemoryTree({**result, **tests, **task.hidden})


def _applied(base: Mapping[str, bytes], patch: str) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, base)
        Git(work_tree=folder, git_dir=folder / ".no-repository")("apply", "-", stdin=patch.encode())
        return files(folder)


def statuses(sandbox: Sandbox, tree: MemoryTree) -> Statuses:
    """What all tests say on this tree, put in place of what lies in the sandbox. Raises `SandboxDied`."""
    done = sandbox.run(["sh", "-c", REPLACE], timeout=60, stdin=tree.tar())
    if not done.ok:
        raise SandboxDied(f"A tree could not be put into {sandbox.name}: {done.text[-500:]}")
    results = run_checks(sandbox, detect(tree), commit=tree.key, image="", kinds=("tests",))
    return {test.id: test.status for test in results.tests().values()}
