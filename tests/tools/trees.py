"""A tree of files in memory, for detectors and sandboxes alike."""

import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping, Sequence

from patchwright.sandbox.base import Changes, Size, size_of


class MemoryTree:
    """Implements `FileTree` and `Tree`; text is stored as UTF-8."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self.files = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}

    @property
    def key(self) -> str:
        return hashlib.sha1(repr(sorted(self.files.items())).encode()).hexdigest()

    def paths(self) -> Sequence[str]:
        return sorted(self.files)

    def read(self, path: str) -> bytes:
        return self.files[path]

    def changed(self, changes: Mapping[str, str | None] | Mapping[str, bytes | None]) -> "MemoryTree":
        kept = {path: data for path, data in self.files.items() if path not in changes}
        return MemoryTree({**kept, **{path: data for path, data in changes.items() if data is not None}})

    base = None

    @property
    def size(self) -> Size:
        return size_of(map(len, self.files.values()), len(self.files))

    def changes(self) -> Changes:
        return Changes((), ())

    def tar(self) -> Iterator[bytes]:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for path, data in self.files.items():
                entry = tarfile.TarInfo(path)
                entry.size, entry.mode = len(data), 0o644
                archive.addfile(entry, io.BytesIO(data))
        yield buffer.getvalue()
