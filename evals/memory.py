"""Files in memory as a tree that a sandbox shows and detectors read."""

import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from patchwright.sandbox.base import Changes, Size, size_of


@dataclass(frozen=True, slots=True)
class MemoryTree:
    """Regular files by path: a `tools.tree.FileTree` and a `sandbox.base.Tree`, packed without a folder on disk."""

    files: Mapping[str, bytes]
    base: None = None

    @property
    def key(self) -> str:
        """A name of the content."""
        digest = hashlib.sha256()
        for path in self.paths():
            digest.update(f"{path}\0{len(self.files[path])}\0".encode() + self.files[path])
        return digest.hexdigest()

    @property
    def size(self) -> Size:
        """See `sandbox.base.Tree`."""
        folders = {path.rpartition("/")[0] for path in self.files}
        return size_of(map(len, self.files.values()), len(folders))

    def paths(self) -> Sequence[str]:
        """All files, sorted."""
        return sorted(self.files)

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises KeyError."""
        return self.files[path]

    def tar(self) -> Iterator[bytes]:
        """See `sandbox.base.Tree`."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for path in self.paths():
                entry = tarfile.TarInfo(path)
                entry.size, entry.mode = len(self.files[path]), 0o644
                archive.addfile(entry, io.BytesIO(self.files[path]))
        yield packed.getvalue()

    def changes(self) -> Changes:
        """See `sandbox.base.Tree`: it has no base."""
        return Changes((), ())
