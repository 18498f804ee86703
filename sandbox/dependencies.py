"""The dependency layer: what a repository's manifests ask for, installed once per content, with the network.

This is the only place where a sandbox has a network (SB-06): a separate container, before any edit,
without secrets of ours. Only `/opt/deps` survives; the result is the base image plus that one folder.
"""

import json
import os
import platform
import time
from collections.abc import Collection, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from patchwright.sandbox.base import WORKSPACE, Limits
from patchwright.sandbox.builds import build, digest, engine, has_image, use_image
from patchwright.sandbox.errors import ImageMissing, SourceRefused
from patchwright.sandbox.images import DEPS, UID
from patchwright.sandbox.installs import LIMITS, run_and_commit
from patchwright.sandbox.locks import Say, build_lock, quiet
from patchwright.sandbox.pruning import MOST_BYTES, Kept, stale
from patchwright.sandbox.truststore import PASSWORD, jks

if TYPE_CHECKING:
    from docker import DockerClient

LAYER, HOST = "patchwright.layer", "patchwright.host"
"""Labels of an unfinished layer: its name, and the host whose lock its builder holds."""

CERTIFICATES = "/etc/patchwright"
HOST_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
BUNDLE_NAMES = (
    *("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO", "CARGO_HTTP_CAINFO"),
)
"""By which the tools of each language take a certificate bundle: a company's network has its own."""

NOTHING: Mapping[str, str] = MappingProxyType({})
SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "HOME": f"{DEPS}/home",
        "LANG": "C.UTF-8",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "npm_config_cache": "/tmp/npm",
    }
)


@dataclass(frozen=True, slots=True)
class DependencyStep:
    """Commands that install dependencies, and the manifests they read, by path below `WORKSPACE`.

    Each command is an argument list, run in `WORKSPACE` as the sandbox user, each in a container of
    its own. Whatever is to stay has to be put under `/opt/deps`, the user's home there included.
    """

    family: str
    files: Mapping[str, bytes]
    commands: tuple[tuple[str, ...], ...]


def dependency_ref(step: DependencyStep, base_id: str) -> str:
    """The name of the layer by everything that decides its content: base image id, files, commands."""
    paths = sorted(step.files)
    files = [part for path in paths for part in (os.fsencode(path), step.files[path])]
    key = digest(base_id.encode(), json.dumps([step.family, step.commands]).encode(), *files)
    return f"patchwright/deps:{key[:32]}"


def ensure_dependencies(
    step: DependencyStep,
    base_image: str,
    *,
    say: Say = quiet,
    env: Mapping[str, str] = NOTHING,
    limits: Limits = LIMITS,
) -> str:
    """The image with the step's dependencies on top of `base_image`; made if it is not there.

    `env` is what the operator lists for these commands (such as an index address); it is in no image.

    Raises: `installs.DependencyFailure`, `EngineUnavailable`, `ImageMissing` (the base), `SourceRefused`
    (a path).
    """
    if not step.commands:
        return base_image
    with engine() as client:
        ref = dependency_ref(step, _image_id(client, base_image))
        if use_image(client, ref):
            return ref
        remove_abandoned(client)
        with build_lock(ref, say):
            if not has_image(client, ref):
                _install(client, ref, step, base_image, say, {**_environment(step.family), **env}, limits)
    return ref


def remove_abandoned(client: "DockerClient") -> None:
    """Remove what the dependency steps of dead processes of this host left at the engine (REL-03).

    A layer whose lock is free has no living builder.
    """
    for ref in _unfinished(client):
        with suppress(ImageMissing), build_lock(ref, seconds=0):
            for container in client.containers.list(all=True, filters={"label": f"{LAYER}={ref}"}):
                container.remove(force=True, v=True)
            _remove_image(client, _scratch(ref))


def prune_images(client: "DockerClient", needed: Collection[str], most: int = MOST_BYTES) -> list[str]:
    """Remove dependency layers and repositories' own images that nobody used for long, but none that is `needed`.

    Their bytes are the engine's figure, the shared base included. One that a container uses stays.
    """
    from docker.errors import APIError

    kept = [
        Kept(tag, int(image.attrs["Size"]), _last_use(image.attrs))
        for name in ("patchwright/deps", "patchwright/repository")
        for image in client.images.list(name=name)
        for tag in image.tags
    ]
    gone: list[str] = []
    for one in stale(kept, needed, time.time(), most):
        with suppress(APIError):
            client.images.remove(one.name)
            gone.append(one.name)
    return gone


