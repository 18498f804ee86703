"""A desk in memory: files in a dict, commands and verdicts as the test gives them."""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from patchwright.sandbox.base import ExecResult
from patchwright.tools.checks import CheckKind, Verification
from patchwright.tools.desk import OutOfScope, ReadOnly
from patchwright.tools.paths import any_match


class MemoryDesk:
    """Also a `FileTree`. `allowed` are the globs that may change; `judged` collects what was judged."""

    def __init__(
        self,
        files: dict[str, bytes],
        *,
        allowed: Sequence[str] = ("**",),
        read_only: bool = False,
        verification: Verification | None = None,
    ) -> None:
        self.files = dict(files)
        self.start = dict(files)
        self.verification = verification or Verification(commit="c")
        self.judged: list[tuple[tuple[CheckKind, ...], tuple[str, ...]]] = []
        self.commands: list[str] = []
        self._allowed = allowed
        self._read_only = read_only

    @property
    def key(self) -> str:
        return "memory"

    def paths(self) -> Sequence[str]:
        return sorted(self.files)

    def read(self, path: str) -> bytes:
        return self.files[path]

    def write(self, path: str, data: bytes | None) -> None:
        self._check(path)
        if data is None:
            del self.files[path]
        else:
            self.files[path] = data

    def rename(self, path: str, to: str) -> None:
        self._check(path)
        self._check(to)
        self.files[to] = self.files.pop(path)

    def changed(self) -> Sequence[str]:
        paths = self.files.keys() | self.start.keys()
        return sorted(path for path in paths if self.files.get(path) != self.start.get(path))

    def restore(self, paths: Sequence[str]) -> None:
        for path in paths:
            self.write(path, self.start.get(path))

    def _check(self, path: str) -> None:
        if self._read_only:
            raise ReadOnly(f"{path} was not changed: nothing can be written while the plan is not approved")
        if not any_match(path, self._allowed):
            raise OutOfScope(f"{path} is not in the approved scope of this step ({', '.join(self._allowed)})")

    def shell(self, command: str, timeout: float, stdin: bytes = b"") -> ExecResult:
        """Run it on a copy of the files in a temporary folder: for commands that the tests themselves wrote."""
        self.commands.append(command)
        with tempfile.TemporaryDirectory() as folder:
            for path, data in self.files.items():
                target = Path(folder, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
            return _run(command, folder, timeout, stdin)

    def judge(self, kinds: Sequence[CheckKind], tests: Sequence[str] = ()) -> Verification:
        self.judged.append((tuple(kinds), tuple(tests)))
        return self.verification


def _run(command: str, folder: str, timeout: float, stdin: bytes) -> ExecResult:
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            input=stdin,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return ExecResult(137, error.stdout or b"", timeout, timed_out=True)
    return ExecResult(done.returncode % 256, done.stdout, 0.1)
