"""Does a new test show the symptom? It is run on the base, without the change: it has to fail there."""

import hashlib
from collections.abc import Sequence

from patchwright.agent.plan import Record
from patchwright.agent.session import Session
from patchwright.tools.checks import CheckKind, Results
from patchwright.tools.protect import sensitivity
from patchwright.tools.verify import run_checks

TESTS: tuple[CheckKind, ...] = ("tests",)


class Tried(Record):
    """Tests tried on the base: those that fail or are not there (`reproduced`), and those that pass (`idle`)."""

    reproduced: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()


def tried_on_base(session: Session, commit: str, now: Results, tests: Sequence[str]) -> Tried:
    """What these tests of the commit, which pass there (`now`), say on the base.

    Tests that stand among sources cannot be told apart from the change: they are left out.
    """
    files = changed_tests(session, commit)
    known = now.tests()
    wanted = [name for name in tests if known[name].file in files or (files and not known[name].file)]
    if not wanted:
        return Tried()
    passing = _passing_on_base(session, files, {known[name].file or name for name in wanted})
    return Tried(
        reproduced=tuple(name for name in wanted if name not in passing),
        idle=tuple(name for name in wanted if name in passing),
    )


def changed_tests(session: Session, commit: str) -> dict[str, bytes]:
    """The files of tests that differ from the base, with their bytes at the commit."""
    tree = session.repository.tree(commit)
    there = set(tree.paths())
    paths = [change.path for change in session.repository.changed(session.issue.base_commit, commit)]
    return {
        path: tree.read(path)
        for path in sorted(paths)
        if path in there and sensitivity(path, session.toolchain) == "tests"
    }


def _passing_on_base(session: Session, files: dict[str, bytes], run: set[str]) -> frozenset[str]:
    """The tests that pass on the base with these files put in, in a fresh sandbox; run once per content."""
    name = f"on-base/{_digest(files, run)}.json"
    stored = session.deps.store.artifact(session.ledger.run_id, name)
    if stored is None:
        base = session.issue.base_commit
        commit = session.repository.commit(base, dict(files), message="New tests on the base", trailers={})
        session.close_sandbox()
        sandbox = session.sandbox("verifying", commit)
        results = run_checks(
            sandbox, session.toolchain, commit=commit, image=session.image, kinds=TESTS, tests=sorted(run)
        )
        stored = results.model_dump_json().encode()
        session.ledger.artifact(name, stored)
    found = Results.model_validate_json(stored).tests().values()
    return frozenset(test.id for test in found if test.status == "passed")


def _digest(files: dict[str, bytes], run: set[str]) -> str:
    digest = hashlib.sha256("\0".join(sorted(run)).encode("utf-8", "surrogateescape"))
    for path, data in files.items():
        digest.update(path.encode("utf-8", "surrogateescape") + b"\0" + hashlib.sha256(data).digest())
    return digest.hexdigest()
