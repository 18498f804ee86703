"""The tree that is judged: base + patch, with what judges put back, and the hidden tests laid over it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from patchwright.evals.instance import Instance
from patchwright.evals.patching import apply_patch, touched
from patchwright.sandbox.repository import Repository
from patchwright.tools.protect import resteered, restore, sensitivity
from patchwright.tools.testfiles import looks_like_test
from patchwright.tools.toolchain import Toolchain

_FOLDER = re.compile(r"(?:^|/)(?:tests?|testing|__tests__|spec|specs|testdata|fixtures|__snapshots__|__mocks__)/")


@dataclass(frozen=True, slots=True)
class Laid:
    """The commit whose tree is judged, and what the patch had done to judges: each path was put back."""

    commit: str
    put_back: tuple[str, ...]


def hidden_files(repository: Repository, base: str, instance: Instance) -> Mapping[str, bytes | None]:
    """The files of the hidden tests; None for those that go. Raises `PatchRefused` if the test patch doesn't apply."""
    if not instance.test_patch.strip():
        return instance.hidden
    commit = apply_patch(repository, base, instance.test_patch, author="dataset").commit
    before, after = repository.tree(base), repository.tree(commit)
    changed = repository.changed(base, commit)
    paths = {path for file in changed for path in (file.path, file.old_path)}
    kept = {path: after.read(path) if path in after.paths() else None for path in sorted(paths)}
    return {path: data for path, data in kept.items() if data is not None or path in before.paths()}


def with_hidden(repository: Repository, commit: str, hidden: Mapping[str, bytes | None]) -> str:
    """The commit with the hidden files in place of whatever is there. Raises ValueError for an impossible path."""
    return _committed(repository, commit, hidden)


def lay(
    repository: Repository,
    base: str,
    result: str,
    instance: Instance,
    toolchain: Toolchain,
    hidden: Mapping[str, bytes | None],
) -> Laid:
    """Put the judges of the base back into the result, then the hidden tests over it."""
    before, after = repository.tree(base), repository.tree(result)
    tests, own = _tests(instance, hidden), touched(instance.patch)
    judges = {path for path in restore(before, after, toolchain) if _judges(path, toolchain, instance, tests, own)}
    judges |= {*resteered(before, after, toolchain)}
    truth = before
    if judges & own:  # what the reference changes of the judges is right; of sources it would be the solution
        truth = repository.tree(apply_patch(repository, base, instance.patch, author="dataset").commit)
    right = frozenset(truth.paths())
    put_back = {path: truth.read(path) if path in right else None for path in sorted(judges)}
    commit = _committed(repository, result, put_back) if put_back else result
    return Laid(with_hidden(repository, commit, hidden), tuple(sorted(judges - hidden.keys())))


def _committed(repository: Repository, commit: str, changes: Mapping[str, bytes | None]) -> str:
    """The commit with these files; what stands in a file's way (a link, a file for a folder) is removed first."""
    entries = {entry.path: entry for entry in repository.tree(commit).entries()}
    changes = {path: data for path, data in changes.items() if data is not None or path in entries}
    blocking = {path for path, entry in entries.items() if path in changes and not entry.regular}
    blocking |= {folder for path in changes for folder in _above(path) if folder in entries}
    blocking |= {path for path in entries if any(folder in changes for folder in _above(path)[:-1])}
    if blocking:
        text = "What stood in the way of tests"
        commit = repository.commit(commit, dict.fromkeys(blocking), message=text, trailers={"Author": "grader"})
        changes = {path: data for path, data in changes.items() if data is not None or path not in blocking}
    return repository.commit(commit, changes, message="The tests that judge", trailers={"Author": "grader"})


def _above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _tests(instance: Instance, hidden: Mapping[str, bytes | None]) -> frozenset[str]:
    """The files in which the instance's tests lie, as far as their ids say."""
    ids = (*instance.fail_to_pass, *instance.pass_to_pass)
    return frozenset(hidden) | {test.partition("::")[0] for test in ids}


def _judges(path: str, toolchain: Toolchain, instance: Instance, tests: frozenset[str], own: frozenset[str]) -> bool:
    """Whether a file that looks like a test is one. In others' datasets `django/test/client.py` is a source.

    There only a folder in which tests of this instance lie makes a test of a file that is not called one; what the
    reference changes is a source unless its name says otherwise.
    """
    if sensitivity(path, toolchain) != "tests" or looks_like_test(path.rpartition("/")[2]):
        return True
    if path in own or instance.folder:
        return path not in own
    found = _FOLDER.search(path)
    return found is None or any(test.startswith(path[: found.end()]) for test in tests)
