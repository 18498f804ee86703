"""A commit's tree as a tar stream, made from the objects themselves, and kept for the next sandbox.

Not by `git archive`, which obeys the repository's export-ignore and export-subst. Names are bytes,
owner is 0:0 and the time is always the same, so a file that two commits share is the same bytes in
both tars: a new tar copies it from the last one instead of asking git, which takes a tenth of the time.
"""

import contextlib
import json
import os
import tarfile
import tempfile
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

from patchwright.sandbox.objects import Objects
from patchwright.sandbox.trees import GITLINK, LINK, PROGRAM, Entry

MODIFIED_AT = 946684800
"""The time of every member: the first second of 2000. Zip files can hold it and no tool finds it new."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_LEFT_SECONDS = 3600.0
_KEPT = 8
_KEPT_BYTES = 1 << 30
_CHUNK = 1 << 20
_END = bytes(tarfile.RECORDSIZE)


class _Place(NamedTuple):
    """Where a member lies in a tar file, and what it is."""

    mode: str
    sha: str
    offset: int
    length: int


Places = dict[str, _Place]


class _Last:
    """The tar that was used last, to copy members from; or none."""

    def __init__(self, file: BufferedReader | None, places: Places) -> None:
        self._file, self._places = file, places

    def has(self, entry: Entry) -> bool:
        place = self._places.get(entry.path)
        return place is not None and (place.mode, place.sha) == (entry.mode, entry.sha)

    def member(self, entry: Entry) -> bytes:
        assert self._file is not None
        place = self._places[entry.path]
        return os.pread(self._file.fileno(), place.length, place.offset)


class Tars:
    """The tar files of some commits in a folder of ours; those not used for longest are dropped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Not synced to disk, which would cost more than it saves: what a crash of the machine left is not used.
        self._boot = _BOOT_ID.read_text().strip() + "." if _BOOT_ID.exists() else ""

    def stream(self, key: str, entries: Sequence[Entry], objects: Objects) -> Iterator[bytes]:
        """The tar of these entries: submodules are empty folders, folders have mode 755."""
        try:
            file = self._path(key).open("rb")
        except FileNotFoundError:
            yield from self._make(key, entries, objects)
            return
        with file:
            os.utime(file.fileno())
            while chunk := file.read(_CHUNK):
                yield chunk

    def _make(self, key: str, entries: Sequence[Entry], objects: Objects) -> Iterator[bytes]:
        self._folder.mkdir(exist_ok=True)
        places: Places = {}
        with self._last() as last, tempfile.NamedTemporaryFile(dir=self._folder, prefix="part-") as file:
            for chunk in _joined(_members(entries, objects, last, places)):
                file.write(chunk)
                yield chunk
            file.flush()
            self._keep(key, Path(file.name), places)

    def _keep(self, key: str, made: Path, places: Places) -> None:
        """The list of members first: a tar without it would never be copied from."""
        part = made.with_suffix(".list")
        part.write_text(json.dumps(places))
        part.replace(self._path(key).with_suffix(".json"))
        with contextlib.suppress(FileExistsError):  # another run was quicker; its bytes are the same
            os.link(made, self._path(key))
        for old in _surplus(self._by_use()):
            old.unlink(missing_ok=True)
            old.with_suffix(".json").unlink(missing_ok=True)
        for left in self._folder.glob("part-*"):  # by a process that was killed
            if _used(left) < time.time() - _LEFT_SECONDS:
                left.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _last(self) -> Generator[_Last]:
        newest = next((file for file in self._by_use() if file.name.startswith(self._boot)), None)
        try:
            file = newest.open("rb") if newest else None
            known = _places(newest.with_suffix(".json")) if newest else {}
        except FileNotFoundError:  # dropped meanwhile by another run
            file, known = None, {}
        with file or contextlib.nullcontext():
            yield _Last(file, known)

    def _path(self, key: str) -> Path:
        return self._folder / f"{self._boot}{key}.tar"

    def _by_use(self) -> list[Path]:
        used = [(_used(file), file) for file in self._folder.glob("*.tar")]
        return [file for _, file in sorted(used, reverse=True)]


def packed(entries: Sequence[Entry], objects: Objects) -> Iterator[bytes]:
    """The tar of these entries, kept nowhere."""
    return _joined(_members(entries, objects, _Last(None, {}), {}))


def _members(entries: Sequence[Entry], objects: Objects, last: _Last, places: Places) -> Iterator[bytes]:
    blobs = objects.stream(entry.sha for entry in entries if entry.mode != GITLINK and not last.has(entry))
    offset, seen = 0, set[str]()
    for entry in entries:
        head = b"".join(_header(folder, tarfile.DIRTYPE, 0o755) for folder in _new_folders(entry, seen))
        offset += len(head)
        yield head
        if entry.mode == GITLINK:
            continue
        member = last.member(entry) if last.has(entry) else _member(entry, next(blobs).data)
        places[entry.path] = _Place(entry.mode, entry.sha, offset, len(member))
        offset += len(member)
        yield member
    yield _END


def _joined(parts: Iterable[bytes]) -> Iterator[bytes]:
    pending = bytearray()
    for part in parts:
        pending += part
        if len(pending) >= _CHUNK:
            yield bytes(pending)
            pending.clear()
    yield bytes(pending)


def _new_folders(entry: Entry, seen: set[str]) -> Iterator[str]:
    parts = entry.path.split("/")
    for depth in range(1, len(parts) + (entry.mode == GITLINK)):
        folder = "/".join(parts[:depth])
        if folder not in seen:
            seen.add(folder)
            yield folder


def _member(entry: Entry, data: bytes) -> bytes:
    if entry.mode == LINK:
        return _header(entry.path, tarfile.SYMTYPE, 0o777, link=data.decode("utf-8", "surrogateescape"))
    mode = 0o755 if entry.mode == PROGRAM else 0o644
    return _header(entry.path, tarfile.REGTYPE, mode, size=len(data)) + data + bytes(-len(data) % tarfile.BLOCKSIZE)


def _header(path: str, kind: bytes, mode: int, *, size: int = 0, link: str = "") -> bytes:
    info = tarfile.TarInfo(path)
    info.type, info.mode, info.mtime, info.size, info.linkname = kind, mode, MODIFIED_AT, size, link
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def _places(file: Path) -> Places:
    known: dict[str, list[Any]] = json.loads(file.read_text())
    return {path: _Place(*place) for path, place in known.items()}


def _surplus(files: Sequence[Path]) -> Iterator[Path]:
    """Beyond the number and the bytes that are kept, of files that come by use; the first one always stays."""
    total = 0
    for number, file in enumerate(files):
        with contextlib.suppress(FileNotFoundError):
            total += file.stat().st_size
        if number and (number >= _KEPT or total > _KEPT_BYTES):
            yield file


def _used(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0
