"""Bug fixes of a repository's own history as instances: what its tests say before and after decides, in Docker."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from patchwright.evals.grading import BadInstance, Court, open_court, trial
from patchwright.evals.instance import Instance
from patchwright.evals.laying import with_hidden
from patchwright.evals.places import Place, open_repository
from patchwright.evals.verdict import GOOD
from patchwright.sandbox.errors import GitFailed, SandboxError
from patchwright.sandbox.repository import Repository
from patchwright.tools.checks import CheckResult, TestStatus
from patchwright.tools.testfiles import looks_like_test
from patchwright.tools.untrusted import clean

LOOKED_AT = 2000
"""Commits that are looked at, newest first."""
MOST_FILES, MOST_LINES = 12, 400
"""Of a fix: a larger one is rarely one thing."""

_FIX = re.compile(
    r"(?i)\b(?:fix(?:e[sd])?|bugs?|close[sd]?|resolve[sd]?|regression|crash|wrong|incorrect|broken)\b|#\d+"
)
_PROSE = re.compile(r"(?i)\.(?:md|rst|txt)$|(?:^|/)[^./]+$")
_TRAILER = re.compile(r"(?m)^(?:[A-Z][A-Za-z-]+-by|Change-Id|Reviewed-on|Cc): .*\n?")


@dataclass(frozen=True, slots=True)
class Fix:
    """A commit that changes sources and tests together, as its parts."""

    commit: str
    parent: str
    date: str
    message: str
    patch: str
    test_patch: str


def fixes(repository: Repository, head: str, looked_at: int = LOOKED_AT) -> Iterator[Fix]:
    """Candidates, newest first. Raises `GitFailed`."""
    form = "--format=%H%x00%P%x00%aI%x00%B%x01"
    flags = ("--no-merges", "--no-mailmap", "--no-show-signature", f"--max-count={looked_at}")
    log = repository.git("log", *flags, form, "--end-of-options", head, "--").decode("utf-8", "replace")
    for entry in log.split("\x01")[:-1]:
        commit, parents, date, message = entry.strip("\n").split("\0", 3)
        if len(parents.split()) == 1 and _FIX.search(message):
            fix = _fix(repository, commit, parents, date, message)
            if fix:
                yield fix


def _fix(repository: Repository, commit: str, parent: str, date: str, message: str) -> Fix | None:
    changed = repository.changed(parent, commit)
    lines = sum((file.added or 0) + (file.removed or 0) for file in changed)
    if len(changed) > MOST_FILES or lines > MOST_LINES or any(file.added is None for file in changed):
        return None
    paths = {path for file in changed for path in (file.path, file.old_path)}
    tests = {path for path in paths if looks_like_test(path)}
    if not tests or all(_PROSE.search(path) for path in paths - tests):
        return None
    try:
        parts = (_part(repository, parent, commit, some) for some in (paths - tests, tests))
        patch, test_patch = (repository.diff(parent, part).decode() for part in parts)
    except (KeyError, ValueError, GitFailed):  # links, submodules, names or files that are no text
        return None
    return Fix(commit, parent, date, message, patch, test_patch)


def _part(repository: Repository, parent: str, commit: str, paths: set[str]) -> str:
    """The parent with only these paths as the commit has them."""
    before, after = frozenset(repository.tree(parent).paths()), repository.tree(commit)
    there = frozenset(after.paths())
    changes = {path: after.read(path) if path in there else None for path in sorted(paths)}
    kept = {path: data for path, data in changes.items() if data is not None or path in before}
    return repository.commit(parent, kept, message="A part of a fix", trailers={"Author": "dataset"})


def mine(
    repo: str, place: Place, count: int, tell: Callable[[str], None], *, revision: str = "HEAD"
) -> Iterator[Instance]:
    """At most `count` instances whose hidden tests fail before the fix and pass after it, twice.

    Raises `SourceRefused` or `GitFailed`.
    """
    found = 0
    repository, head = open_repository(
        Instance(instance_id="mine", repo=repo, base_commit=revision, problem_statement=""), place
    )
    with closing(repository):
        for fix in fixes(repository, head):
            if found == count:
                return
            instance, why = _checked(repo, fix, place)
            subject = fix.message.partition("\n")[0][:80]
            tell(f"{fix.commit[:10]} {subject}: {why or f'{len(instance.fail_to_pass)} tests show it'}")
            if not why:
                found += 1
                yield instance


def _checked(repo: str, fix: Fix, place: Place) -> tuple[Instance, str]:
    """The instance with its lists of tests, and why it is of no use ("": it is)."""
    instance = _instance(repo, fix)
    try:
        with open_court(instance, place) as court:
            shown = with_hidden(court.repository, court.base, court.hidden)
            before, after, again = (_statuses(court, commit, place) for commit in (shown, fix.commit, fix.commit))
    except (BadInstance, SandboxError) as error:
        return instance, " ".join(str(error).split())[:200]
    passing = {name for name, status in after.items() if status in GOOD and again.get(name) in GOOD}
    fixed = tuple(sorted(name for name in passing if before.get(name) not in (*GOOD, "skipped")))
    held = tuple(sorted(name for name in passing if before.get(name) in GOOD))
    why = "" if fixed else "no test fails before and passes after"
    return instance.model_copy(update={"fail_to_pass": fixed, "pass_to_pass": held}), why


def _instance(repo: str, fix: Fix) -> Instance:
    owner, _, name = repo.removesuffix(".git").rstrip("/").rpartition("/")
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-.") or "repo"
    return Instance(
        instance_id=f"{owner if '/' not in owner and owner else 'local'}__{plain}-{fix.commit[:10]}",
        repo=repo,
        base_commit=fix.parent,
        problem_statement=statement(fix.message),
        patch=fix.patch,
        test_patch=fix.test_patch,
        created_at=fix.date,
    )


def statement(message: str) -> str:
    """What the model is told: the fix's message without what is for machines."""
    return clean(_TRAILER.sub("", message)).text.strip()


def _statuses(court: Court, commit: str, place: Place) -> dict[str, TestStatus]:
    """Each test's status with the hidden tests on this commit; nothing if the results prove nothing."""
    results: Sequence[CheckResult] = trial(court, commit, place)
    if any(result.timed_out for result in results):
        return {}
    return {test.id: test.status for result in results for test in result.tests}


def row_of(instance: Instance) -> dict[str, Any]:
    """The instance as a row of SWE-bench."""
    return {
        "repo": instance.repo,
        "instance_id": instance.instance_id,
        "base_commit": instance.base_commit,
        "patch": instance.patch,
        "test_patch": instance.test_patch,
        "problem_statement": instance.problem_statement,
        "hints_text": "",
        "created_at": instance.created_at,
        "version": "",
        "FAIL_TO_PASS": json.dumps(instance.fail_to_pass),
        "PASS_TO_PASS": json.dumps(instance.pass_to_pass),
        "environment_setup_commit": instance.base_commit,
    }