def _last_use(image: Mapping[str, Any]) -> float:
    """When the engine was told its name last; `use_image` does that."""
    metadata: Mapping[str, Any] = image.get("Metadata") or {}
    told = str(metadata.get("LastTagTime") or "")
    return datetime.fromisoformat(str(image["Created"]) if told < "1970" else told).timestamp()


def _unfinished(client: "DockerClient") -> set[str]:
    images = client.images.list(filters={"label": [LAYER, f"{HOST}={platform.node()}"]})
    return {str(image.labels[LAYER]) for image in images}


def _scratch(ref: str) -> str:
    return ref.replace("patchwright/deps", "patchwright/scratch")


def host_certificates(environ: Mapping[str, str]) -> bytes:
    """The host's certificate bundle (PEM), which the network of the host may need; b"" if there is none."""
    for path in (environ.get("SSL_CERT_FILE"), HOST_BUNDLE):
        if path and Path(path).is_file():
            return Path(path).read_bytes()
    return b""


def _environment(family: str) -> dict[str, str]:
    found = dict(SETTINGS)
    if host_certificates(os.environ):
        found |= dict.fromkeys(BUNDLE_NAMES, f"{CERTIFICATES}/ca.pem")
        if family.startswith("java"):
            store = f"{CERTIFICATES}/ca.jks"
            options = f"-Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStorePassword={PASSWORD}"
            found |= {"MAVEN_OPTS": options, "GRADLE_OPTS": options}
    return found


def _install(
    client: "DockerClient", ref: str, step: DependencyStep, base: str, say: Say, env: Mapping[str, str], limits: Limits
) -> None:
    scratch = _scratch(ref)
    labels = {"patchwright.image": "scratch", LAYER: ref, HOST: platform.node()}
    with ExitStack() as leftovers:
        leftovers.callback(_remove_image, client, scratch)
        build(client, scratch, *_start(step, base), labels=labels)  # its containers inherit them
        for command in step.commands:
            say(f"Installing dependencies, with network and without secrets: {shown(command)}")
            run_and_commit(client, scratch, command, env, limits)
        keep = f"FROM {base}\nCOPY --from={scratch} --chown={UID}:{UID} {DEPS}/ {DEPS}/\n"
        build(client, ref, keep, labels={"patchwright.image": "dependencies"})


def shown(command: tuple[str, ...]) -> str:
    """A command on one line that a person can take in; of a script, its first line."""
    words = " ".join(command).strip().splitlines()
    return words[0][:150] + (" ..." if len(words) > 1 or len(words[0]) > 150 else "")


def _start(step: DependencyStep, base: str) -> tuple[str, dict[str, bytes]]:
    """A Dockerfile and its context: the base with manifests and certificates laid in as data."""
    bundle = host_certificates(os.environ)
    certificates = {"ca/ca.pem": bundle, "ca/ca.jks": jks(bundle)}
    files = {f"workspace/{_checked(path)}": content for path, content in step.files.items()}
    lines = [f"FROM {base}", f"COPY ca/ {CERTIFICATES}/"]
    if files:
        lines.append(f"COPY --chown={UID}:{UID} workspace/ {WORKSPACE}/")
    return "\n".join(lines), certificates | files


def _checked(path: str) -> str:
    if path.startswith("/") or ".." in PurePosixPath(path).parts or not path.isprintable():
        raise SourceRefused(f"The manifest {path!r} is not a plain path inside the repository.")
    return path


def _image_id(client: "DockerClient", ref: str) -> str:
    from docker.errors import ImageNotFound

    try:
        return str(client.images.get(ref).id)
    except ImageNotFound as problem:
        raise ImageMissing(
            f"The image {ref} is not there. Build it first (`patchwright doctor` says how)."
        ) from problem


def _remove_image(client: "DockerClient", ref: str) -> None:
    from docker.errors import ImageNotFound

    with suppress(ImageNotFound):
        client.images.remove(ref, force=True)
