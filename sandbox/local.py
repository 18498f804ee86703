"""Runs commands on this machine without isolation: for trusted code, by explicit flag only.

The same supervisor as in a container does the work, so deadlines, caps and the end of leftovers hold;
nothing keeps a command from reading or writing elsewhere on the machine. What a command's arguments and
environment say about a container's places (/workspace, /tmp) means the private folders here; programs are
looked for where this machine has them first.
"""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from patchwright.sandbox.base import WORKSPACE, ExecResult, Sandbox, Spec, Tree
from patchwright.sandbox.fill import fill
from patchwright.sandbox.locks import try_lock
from patchwright.sandbox.wire import Session, Wire, hello, supervisor_arguments

ALLOWED = ("PATH", "LANG", "LC_ALL", "TZ", "JAVA_HOME", "GOROOT", "RUSTUP_HOME")
"""What commands get from our own environment (SEC-03)."""


PREFIX = "patchwright-local-"
YOUNG = 60.0
"""Seconds in which a new folder may not have its lock yet."""


class LocalSandboxes:
    """Implements `Sandboxes` with private temporary folders. Linux only."""

    @contextmanager
    def open(self, spec: Spec, tree: Tree) -> Generator[Sandbox]:
        """See `Sandboxes.open`. `read_only` is kept by throwing the copy away, and by modes unless we are root."""
        remove_abandoned(Path(tempfile.gettempdir()))
        with _private_folder() as folder:
            session = _start(spec, folder)
            try:
                fill(session, tree, spec.limits)
                if spec.read_only:
                    session.run(["chmod", "-R", "a-w", "."], timeout=60)
                yield session
            finally:
                session.close()


def remove_abandoned(place: Path) -> None:
    """Remove the folders of dead processes: ours alone, and only those whose lock nobody holds any more."""
    for folder in place.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # gone meanwhile, or somebody else's
            found = folder.lstat()
            if found.st_uid == os.geteuid() and time.time() - found.st_mtime > YOUNG and _is_free(folder):
                _remove(folder)


@contextmanager
def _private_folder() -> Generator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    with _opened(folder) as handle:
        try_lock(handle)
        try:
            yield folder
        finally:
            _remove(folder)


def _is_free(folder: Path) -> bool:
    with _opened(folder) as handle:
        return try_lock(handle)


@contextmanager
def _opened(folder: Path) -> Generator[int]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


def local_env(folder: Path, environ: dict[str, str]) -> dict[str, str]:
    """The environment of commands: listed names of ours, and private places."""
    kept = {name: environ[name] for name in ALLOWED if name in environ}
    return {"PATH": os.defpath, "LANG": "C.UTF-8", **kept, "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp")}


def _start(spec: Spec, folder: Path) -> "LocalSession":
    for name in ("workspace", "home", "tmp"):
        (folder / name).mkdir()
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, *supervisor_arguments(spec.limits)],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            env=local_env(folder, dict(os.environ)),
            cwd="/",
            start_new_session=True,
        )

    def end() -> None:
        ours.close()
        process.wait(timeout=30)

    wire = Wire(ours, multiplexed=False)
    hello(wire, 30)
    env = mapped_env(folder, spec.env)
    return LocalSession(
        folder, Session(f"local:{folder.name}", wire, workspace=str(folder / "workspace"), env=env, end=end)
    )


class LocalSession:
    """A session in which the places that a container has at fixed paths are folders of ours."""

    def __init__(self, folder: Path, inner: Session) -> None:
        self._folder = folder
        self._inner = inner

    @property
    def name(self) -> str:
        """The label that a person can look up."""
        return self._inner.name

    @property
    def notice(self) -> str:
        """See `Sandbox.notice`."""
        return self._inner.notice

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
        """See `Sandbox.run`. Paths in arguments and environment are ours; in the output they read as a container's."""
        done = self._inner.run(
            command if isinstance(command, str) else [mapped(self._folder, part) for part in command],
            timeout=timeout,
            cwd=cwd,
            env=mapped_env(self._folder, env or {}),
            stdin=stdin,
            cap=cap,
            merge=merge,
            on_output=on_output,
        )
        return replace(done, output=done.output.replace(str(self._folder / "workspace").encode(), WORKSPACE.encode()))

    def close(self) -> None:
        """See `Sandbox.close`."""
        self._inner.close()


def mapped(folder: Path, text: str) -> str:
    """A text in which a container's places are this sandbox's folders."""
    found = re.sub(rf"(?<![\w.-]){WORKSPACE}(?![\w.-])", str(folder / "workspace"), text)
    return re.sub(r"(?<![\w.-])/tmp/patchwright(?![\w.-])", str(folder / "tmp" / "patchwright"), found)


def mapped_env(folder: Path, env: Mapping[str, str]) -> dict[str, str]:
    """The environment with its places mapped; what this machine's PATH finds comes before an image's."""
    found = {name: mapped(folder, value) for name, value in env.items()}
    if "PATH" in found:
        found["PATH"] = f"{os.environ.get('PATH', os.defpath)}:{found['PATH']}"
    return found


def _remove(folder: Path) -> None:
    subprocess.run(
        ["chmod", "-R", "u+w", "--", str(folder)], check=False, capture_output=True, env={"PATH": os.defpath}
    )
    shutil.rmtree(folder, ignore_errors=True)
