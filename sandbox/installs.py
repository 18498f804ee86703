"""One command of the dependency step: a separate container with a network, whose result becomes an image."""

import os
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from patchwright.sandbox.base import WORKSPACE, Limits
from patchwright.sandbox.errors import SandboxError
from patchwright.sandbox.images import UID

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

LIMITS = Limits(
    memory_mb=4096, processes=1024, open_files=4096, file_mb=2048, workspace_mb=8192, tmp_mb=1024, seconds=1800.0
)
"""Of each command. `workspace_mb` bounds what it writes outside /tmp, measured every `LOOK_SECONDS`."""

LOOK_SECONDS = 2
OUTPUT_CAP = 8000


class DependencyFailure(SandboxError):
    """A command of the dependency step failed; `output` is the end of what it printed, `reason` why we ended it."""

    def __init__(self, command: tuple[str, ...], exit_code: int, output: str, reason: str = "") -> None:
        what = reason or f"it ended with status {exit_code}"
        super().__init__(
            f"Installing the dependencies failed: `{' '.join(command)}`: {what}. The end of its output:\n{output}"
        )
        self.command = command
        self.exit_code = exit_code
        self.output = output
        self.reason = reason


def run_and_commit(
    client: "DockerClient", image: str, command: tuple[str, ...], env: Mapping[str, str], limits: Limits
) -> None:
    """Run the command in a container of `image` (`name:tag`) and give that name to what it left behind.

    Raises: `DependencyFailure`; `image` is then as it was.
    """
    with _finished(client, image, command, env, limits) as container:
        repository, _, tag = image.partition(":")
        cast("Any", container).commit(repository, tag)


@contextmanager
def _finished(
    client: "DockerClient", image: str, command: tuple[str, ...], env: Mapping[str, str], limits: Limits
) -> "Generator[Container]":
    """A container in which the command ended well; removed afterwards. Raises `DependencyFailure` if not."""
    bounded = ["timeout", "--signal=KILL", str(limits.seconds + 10), *command]  # should we die meanwhile (SB-11)
    container = client.containers.create(image, bounded, **_options(env, limits))
    try:
        container.start()
        code, reason = _wait(client, container, limits)
        if code or reason:
            output = container.logs(tail=80)[-OUTPUT_CAP:].decode("utf-8", "replace")
            raise DependencyFailure(command, code, output, reason)
        yield container
    finally:
        container.remove(force=True, v=True)


def _options(env: Mapping[str, str], limits: Limits) -> dict[str, Any]:
    from docker.types import LogConfig, Ulimit

    return {
        "entrypoint": [],
        "user": f"{UID}:{UID}",
        "working_dir": WORKSPACE,
        "environment": dict(env),
        "network_mode": "bridge",
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "init": True,
        "mem_limit": f"{limits.memory_mb}m",
        "memswap_limit": f"{limits.memory_mb}m",
        "nano_cpus": int(min(limits.cpus, os.cpu_count() or 1) * 1e9),
        "pids_limit": limits.processes,
        "ulimits": [
            Ulimit(name="nofile", soft=limits.open_files, hard=limits.open_files),
            Ulimit(name="core", soft=0, hard=0),
            Ulimit(name="fsize", soft=limits.file_mb << 20, hard=limits.file_mb << 20),
        ],
        "tmpfs": {"/tmp": f"rw,nosuid,nodev,exec,size={limits.tmp_mb}m,mode=1777"},
        "log_config": LogConfig(type="json-file", config={"max-size": "2m", "max-file": "2"}),
        "labels": {"patchwright.phase": "dependencies"},
    }


def _wait(client: "DockerClient", container: "Container", limits: Limits) -> tuple[int, str]:
    """Exit status, and why we ended it ("" if it ended by itself)."""
    from requests.exceptions import ConnectionError, ReadTimeout

    deadline = time.monotonic() + limits.seconds
    while True:
        with suppress(ReadTimeout, ConnectionError):
            code = int(container.wait(timeout=LOOK_SECONDS)["StatusCode"])
            return code, _killed(container)
        if reason := _excess(client, container, limits, deadline):
            container.kill()
            return 137, reason


def _excess(client: "DockerClient", container: "Container", limits: Limits, deadline: float) -> str:
    if time.monotonic() > deadline:
        return f"it was not done after {limits.seconds:g} s and was ended"
    rows = cast("Any", client.api).containers(size=True, filters={"id": container.id})
    if any(row.get("SizeRw", 0) > limits.workspace_mb << 20 for row in rows):
        return f"it wrote more than {limits.workspace_mb} MB and was ended"
    return ""


def _killed(container: "Container") -> str:
    container.reload()
    return "it ran out of memory" if container.attrs["State"]["OOMKilled"] else ""
