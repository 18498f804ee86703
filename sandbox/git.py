"""The git program, run so that nothing but our own arguments decides what it does (GIT-02, SEC-03)."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from patchwright.sandbox.errors import GitFailed

_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.untrackedCache=false",
    "core.splitIndex=false",
    "core.logAllRefUpdates=false",
    "core.quotePath=true",
    "credential.helper=",
    "diff.ignoreSubmodules=all",
    "fetch.recurseSubmodules=false",
    "fetch.unpackLimit=1",  # a fetch that is killed leaves no commit without its trees
    "gc.auto=0",
    "http.followRedirects=false",
    "maintenance.auto=false",
    "protocol.ext.allow=never",
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
    "transfer.fsckObjects=true",
)

_OLD_SINS = ("badTimezone", "missingSpaceBeforeDate", "missingSpaceBeforeEmail", "zeroPaddedFilemode")
"""Faults that old, honest histories have; they harm nobody and big hosts accept them too."""

_INHERITED = ("PATH", "TMPDIR")
_STDERR_CAP = 1 << 20
_WORDS_CAP = 4096


def _settings() -> list[str]:
    sins = (f"fetch.fsck.{name}=ignore" for name in _OLD_SINS)
    return [part for setting in (*_SETTINGS, *sins) for part in ("-c", setting)]


@dataclass(frozen=True, slots=True)
class Git:
    """Where git works: our bare clone, and for a few commands a working tree and a private index.

    `protocol` is the only one it may speak ("" for none). `extra` are further environment
    variables; secrets go there and nowhere else (SEC-02).
    """

    git_dir: Path | None = None
    work_tree: Path | None = None
    index: Path | None = None
    protocol: str = ""
    settings: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    def argv(self, *arguments: str) -> list[str]:
        """The argument list of a git command."""
        own = [part for setting in self.settings for part in ("-c", setting)]
        where = [f"--git-dir={self.git_dir}"] if self.git_dir else []
        where += [f"--work-tree={self.work_tree}"] if self.work_tree else []
        return ["git", *_settings(), *own, *where, *arguments]

    def environment(self) -> dict[str, str]:
        """The whole environment of a git command, built from a list of names."""
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        index = {"GIT_INDEX_FILE": str(self.index)} if self.index else {}
        return inherited | {
            "GIT_ALLOW_PROTOCOL": self.protocol or "none",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "HOME": "/nonexistent",
            "LC_ALL": "C.UTF-8",
            **index,
            **self.extra,
        }

    def __call__(
        self,
        *arguments: str,
        stdin: bytes = b"",
        timeout: float = 60.0,
        cap: int = 1 << 28,
        stop: Callable[[], str] | None = None,
    ) -> bytes:
        """Run one command and return its standard output.

        `stop` is asked five times a second; its first non-empty answer ends the command.
        Raises `GitFailed` if git ends with a status other than 0, passes `timeout` seconds or
        prints more than `cap` bytes.
        """
        with tempfile.TemporaryFile() as stderr, tempfile.TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            process = self.start(*arguments, stdin=given, stderr=stderr)
            watch = _Watch(process, stderr, time.monotonic() + timeout, stop)
            assert process.stdout is not None
            with process.stdout, watch:
                output = process.stdout.read(cap + 1)
                if len(output) > cap:
                    watch.end(f"it printed more than {cap} bytes")
            if watch.reason or process.returncode:
                raise GitFailed(arguments, watch.reason or _words(stderr), process.returncode)
            return output

    def start(
        self, *arguments: str, stdin: IO[bytes] | int, stderr: IO[bytes] | int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """Start a command whose standard output the caller reads; in a session of its own.

        Raises `GitFailed` if there is no git program.
        """
        try:
            return subprocess.Popen(
                self.argv(*arguments),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                pipesize=1 << 20,
                env=self.environment(),
                cwd=self.work_tree or "/",
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise GitFailed(arguments, "there is no git program: install the package git") from error


class _Watch:
    """Ends a process group at a deadline, when told to, or when it writes too much to stderr."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        stderr: IO[bytes],
        deadline: float,
        stop: Callable[[], str] | None,
    ) -> None:
        self.reason = ""
        self._process, self._stderr, self._deadline, self._stop = process, stderr, deadline, stop
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        if failure:
            self.end("it was interrupted")
        # Reaped only after the watch has ended: until then the process id cannot name another process.
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        self._done.set()
        self._thread.join()
        os.killpg(self._process.pid, signal.SIGKILL)  # whatever git left behind, such as ssh
        self._process.wait()

    def end(self, reason: str) -> None:
        """Kill the whole group; the first reason is the one that is told."""
        self.reason = self.reason or reason
        os.killpg(self._process.pid, signal.SIGKILL)

    def _watch(self) -> None:
        while not self._done.wait(min(0.2, max(self._deadline - time.monotonic(), 0.0))):
            reason = self._excess()
            if reason:
                self.end(reason)
                return

    def _excess(self) -> str:
        if time.monotonic() >= self._deadline:
            return "it did not end within its time limit"
        if os.fstat(self._stderr.fileno()).st_size > _STDERR_CAP:
            return "it printed too many messages"
        return self._stop() if self._stop else ""


def _words(stderr: IO[bytes]) -> str:
    stderr.seek(0)
    text = stderr.read(_WORDS_CAP).decode("utf-8", "replace").strip()
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)
