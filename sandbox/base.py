"""The border to the place where untrusted code runs: what a sandbox is given and what it gives back."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

WORKSPACE = "/workspace"
"""Where the tree of the repository lies inside a sandbox."""

Phase = Literal["dependencies", "baseline", "planning", "executing", "verifying"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a sandbox may use at most. `seconds` bounds the life of the whole sandbox (SB-11, RES-01..04)."""

    memory_mb: int = 2048
    cpus: float = 2.0
    processes: int = 256
    java_processes: int = 2048
    """Instead of `processes` for Java, whose tests start hundreds of threads and hang for ever without them."""
    open_files: int = 1024
    file_mb: int = 256
    workspace_mb: int = 1024
    workspace_inodes: int = 200_000
    tmp_mb: int = 256
    tmp_inodes: int = 40_000
    seconds: float = 7200.0


@dataclass(frozen=True, slots=True)
class Spec:
    """What to open: an image from the operator's list, for one phase of one run.

    `read_only` mounts the tree so that nothing can write it (APR-01); `network` is only for the
    dependency phase (SB-06); `env` is the whole environment of the commands beside PATH and HOME.
    """

    image: str
    run_id: str
    phase: Phase
    read_only: bool = False
    network: bool = False
    limits: Limits = Limits()
    env: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class ExecResult:
    """What a command did. A failing command is data.

    `exit_code` is 128+N after signal N. `omitted` counts the bytes left out of the middle of
    `output` because of the cap. `output` is stdout and stderr as they came, interleaved, unless
    the caller asked for stdout alone. `limits` are those of the sandbox that it ran into: "processes", "memory".
    """

    exit_code: int
    output: bytes
    seconds: float
    omitted: int = 0
    timed_out: bool = False
    limits: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the command ended by itself with status 0."""
        return self.exit_code == 0 and not self.timed_out

    @property
    def text(self) -> str:
        """The output as text; bytes that are not UTF-8 become U+FFFD (LLM-03)."""
        return self.output.decode("utf-8", "replace")


PAGE = 4096


@dataclass(frozen=True, slots=True)
class Size:
    """What a tree takes in memory: bytes in whole pages, and entries with folders."""

    bytes: int
    entries: int


def size_of(files: Iterable[int], folders: int) -> Size:
    """The size of a tree with files of so many bytes each."""
    pages = [-(-size // PAGE) for size in files]
    return Size(PAGE * sum(pages), len(pages) + folders)


@dataclass(frozen=True, slots=True)
class Changes:
    """What makes one tree of another: paths to remove with all that is below them, then a tar to unpack."""

    removed: Sequence[str]
    tar: Iterable[bytes]


class Tree(Protocol):
    """A frozen tree of files, named by its content."""

    @property
    def key(self) -> str:
        """A name that is equal only for equal trees, such as a commit's sha."""
        ...

    def tar(self) -> Iterator[bytes]:
        """The tree as a tar stream with owner 0:0; links and modes kept, nothing converted."""
        ...

    @property
    def size(self) -> Size:
        """What it takes when unpacked."""
        ...

    @property
    def base(self) -> "Tree | None":
        """A tree that many sandboxes show, from which this one differs little; None if there is none."""
        ...

    def changes(self) -> Changes:
        """What makes this tree of its base. Not called without a base."""
        ...


class Sandbox(Protocol):
    """One place where commands run. Commands run one at a time.

    Raises `SandboxDied` from any method once the place is gone; a failing command never raises.
    """

    @property
    def name(self) -> str:
        """The container's name, or another label that a person can look up."""
        ...

    @property
    def notice(self) -> str:
        """What a person should know of how it was opened, or ""."""
        ...

    def run(
        self,
        command: Sequence[str],
        *,
        timeout: float,
        cwd: str = "",
        env: Mapping[str, str] | None = None,
        stdin: bytes | Iterable[bytes] = b"",
        cap: int = 1 << 20,
        merge: bool = True,
        on_output: Callable[[bytes], None] | None = None,
    ) -> ExecResult:
        """Run an argument list (no shell) in `WORKSPACE/cwd` with a deadline in seconds.

        Nothing that the command started outlives it (RES-06). `merge=False` returns stdout alone.
        """
        ...

    def close(self) -> None:
        """End it at once. Safe to call twice, and from another thread to interrupt a command."""
        ...


class Sandboxes(Protocol):
    """Opens sandboxes: one hardened place per run and phase."""

    def open(self, spec: Spec, tree: Tree) -> AbstractContextManager[Sandbox]:
        """A fresh sandbox whose `WORKSPACE` holds `tree`; closed when the context ends.

        Raises `EngineUnavailable`, `ImageMissing`, `SelfCheckFailed`, `TreeTooLarge` or `SandboxDied`.
        """
        ...
