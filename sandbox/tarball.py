"""A commit's tree as a tar stream, made from the objects themselves.

Not by `git archive`, which obeys the repository's export-ignore and export-subst. Names are bytes,
owner is 0:0, every time is the commit's, so that equal commits give equal bytes.
"""

import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from patchwright.sandbox.objects import Objects
from patchwright.sandbox.trees import FILE, GITLINK, LINK, PROGRAM, Entry

_KEPT = 8
"""How many tar files stay in the cache."""
_CHUNK = 1 << 20
_END = bytes(tarfile.RECORDSIZE)


def tar_stream(entries: Sequence[Entry], objects: Objects, mtime: int) -> Iterator[bytes]:
    """The tar of these entries; submodules are empty folders, folders have mode 755."""
    blobs = objects.stream(entry.sha for entry in entries if entry.mode != GITLINK)
    pending = bytearray()
    seen: set[str] = set()
    for entry in entries:
        for folder in _new_folders(entry, seen):
            pending += _header(folder, tarfile.DIRTYPE, 0o755, mtime)
        if entry.mode != GITLINK:
            pending += _member(entry, next(blobs).data, mtime)
        if len(pending) >= _CHUNK:
            yield bytes(pending)
            pending.clear()
    yield bytes(pending) + _END


def _new_folders(entry: Entry, seen: set[str]) -> Iterator[str]:
    parts = entry.path.split("/")
    for depth in range(1, len(parts) + (entry.mode == GITLINK)):
        folder = "/".join(parts[:depth])
        if folder not in seen:
            seen.add(folder)
            yield folder


def _member(entry: Entry, data: bytes, mtime: int) -> bytes:
    if entry.mode == LINK:
        target = data.decode("utf-8", "surrogateescape")
        return _header(entry.path, tarfile.SYMTYPE, 0o777, mtime, link=target)
    mode = {FILE: 0o644, PROGRAM: 0o755}.get(entry.mode, 0o644)
    head = _header(entry.path, tarfile.REGTYPE, mode, mtime, size=len(data))
    return head + data + bytes(-len(data) % tarfile.BLOCKSIZE)


def _header(path: str, kind: bytes, mode: int, mtime: int, *, size: int = 0, link: str = "") -> bytes:
    info = tarfile.TarInfo(path)
    info.type, info.mode, info.mtime, info.size, info.linkname = kind, mode, mtime, size, link
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def cached(path: Path, stream: Iterable[bytes]) -> Iterator[bytes]:
    """The file at `path`, else `stream`, which is kept there once it was read to its end."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield from _kept(path, stream)
        return
    with file:
        os.utime(file.fileno())
        while chunk := file.read(_CHUNK):
            yield chunk


def _kept(path: Path, stream: Iterable[bytes]) -> Iterator[bytes]:
    path.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix="part-") as file:
        for chunk in stream:
            file.write(chunk)
            yield chunk
        file.flush()
        path.unlink(missing_ok=True)
        os.link(file.name, path)
    _drop_old(path.parent)


def _drop_old(folder: Path) -> None:
    files = sorted(folder.glob("*.tar"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[_KEPT:]:
        file.unlink(missing_ok=True)
