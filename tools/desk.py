"""What a model's tools act on: the working copy of one run, whose truth is git on the service's side.

The sandbox holds a projection of it. A write becomes a commit with its author first and is then
written into the sandbox, so a lost sandbox loses nothing.
"""

from collections.abc import Sequence
from typing import Protocol

from patchwright.sandbox.base import ExecResult
from patchwright.tools.checks import CheckKind, Verification


class ReadOnly(Exception):
    """The tree cannot be changed in this phase (APR-01)."""


class OutOfScope(Exception):
    """The approved plan does not allow this path to change (APR-04); says which paths it allows."""


class Desk(Protocol):
    """Files by tool path (FS-01: relative, UTF-8, no "..", nothing under .git), commands, and judges."""

    def paths(self) -> Sequence[str]:
        """All regular files of the working copy, sorted."""
        ...

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises KeyError if there is no such regular file."""
        ...

    def write(self, path: str, data: bytes | None) -> None:
        """Replace, create or (None) delete one file. Raises `ReadOnly` or `OutOfScope`."""
        ...

    def rename(self, path: str, to: str) -> None:
        """Move one file; its bytes and mode stay. Raises KeyError, `ReadOnly` or `OutOfScope`."""
        ...

    def changed(self) -> Sequence[str]:
        """The paths that differ from the start of the step, sorted."""
        ...

    def restore(self, paths: Sequence[str]) -> None:
        """Put these back as they were at the start of the step, bytes and mode. Raises `ReadOnly` or `OutOfScope`."""
        ...

    def shell(self, command: str, timeout: float, stdin: bytes = b"") -> ExecResult:
        """Run a shell command in the sandbox at the root of the tree."""
        ...

    def judge(self, kinds: Sequence[CheckKind], tests: Sequence[str] = ()) -> Verification:
        """Run the repository's checks of these kinds (only these test files or ids) against the baseline."""
        ...
