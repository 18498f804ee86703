"""Runs commands on this machine without isolation: for trusted code, by explicit flag only.

The same supervisor as in a container does the work, so deadlines, caps and the end of leftovers hold;
nothing keeps a command from reading or writing elsewhere on the machine.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from patchwright.sandbox.base import Sandbox, Spec, Tree
from patchwright.sandbox.fill import fill
from patchwright.sandbox.wire import Session, Wire, hello, supervisor_arguments

ALLOWED = ("PATH", "LANG", "LC_ALL", "TZ", "JAVA_HOME", "GOROOT", "RUSTUP_HOME")
"""What commands get from our own environment (SEC-03)."""


class LocalSandboxes:
    """Implements `Sandboxes` with private temporary folders. Linux only."""

    @contextmanager
    def open(self, spec: Spec, tree: Tree) -> Generator[Sandbox]:
        """See `Sandboxes.open`. `read_only` is kept by throwing the copy away, and by modes unless we are root."""
        folder = Path(tempfile.mkdtemp(prefix="patchwright-"))
        try:
            session = _start(spec, folder)
            try:
                fill(session, tree, spec.limits)
                if spec.read_only:
                    session.run(["chmod", "-R", "a-w", "."], timeout=60)
                yield session
            finally:
                session.close()
        finally:
            _remove(folder)


def local_env(folder: Path, environ: dict[str, str]) -> dict[str, str]:
    """The environment of commands: listed names of ours, and private places."""
    kept = {name: environ[name] for name in ALLOWED if name in environ}
    return {"PATH": os.defpath, "LANG": "C.UTF-8", **kept, "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp")}


def _start(spec: Spec, folder: Path) -> Session:
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
    return Session(f"local:{folder.name}", wire, workspace=str(folder / "workspace"), env=spec.env, end=end)


def _remove(folder: Path) -> None:
    subprocess.run(
        ["chmod", "-R", "u+w", "--", str(folder)], check=False, capture_output=True, env={"PATH": os.defpath}
    )
    shutil.rmtree(folder, ignore_errors=True)
