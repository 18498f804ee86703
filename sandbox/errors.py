"""What can go wrong with the place itself, named by what the caller should do."""

from collections.abc import Sequence


class SandboxError(Exception):
    """Base of all errors of this step: the place failed, never the code that ran in it."""


class EngineUnavailable(SandboxError):
    """No container engine answers. A person has to install or start one."""


class ImageMissing(SandboxError):
    """The image is not there. Build it (`patchwright doctor` says how)."""


class SelfCheckFailed(SandboxError):
    """The engine did not give the isolation that was asked for (SB-13). Nothing was copied in."""


class LayerRefused(SandboxError):
    """The engine cannot give a private layer over a frozen tree. Copy the tree instead.

    `lasting` if it will not tomorrow either: it does not mount them.
    """

    def __init__(self, message: str, *, lasting: bool) -> None:
        super().__init__(message)
        self.lasting = lasting


class SandboxDied(SandboxError):
    """The place is gone or does not answer. Open a fresh one from the last snapshot."""


class TreeTooLarge(SandboxError):
    """The tree does not fit the limits (RES-08)."""


class FileRefused(SandboxError):
    """A file of the sandbox cannot be read or written as asked: a link in its path, no regular file, too large."""


class SourceRefused(SandboxError):
    """The repository given by the user cannot be worked on: say why and what to do."""


class GitFailed(SandboxError):
    """A git command of ours failed; carries its arguments, its words (escaped, at most 4 KB) and status."""

    def __init__(self, arguments: Sequence[str] = (), words: str = "", status: int = -1) -> None:
        name = arguments[0] if arguments else ""
        super().__init__(f"git {name} failed: {words or f'status {status}'}")
        self.arguments = tuple(arguments)
        self.words = words
        self.status = status


class PatchDoesNotApply(SandboxError):
    """The checkout has moved on: the patch no longer applies to it. Nothing was changed.

    `paths` are the files that no longer fit.
    """

    def __init__(self, message: str, paths: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.paths = tuple(paths)
