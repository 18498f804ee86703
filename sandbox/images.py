"""The image families: what is in each, how each is named by its content, and building those that are missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO, TYPE_CHECKING

from patchwright.sandbox import gocache
from patchwright.sandbox.builds import build, build_context, digest, engine, has_image
from patchwright.sandbox.debian import Suite, ensure_root, host_apt_settings, host_mirror, sources
from patchwright.sandbox.errors import ImageMissing
from patchwright.sandbox.locks import Say, build_lock, quiet

if TYPE_CHECKING:
    from docker import DockerClient

UID = 65532
"""The user and group of everything that runs in a sandbox; without an account on any host (SB-03)."""

DEPS = "/opt/deps"
"""Where the dependency step installs; `DEPS/home` is the user's home."""

NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Family:
    """What an image family adds to the base of its suite."""

    suite: Suite
    packages: tuple[str, ...]
    step: str = ""
    """One more step of its recipe."""


PYTHON = (
    *("python3-pip", "python3-venv", "python3-setuptools", "python3-wheel"),
    *("python3-pytest", "python3-pytest-timeout", "python3-dev", "gcc", "libc6-dev"),
)
"""Of every family for Python; which Python it is follows from the suite: 3.11 in bookworm, 3.13 in trixie."""

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "python": Family("bookworm", PYTHON),
        "python-3.13": Family("trixie", PYTHON),
        "java-17": Family("bookworm", ("openjdk-17-jdk-headless", "maven", "junit4", "libhamcrest-java", "junit5")),
        "java-21": Family("trixie", ("openjdk-21-jdk-headless", "maven", "junit4", "libhamcrest-java", "junit5")),
        "node": Family("trixie", ("nodejs", "npm")),
        "go": Family("trixie", ("golang-go", "gcc", "libc6-dev"), gocache.SEED),
        "rust": Family("trixie", ("rustc", "cargo", "gcc", "libc6-dev")),
        "c": Family("trixie", ("gcc", "g++", "libc6-dev", "make", "cmake", "ninja-build", "pkg-config")),
    }
)

BASE_PACKAGES = ("python3", "git", "procps", "ca-certificates")
"""In every image; python3 with its whole library, because the supervisor in the sandbox needs ctypes."""

BASE = """\
FROM patchwright/debian:{suite}
ARG SOURCES
ARG APT
RUN set -e; rm -rf /etc/apt/sources.list.d/*; printf '%s' "$SOURCES" > /etc/apt/sources.list; \\
    printf '%s' "$APT" > /etc/apt/apt.conf.d/90host; \\
    printf 'force-unsafe-io\\n' > /etc/dpkg/dpkg.cfg.d/unsafe-io; \\
    printf 'path-exclude=/usr/share/%s/*\\n' doc man locale info > /etc/dpkg/dpkg.cfg.d/slim; \\
    mkdir -p /usr/share/man/man1
{install}
RUN set -e; groupadd -g {uid} sandbox; \\
    useradd -u {uid} -g {uid} -M -d {deps}/home -s /usr/sbin/nologin sandbox; \\
    mkdir -p {deps}/home /workspace; chown -R {uid}:{uid} {deps} /workspace
"""

INSTALL = """\
RUN set -e; export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; \\
    apt-get install -qq -y --no-install-recommends {packages}; \\
    apt-get clean; rm -rf /var/lib/apt/lists/* /var/log/*.log /var/log/apt"""

UNKNOWN = "There is no image family {family!r}. The families are: {families}."


def base_dockerfile(suite: Suite) -> str:
    """The recipe of the base that all families of a suite share."""
    return BASE.format(suite=suite, install=_install(BASE_PACKAGES), uid=UID, deps=DEPS)


def base_ref(suite: Suite) -> str:
    """The base's name: `patchwright/base:<suite>-<hash of its recipe>`."""
    return f"patchwright/base:{suite}-{digest(base_dockerfile(suite).encode())[:12]}"


