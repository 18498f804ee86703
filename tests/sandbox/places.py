"""Trees and sandboxes for tests."""

import atexit
import hashlib
import io
import os
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pytest

from patchwright.sandbox.base import Changes, Limits, Size, Spec, size_of
from patchwright.sandbox.docker import DockerSandboxes
from patchwright.sandbox.engine import Client
from patchwright.sandbox.errors import EngineUnavailable
from patchwright.sandbox.layers import Way, choose
from patchwright.sandbox.volumes import remove_volume

INSTANCE = f"test-{os.getpid()}"
RUN = "0123456789abcdef"
SMALL = Limits(
    memory_mb=512, workspace_mb=96, tmp_mb=32, workspace_inodes=5000, tmp_inodes=500, processes=64, seconds=120
)


@dataclass(frozen=True)
class Link:
    target: str


@dataclass(frozen=True)
class Script:
    text: bytes


Content = bytes | Link | Script | None


@dataclass(frozen=True)
class MadeTree:
    """Files by path; None is an empty folder, as a gitlink becomes one."""

    files: Mapping[str, Content]
    key: str = ""
    base: "MadeTree | None" = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", self.key or f"{INSTANCE} {hashlib.sha1(repr(self.files).encode()).hexdigest()}")

    @property
    def size(self) -> Size:
        sizes = [
            len(one.text if isinstance(one, Script) else one) if isinstance(one, (bytes, Script)) else 0
            for one in self.files.values()
        ]
        return size_of(sizes, 0)

    def changes(self) -> Changes:
        before: Mapping[str, Content] = self.base.files if self.base else {}
        new = {path: content for path, content in self.files.items() if before.get(path, ...) != content}
        return Changes([path for path in before if path not in self.files], MadeTree(new).tar())

    def tar(self) -> Iterator[bytes]:
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as archive:
            for path, content in self.files.items():
                archive.addfile(*_entry(path, content))
        for start in range(0, stream.tell(), 50_000):
            yield stream.getvalue()[start : start + 50_000]


def _entry(path: str, content: Content) -> tuple[tarfile.TarInfo, io.BytesIO | None]:
    info = tarfile.TarInfo(path)
    info.mode = 0o644
    match content:
        case None:
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            return info, None
        case Link(target):
            info.type, info.linkname = tarfile.SYMTYPE, target
            return info, None
        case Script(text):
            info.mode, info.size = 0o755, len(text)
            return info, io.BytesIO(text)
        case bytes():
            info.size = len(content)
            return info, io.BytesIO(content)


@cache
def image() -> str:
    """The image to test with, built if it is not there."""
    from patchwright.sandbox.images import ensure_image

    return os.environ.get("PATCHWRIGHT_TEST_IMAGE") or ensure_image("python")


@cache
def docker_sandboxes(way: Way | None = None) -> DockerSandboxes:
    """Trees come in this way, or as they do for a user. Skips the test, by name, where no engine answers."""
    sandboxes = DockerSandboxes(INSTANCE, choose=choose if way is None else lambda size, limits, warm: way)
    try:
        client = sandboxes.client()
    except EngineUnavailable as error:
        pytest.skip(str(error))
    atexit.register(remove_volumes, client)
    return sandboxes


def remove_volumes(client: Client) -> None:
    """The frozen trees of this process's tests."""
    found: list[dict[str, str]] = client.volumes(filters={"label": f"patchwright.instance={INSTANCE}"})["Volumes"]
    for volume in found or ():
        remove_volume(client, volume["Name"])


def spec(
    *, read_only: bool = False, limits: Limits = SMALL, network: bool = False, env: Mapping[str, str] | None = None
) -> Spec:
    return Spec(image(), RUN, "planning" if read_only else "executing", read_only, network, limits, env or {})
