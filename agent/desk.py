"""The working copy of a run: git on our side is the truth, the sandbox a projection of it."""

from collections.abc import Mapping, Sequence

from patchwright.agent.circles import Moment
from patchwright.agent.plan import Plan
from patchwright.agent.policy import may_change
from patchwright.agent.session import Session
from patchwright.sandbox.base import ExecResult, Sandbox
from patchwright.sandbox.errors import FileRefused
from patchwright.sandbox.files import remove_file, write_file
from patchwright.sandbox.trees import PROGRAM, Entry
from patchwright.tools.checks import CheckKind, Results, Verification
from patchwright.tools.compare import compare
from patchwright.tools.desk import OutOfScope, ReadOnly
from patchwright.tools.protect import WHAT, sensitivity
from patchwright.tools.verify import run_checks


class PlanningDesk:
    """The base commit, read-only by mount and by refusal (APR-01)."""

    def __init__(self, session: Session, commit: str) -> None:
        self._session = session
        self._tree = session.repository.tree(commit)
        self._commit = commit

    def paths(self) -> Sequence[str]:
        """All regular files of the tree."""
        return self._tree.paths()

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises KeyError."""
        return self._tree.read(path)

    def write(self, path: str, data: bytes | None) -> None:
        """Always refused."""
        raise ReadOnly(f"{path} was not changed: nothing can be written while the plan is not approved")

    def rename(self, path: str, to: str) -> None:
        """Always refused."""
        self.write(path, None)

    def changed(self) -> Sequence[str]:
        """Nothing, ever."""
        return ()

    def restore(self, paths: Sequence[str]) -> None:
        """Always refused."""
        self.write(", ".join(paths), None)

    def shell(self, command: str, timeout: float, stdin: bytes = b"") -> ExecResult:
        """Run a shell command on the read-only tree; only /tmp can be written."""
        sandbox = self._session.sandbox("planning", self._commit)
        return sandbox.run(["/bin/sh", "-c", command], timeout=timeout, stdin=stdin)

    def judge(self, kinds: Sequence[CheckKind], tests: Sequence[str] = ()) -> Verification:
        """The base against itself: what the baseline says."""
        return compare(self._session.baseline, self._session.baseline)


class WorkingDesk:
    """The head of an attempt. Every write is a commit that knows its step, attempt and author (GIT-07).

    `start` is the commit from which the step set out, if edits are to be undone.
    """

    def __init__(self, session: Session, plan: Plan, step: int, attempt: int, head: str, start: str = "") -> None:
        self._session = session
        self._plan = plan
        self._step = step
        self._attempt = attempt
        self.head = head
        self._start = start or head
        self.seen: Verification | ExecResult | None = None
        """What the last check or command said."""
        self.moments: list[Moment] = []
        """One for each call that changed or tried something."""

    def paths(self) -> Sequence[str]:
        """All regular files at the head."""
        return self._session.repository.tree(self.head).paths()

    def read(self, path: str) -> bytes:
        """The file's bytes at the head. Raises KeyError."""
        return self._session.repository.tree(self.head).read(path)

    def write(self, path: str, data: bytes | None) -> None:
        """Commit first, then show it in the sandbox. Raises `OutOfScope` if the plan does not allow the path."""
        self._check(path)
        self.commit({path: data}, self._plan.draft.steps[self._step].title, author="model")

    def rename(self, path: str, to: str) -> None:
        """Move one file, its mode kept. Raises KeyError or `OutOfScope`."""
        self._check(path)
        self._check(to)
        tree = self._session.repository.tree(self.head)
        entry = tree.entry(path)
        mode = {to: entry is not None and entry.mode == PROGRAM}
        title = self._plan.draft.steps[self._step].title
        self.commit({path: None, to: tree.read(path)}, title, author="model", executable=mode)

    def changed(self) -> Sequence[str]:
        """The paths in which the head differs from the start of the step."""
        then, now = (self._session.repository.tree(commit) for commit in (self._start, self.head))
        paths = {*then.paths(), *now.paths()}
        return sorted(path for path in paths if _content(then.entry(path)) != _content(now.entry(path)))

    def restore(self, paths: Sequence[str]) -> None:
        """One commit that puts these back, mode included. Raises `OutOfScope`."""
        for path in paths:
            self._check(path)
        tree = self._session.repository.tree(self._start)
        then = {path: tree.entry(path) for path in paths}
        changes = {path: tree.read(path) if entry else None for path, entry in then.items()}
        modes = {path: entry.mode == PROGRAM for path, entry in then.items() if entry}
        self.commit(changes, self._plan.draft.steps[self._step].title, author="model", executable=modes)

    def _check(self, path: str) -> None:
        step, scope = self._plan.draft.steps[self._step], self._plan.draft.scope
        kind = sensitivity(path, self._session.toolchain)
        if not may_change(path, kind, step, scope):
            allowed = ", ".join((*step.files, *scope.paths)) or "no files"
            raise OutOfScope(f"{path} ({WHAT[kind]}) is not in the approved scope of this step ({allowed})")

    def commit(
        self,
        changes: Mapping[str, bytes | None],
        message: str,
        author: str,
        executable: Mapping[str, bool] | None = None,
    ) -> None:
        """One commit with provenance on top of the head, shown in the sandbox if one is open."""
        before = self.head
        self.head = self._session.repository.commit(
            before,
            changes,
            message=message,
            trailers={
                "Run": self._session.ledger.run_id,
                "Step": str(self._step + 1),
                "Attempt": str(self._attempt),
                "Author": author,
            },
            executable=executable,
        )
        if self._session.shown == before:
            self._project(changes)

    def _project(self, changes: Mapping[str, bytes | None]) -> None:
        """Show the head. Where a command has filled the disk or put links into the way, a fresh sandbox will."""
        try:
            self._write(changes)
        except FileRefused as error:
            self._session.ledger.event("warning", text=f"{error} Going on in a fresh sandbox.")
            self._session.close_sandbox()

    def _write(self, changes: Mapping[str, bytes | None]) -> None:
        sandbox = self._sandbox_as_shown()
        tree = self._session.repository.tree(self.head)
        for path, data in changes.items():
            if data is None:
                remove_file(sandbox, path)
            else:
                entry = tree.entry(path)
                write_file(sandbox, path, data, executable=entry is not None and entry.mode == PROGRAM)
        self._session.now_shows(self.head)

    def _sandbox_as_shown(self) -> Sandbox:
        return self._session.sandbox("executing", self._session.shown or self.head)

    def shell(self, command: str, timeout: float, stdin: bytes = b"") -> ExecResult:
        """Run a shell command at the root of the working copy. What it changes there is not in the patch."""
        sandbox = self._session.sandbox("executing", self.head)
        result = sandbox.run(["/bin/sh", "-c", command], timeout=timeout, stdin=stdin)
        self.seen = result
        return result

    def judge(self, kinds: Sequence[CheckKind], tests: Sequence[str] = ()) -> Verification:
        """The head against the baseline, in the executing sandbox."""
        verification = compare(self._session.baseline, self.results(kinds, tests))
        self.seen = verification
        return verification

    def results(self, kinds: Sequence[CheckKind], tests: Sequence[str] = ()) -> Results:
        """What the checks of these kinds say about the head."""
        return run_checks(
            self._session.sandbox("executing", self.head),
            self._session.toolchain,
            commit=self.head,
            image=self._session.image,
            kinds=kinds,
            tests=tests,
        )


def _content(entry: Entry | None) -> tuple[str, str] | None:
    return (entry.mode, entry.sha) if entry else None