def dockerfile(family: str) -> str:
    """The recipe of a family's image.

    Raises: `ImageMissing` for a family that does not exist.
    """
    spec = _family(family)
    return "\n".join(filter(None, [f"FROM {base_ref(spec.suite)}", _install(spec.packages), spec.step])) + "\n"


def image_ref(family: str, overrides: Mapping[str, str] = NO_OVERRIDES) -> str:
    """The image of a family: the operator's if it is listed in `overrides`, else `patchwright/<family>:<hash>`.

    Raises: `ImageMissing` for a family that does not exist.
    """
    _family(family)
    return overrides.get(family) or f"patchwright/{family}:{digest(dockerfile(family).encode())[:12]}"


def is_present(family: str, overrides: Mapping[str, str] = NO_OVERRIDES) -> bool:
    """Whether the engine already has the family's image.

    Raises: `EngineUnavailable`, or `ImageMissing` for a family that does not exist.
    """
    ref = image_ref(family, overrides)
    with engine() as client:
        return has_image(client, ref)


def ensure_image(family: str, *, say: Say = quiet, overrides: Mapping[str, str] = NO_OVERRIDES) -> str:
    """The reference of the family's image, built (or for an operator's own image: pulled) if it is missing.

    `overrides` is the operator's list of own images by family; nothing in a repository reaches it (SB-10).
    Two processes at once build once.

    Raises: `EngineUnavailable`; `ImageMissing` with the reason and what to do.
    """
    ref = image_ref(family, overrides)
    with engine() as client:
        if has_image(client, ref):
            return ref
        with build_lock(ref, say):
            if not has_image(client, ref):
                _pull_own(client, ref, say) if family in overrides else _build_family(client, family, say)
    return ref


def build_repository_image(context: IO[bytes], dockerfile_path: str, ref: str, *, allowed: bool) -> str:
    """Build a repository's own Dockerfile, without secrets, as `ref`; `context` is its tree as a tar stream.

    `allowed` is the operator's `allow_repository_images` for this repository: no default (SB-10).

    Raises: `EngineUnavailable`; `ImageMissing` when it is not allowed or does not build.
    """
    if not allowed:
        raise ImageMissing(
            "The repository's own image is not used: the operator has not allowed it for this repository "
            "(`allow_repository_images`)."
        )
    with engine() as client, build_lock(ref):
        if not has_image(client, ref):
            build_context(client, ref, context, dockerfile_path, labels={"patchwright.image": "repository"})
    return ref


def _family(family: str) -> Family:
    if family not in FAMILIES:
        raise ImageMissing(UNKNOWN.format(family=family, families=", ".join(FAMILIES)))
    return FAMILIES[family]


def _install(packages: tuple[str, ...]) -> str:
    return INSTALL.format(packages=" ".join(packages))


def _build_family(client: "DockerClient", family: str, say: Say) -> None:
    _ensure_base(client, FAMILIES[family].suite, say)
    say(f"Building the image {image_ref(family)} (once; a minute or two) ...")
    build(client, image_ref(family), dockerfile(family), labels={"patchwright.image": family})


def _ensure_base(client: "DockerClient", suite: Suite, say: Say) -> None:
    ref = base_ref(suite)
    with build_lock(ref, say):
        if has_image(client, ref):
            return
        ensure_root(client, suite, say)
        say(f"Building the base image {ref} ...")
        args = {"SOURCES": sources(suite, host_mirror()), "APT": host_apt_settings()}
        build(client, ref, base_dockerfile(suite), args=args, labels={"patchwright.image": "base"})


def _pull_own(client: "DockerClient", ref: str, say: Say) -> None:
    from docker.errors import APIError

    say(f"Pulling the operator's image {ref} ...")
    try:
        client.images.pull(ref)
    except APIError as problem:
        raise ImageMissing(f"The operator's image {ref} is not there and cannot be pulled: {problem}") from problem
