"""The only push there is: one commit of ours to one branch of ours, never forced (GIT-05)."""

import re
from pathlib import Path

from patchwright.sandbox.errors import GitFailed
from patchwright.sandbox.remote import git_for, locate

SECONDS = 300.0
_BRANCH = re.compile(r"[a-z0-9][a-z0-9-]*/[A-Za-z0-9][A-Za-z0-9-]*")
_SHA = re.compile(r"[0-9a-f]{40}")
_FLAGS = ("--quiet", "--no-verify", "--no-follow-tags", "--no-signed", "--recurse-submodules=no", "--no-thin")


class PushRefused(GitFailed):
    """The other side does not take the commit: the branch has gone on, is protected, or we may not write."""


def push(git_dir: Path, address: str, commit: str, branch: str, *, prefix: str, authorization: str) -> None:
    """Put `commit` of our bare clone on `branch` (which begins with `prefix`) at `address`. Twice is once.

    `authorization` is the value of the HTTP header; git gets it by its environment (SEC-02). Raises `PushRefused`;
    ValueError for a branch or commit that is none of ours.
    """
    if not (branch.startswith(prefix) and _BRANCH.fullmatch(branch) and _SHA.fullmatch(commit)):
        raise ValueError(f"{branch!r} is no branch under {prefix!r}, or {commit!r} no commit")
    git = git_for(locate(address, authorization), git_dir)
    try:
        git("push", *_FLAGS, "--", address, f"{commit}:refs/heads/{branch}", timeout=SECONDS)
    except GitFailed as failure:
        raise PushRefused(failure.arguments, failure.words, failure.status) from failure
