"""Puts a tree into a fresh sandbox: tar, run there as the sandbox user (SB-09)."""

from collections.abc import Iterable, Iterator

from patchwright.sandbox.base import Changes, ExecResult, Limits, Sandbox, Tree
from patchwright.sandbox.errors import SandboxDied, TreeTooLarge

FILL_SECONDS = 600.0
REMOVE = ("xargs", "-0", "-r", "rm", "-rf", "--")
UNPACK = ("tar", "-x", "-p", "--no-same-owner", "--no-overwrite-dir", "-f", "-")


def fill(sandbox: Sandbox, tree: Tree, limits: Limits, *, into: str = "") -> None:
    """Unpack the tree into the workspace. Raises `TreeTooLarge` or `SandboxDied`."""
    _unpack(sandbox, tree.tar(), limits, into)


def change(sandbox: Sandbox, changes: Changes, limits: Limits) -> None:
    """Make another tree of the one that lies in the workspace. Raises `TreeTooLarge` or `SandboxDied`."""
    names = b"".join(b"./" + path.encode("utf-8", "surrogateescape") + b"\0" for path in changes.removed)
    result = sandbox.run(REMOVE, timeout=FILL_SECONDS, stdin=names, cap=1 << 14)
    if not result.ok:
        raise SandboxDied(f"Files that the tree has no more could not be removed in the sandbox: {result.text[:500]}")
    _unpack(sandbox, changes.tar, limits)


def _unpack(sandbox: Sandbox, tar: Iterable[bytes], limits: Limits, into: str = "") -> None:
    stream = _limited(tar, limits.workspace_mb)
    result = sandbox.run(UNPACK, timeout=FILL_SECONDS, cwd=into, stdin=stream, cap=1 << 14)
    if not result.ok:
        raise _refusal(result, limits)


def _limited(chunks: Iterable[bytes], megabytes: int) -> Iterator[bytes]:
    left = megabytes << 20
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise TreeTooLarge(
                f"The tree is larger than the {megabytes} MB that a workspace may have. "
                "Raise the workspace limit (and the memory limit with it)."
            )
        yield chunk


def _refusal(result: ExecResult, limits: Limits) -> TreeTooLarge | SandboxDied:
    if b"No space left on device" in result.output:
        return TreeTooLarge(
            f"The tree does not fit the workspace ({limits.workspace_mb} MB, {limits.workspace_inodes} entries). "
            "Raise the workspace limits (and the memory limit with them)."
        )
    if b"File too large" in result.output or result.exit_code == 153:
        return TreeTooLarge(f"The tree holds a file of more than the {limits.file_mb} MB that a file may have.")
    return SandboxDied(
        f"The tree could not be unpacked in the sandbox (status {result.exit_code}): {result.text[:500]}"
    )
