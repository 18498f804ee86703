"""Building images: the engine's client, and a Dockerfile run to an image."""

import hashlib
import io
import tarfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, cast

from patchwright.sandbox.errors import EngineUnavailable, ImageMissing

if TYPE_CHECKING:
    from docker import DockerClient

STEP_SECONDS = 1200
"""How long the engine may be silent within one build step before the build counts as lost."""

NO_ENGINE = (
    "No Docker engine answers ({reason}). Install and start one, on Debian: "
    "`apt-get install docker.io` and `service docker start` as root."
)


@contextmanager
def engine() -> "Generator[DockerClient]":
    """A client of the engine that the environment names (`DOCKER_HOST`, else the local socket).

    Raises: `EngineUnavailable` when none answers, or when a call within the context fails for a reason that
    nobody there has judged.
    """
    import docker
    from docker.errors import APIError, DockerException
    from requests.exceptions import RequestException

    try:
        client = docker.from_env(timeout=120)
    except DockerException as problem:
        raise EngineUnavailable(NO_ENGINE.format(reason=problem)) from problem
    try:
        yield client
    except APIError as problem:
        raise EngineUnavailable(f"The container engine failed: {problem.explanation or problem}") from problem
    except (DockerException, RequestException) as problem:
        raise EngineUnavailable(NO_ENGINE.format(reason=problem)) from problem
    finally:
        client.close()


def has_image(client: "DockerClient", ref: str) -> bool:
    """Whether the engine has this image."""
    from docker.errors import ImageNotFound

    with suppress(ImageNotFound):
        client.images.get(ref)
        return True
    return False


def use_image(client: "DockerClient", ref: str) -> bool:
    """Whether the engine has this image; if so, it notes that it was used now."""
    from docker.errors import ImageNotFound

    with suppress(ImageNotFound):
        client.images.get(ref).tag(ref)
        return True
    return False


def build(
    client: "DockerClient",
    ref: str,
    dockerfile: str,
    files: Mapping[str, bytes] | None = None,
    args: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> None:
    """Run a Dockerfile with these files as its context and name the result `ref`.

    Raises: `ImageMissing` with the last lines of output when a step fails.
    """
    context = _context({**(files or {}), "Dockerfile": dockerfile.encode()})
    build_context(client, ref, context, args=args, labels=labels)


def build_context(
    client: "DockerClient",
    ref: str,
    context: IO[bytes],
    dockerfile: str = "Dockerfile",
    args: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> None:
    """Build the tar stream `context` by the Dockerfile at that path in it and name the result `ref`.

    Raises: `ImageMissing` with the last lines of output when a step fails.
    """
    from docker.errors import APIError

    tail: list[str] = []
    try:
        stream = client.api.build(
            fileobj=context,
            custom_context=True,
            dockerfile=dockerfile,
            tag=ref,
            rm=True,
            forcerm=True,
            decode=True,
            timeout=STEP_SECONDS,
            buildargs=dict(args or {}),
            labels=dict(labels or {}),
        )
        for event in cast("Iterator[dict[str, Any]]", stream):
            tail = [*tail, str(event.get("stream", ""))][-30:]
            if "error" in event:
                raise _failed(ref, str(event["error"]), tail)
    except APIError as problem:
        raise _failed(ref, str(problem), tail) from problem


def digest(*parts: bytes) -> str:
    """SHA-256 in hex over parts, with their lengths, so that no two lists of parts are mistaken."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(len(part).to_bytes(8, "big") + part)
    return sha.hexdigest()


def _context(files: Mapping[str, bytes]) -> io.BytesIO:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    buffer.seek(0)
    return buffer


def _failed(ref: str, error: str, tail: list[str]) -> ImageMissing:
    output = "".join(tail).strip()
    return ImageMissing(f"Building the image {ref} failed: {error}\n{output}".strip())
