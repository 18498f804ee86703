"""What is asked of the engine for one sandbox: pure data, compared with what it gives by the self-check."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from patchwright.sandbox.base import WORKSPACE, Limits, Spec
from patchwright.sandbox.errors import SelfCheckFailed

USER = 65532
"""Uid and gid of everything in a sandbox; no account of the host has it (SB-03)."""

SHM_MB = 64
SHM_INODES = 4_000
SPARE_MB = 128
"""Memory that processes have left when all tmpfs are full (RES-02)."""

CPU_PERIOD = 100_000

KERNEL_OF_ITS_OWN = "runsc"
"""What such runtimes are called: nothing of the host's kernel is seen there, neither its filters nor its layers."""

BASE_ENV = {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
"""Beside the image's own environment, such as PATH."""

LABEL_INSTANCE, LABEL_RUN, LABEL_PHASE = "patchwright.instance", "patchwright.run", "patchwright.phase"
LABEL_TREE, LABEL_VOLUME, LABEL_LAYER = "patchwright.tree", "patchwright.volume", "patchwright.layer-of"
LABEL_BYTES = "patchwright.bytes"


@dataclass(frozen=True, slots=True)
class Mount:
    """A volume in a sandbox. A new one may take over the content and mode of the image's folder (`copied`).

    `options` are what the kernel has to show of a file system that the volume makes by itself.
    """

    volume: str
    place: str
    writable: bool = False
    copied: bool = False
    options: tuple[str, ...] = ()

    @property
    def bind(self) -> str:
        """As the engine wants it."""
        flags = [*([] if self.writable else ["ro"]), *([] if self.copied else ["nocopy"])]
        return ":".join([self.volume, self.place, *([",".join(flags)] if flags else [])])


def labels(instance: str, spec: Spec) -> dict[str, str]:
    """What the reaper finds a container by (REL-03)."""
    return {LABEL_INSTANCE: instance, LABEL_RUN: spec.run_id, LABEL_PHASE: spec.phase}


def tmpfs(spec: Spec, mounts: Sequence[Mount] = ()) -> dict[str, str]:
    """The writable places: sized and inode-limited (SB-04). /tmp is executable because builds run there.

    The tree lies in one too, unless it lies in volumes.
    """
    limits = spec.limits
    own = f"uid={USER},gid={USER}"
    places = {
        "/tmp": f"rw,nosuid,nodev,exec,size={limits.tmp_mb}m,nr_inodes={limits.tmp_inodes},mode=1777",
        "/dev/shm": f"rw,nosuid,nodev,noexec,size={SHM_MB}m,nr_inodes={SHM_INODES},mode=1777",
    }
    if not mounts:
        size = f"size={limits.workspace_mb}m,nr_inodes={limits.workspace_inodes}"
        places[WORKSPACE] = f"rw,nosuid,nodev,exec,{size},{own},mode=0700"
    return places


def check_memory(spec: Spec, mounts: Sequence[Mount] = ()) -> None:
    """Raises `SelfCheckFailed` if full tmpfs would leave commands without memory (RES-02)."""
    limits = spec.limits
    needed = limits.tmp_mb + SHM_MB + SPARE_MB + (0 if mounts else limits.workspace_mb)
    if limits.memory_mb < needed:
        raise SelfCheckFailed(
            f"A sandbox with {limits.memory_mb} MB of memory cannot hold a workspace of {limits.workspace_mb} MB and "
            f"a /tmp of {limits.tmp_mb} MB: allow it at least {needed} MB of memory, or smaller ones."
        )


def host_config(spec: Spec, mounts: Sequence[Mount] = (), *, runtime: str = "") -> dict[str, Any]:
    """Arguments for docker-py's `create_host_config`: the reference flags of the security requirements."""
    limits = spec.limits
    return {
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "privileged": False,
        "network_mode": "bridge" if spec.network else "none",
        "ipc_mode": "private",
        "pids_limit": limits.processes,
        "mem_limit": limits.memory_mb << 20,
        "memswap_limit": limits.memory_mb << 20,
        "cpu_period": CPU_PERIOD,
        "cpu_quota": int(limits.cpus * CPU_PERIOD),
        "tmpfs": tmpfs(spec, mounts),
        "ulimits": [ulimit(*one) for one in ulimits(limits)],
        "sysctls": {"kernel.shm_rmid_forced": "1"},  # no System V memory outlives its processes (RES-06)
        "log_config": {"type": "none"},
        "auto_remove": True,
        **({"runtime": runtime} if runtime else {}),
        **({"binds": [mount.bind for mount in mounts]} if mounts else {}),
    }


def ulimits(limits: Limits) -> list[tuple[str, int]]:
    """Name and value, soft and hard (RES-01, RES-03)."""
    return [("nofile", limits.open_files), ("core", 0), ("fsize", limits.file_mb << 20)]


def ulimit(name: str, value: int) -> dict[str, Any]:
    """One of them as the engine wants it."""
    return {"Name": name, "Soft": value, "Hard": value}
