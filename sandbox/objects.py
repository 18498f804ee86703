"""Git objects as bytes: read through one `cat-file --batch` process, written as loose objects.

A spawned git costs 3 ms and more; an edit needs about six objects, so they are made here.
"""

import hashlib
import os
import select
import subprocess
import tempfile
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from patchwright.sandbox.errors import GitFailed
from patchwright.sandbox.git import Git

_CACHE_BYTES = 4 << 20
_CACHED_OBJECT = 256 << 10


class Object(NamedTuple):
    """One object: its name (hex), its type ("blob", "tree", "commit", "tag") and its content."""

    sha: str
    kind: str
    data: bytes


class _Pipe:
    """The answers of `cat-file --batch`, read with a deadline."""

    def __init__(self, process: subprocess.Popen[bytes], timeout: float) -> None:
        assert process.stdout is not None
        self._process, self._fd, self._timeout = process, process.stdout.fileno(), timeout
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN | select.POLLHUP)
        self._buffer = bytearray()

    def next(self) -> Object | None:
        """The next answer; None if there is no such object."""
        header = self._line()
        words = header.rsplit(b" ", 2)
        if len(words) < 3 or not words[2].isdigit():
            return None
        sha, kind, size = words[0].decode(), words[1].decode(), int(words[2])
        data = self._take(size + 1)
        return Object(sha, kind, data[:-1])

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            self._more(1 << 16)
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._more(max(count - len(self._buffer), 1 << 16))
        data = bytes(memoryview(self._buffer)[:count])
        del self._buffer[:count]
        return data

    def _more(self, count: int) -> None:
        ready = self._poll.poll(self._timeout * 1000)
        chunk = os.read(self._fd, min(count, 1 << 20)) if ready else b""
        if not chunk:
            self._process.kill()
            raise GitFailed(("cat-file",), "it ended or did not answer in time", -1)
        self._buffer += chunk


class Objects:
    """The objects of our bare clone. Safe for several threads; reads see what others have just written."""

    def __init__(self, git: Git, timeout: float = 60.0) -> None:
        assert git.git_dir is not None
        self._git, self._timeout = git, timeout
        self._folder = git.git_dir / "objects"
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: _Pipe | None = None
        self._cache: OrderedDict[str, Object] = OrderedDict()
        self._cached = 0

    def find(self, name: str) -> Object | None:
        """The object with this name, or with this revision expression (checked by the caller)."""
        with self._lock:
            known = self._cache.get(name)
            if known is not None:
                self._cache.move_to_end(name)
                return known
            found = self._ask(name)
            if found is not None and found.sha == name:
                self._remember(found)
            return found

    def read(self, sha: str, kind: str = "blob") -> bytes:
        """The content of an object that must be there. Raises `GitFailed` if it is not."""
        found = self.find(sha)
        if found is None or found.kind != kind:
            raise GitFailed(("cat-file",), f"there is no {kind} {sha}", 1)
        return found.data

    def stream(self, shas: Iterable[str]) -> Iterator[Object]:
        """Many objects in the order asked for, by a process of their own; nothing is cached."""
        with tempfile.TemporaryFile() as names:
            count = _write_names(names, shas)
            process = self._git.start("cat-file", "--batch", "--buffer", stdin=names)
            try:
                pipe = _Pipe(process, self._timeout)
                for _ in range(count):
                    found = pipe.next()
                    if found is None:
                        raise GitFailed(("cat-file",), "an object of the tree is missing", 1)
                    yield found
            finally:
                _end(process)

    def write(self, kind: str, data: bytes) -> str:
        """Store an object, if it is not there yet, and return its name."""
        content = f"{kind} {len(data)}\0".encode() + data
        sha = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        path = self._folder / sha[:2] / sha[2:]
        if not path.exists():
            _put(path, zlib.compress(content, 1))
        with self._lock:
            self._remember(Object(sha, kind, data))
        return sha

    def close(self) -> None:
        """End the process behind; a later read starts another one."""
        with self._lock:
            if self._process is not None:
                _end(self._process)
            self._process = self._pipe = None

    def _ask(self, name: str) -> Object | None:
        if self._process is None or self._process.poll() is not None:
            self._process = self._git.start("cat-file", "--batch", stdin=subprocess.PIPE)
            self._pipe = _Pipe(self._process, self._timeout)
        assert self._process.stdin is not None and self._pipe is not None
        self._process.stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
        self._process.stdin.flush()
        return self._pipe.next()

    def _remember(self, found: Object) -> None:
        if len(found.data) > _CACHED_OBJECT or found.sha in self._cache:
            return
        self._cache[found.sha] = found
        self._cached += len(found.data)
        while self._cached > _CACHE_BYTES:
            self._cached -= len(self._cache.popitem(last=False)[1].data)


def _write_names(file: IO[bytes], shas: Iterable[str]) -> int:
    names = list(shas)
    file.write("".join(f"{name}\n" for name in names).encode())
    file.seek(0)
    return len(names)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    process.wait()


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    part = path.parent / f"tmp_obj_{os.getpid()}_{threading.get_ident()}_{time.monotonic_ns()}"
    part.write_bytes(data)
    part.chmod(0o444)
    part.rename(path)
