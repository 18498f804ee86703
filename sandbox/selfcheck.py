"""Compares what the engine gave with what was asked, from outside and from inside (SB-13)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from patchwright.sandbox.base import Spec
from patchwright.sandbox.container import KERNEL_OF_ITS_OWN, USER, Mount, host_config, tmpfs, ulimits
from patchwright.sandbox.errors import SelfCheckFailed

WRITABLE = ("/proc", "/dev", "/sys/fs/cgroup")
"""Mounts of the runtime that are not read-only as such; what lies in them belongs to root."""

ROWS = {"nofile": "Max open files", "core": "Max core file size", "fsize": "Max file size"}
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")


def check(
    spec: Spec,
    inspected: Mapping[str, Any],
    facts: Mapping[str, str],
    mounts: Sequence[Mount] = (),
    *,
    runtime: str = "",
) -> None:
    """Raises `SelfCheckFailed` naming every difference. `mounts` are the volumes that we asked for."""
    found = [*outside(spec, inspected, runtime, mounts), *inside(spec, facts, runtime, mounts)]
    if found:
        raise SelfCheckFailed(
            "The container engine did not give the isolation that was asked for: "
            f"{'; '.join(found)}. Nothing was copied in. See `patchwright doctor`."
        )


def outside(spec: Spec, inspected: Mapping[str, Any], runtime: str, mounts: Sequence[Mount]) -> Iterator[str]:
    """Differences in the engine's own description of the container."""
    given: Mapping[str, Any] = inspected["HostConfig"]
    asked = host_config(spec, mounts, runtime=runtime)
    expected = {
        "ReadonlyRootfs": True,
        "Privileged": False,
        "CapDrop": asked["cap_drop"],
        "NetworkMode": asked["network_mode"],
        "IpcMode": asked["ipc_mode"],
        "PidsLimit": asked["pids_limit"],
        "Memory": asked["mem_limit"],
        "MemorySwap": asked["memswap_limit"],
        "CpuQuota": asked["cpu_quota"],
        "Tmpfs": asked["tmpfs"],
        "AutoRemove": True,
    }
    for key, value in expected.items():
        if given.get(key) != value:
            yield f"{key} is {given.get(key)!r} instead of {value!r}"
    for key in ("CapAdd", "Devices", "DeviceRequests", "VolumesFrom", "GroupAdd", "PidMode", "UTSMode"):
        if given.get(key):
            yield f"{key} is {given[key]!r} instead of nothing"
    if runtime and given.get("Runtime") != runtime:
        yield f"the runtime is {given.get('Runtime')!r} instead of {runtime!r}"
    if inspected["Config"].get("User") != f"{USER}:{USER}":
        yield f"the user is {inspected['Config'].get('User')!r}"
    options: Sequence[str] = given.get("SecurityOpt") or ()
    if "no-new-privileges" not in options or any("unconfined" in option or "disable" in option for option in options):
        yield f"the security options are {options!r}"
    mounted = sorted(mount["Destination"] for mount in inspected.get("Mounts") or () if mount.get("Type") != "tmpfs")
    wanted = sorted(mount.place for mount in mounts)
    if mounted != wanted:
        yield f"the mounts are {mounted!r} instead of {wanted!r}"


def inside(spec: Spec, facts: Mapping[str, str], runtime: str, mounts: Sequence[Mount]) -> Iterator[str]:
    """Differences in what the kernel tells the supervisor."""
    if facts.get("pid") != "1":
        yield f"the supervisor is process {facts.get('pid')} instead of 1"
    yield from _status(
        fields(facts.get("/proc/self/status", "")), kernel_of_its_own=runtime.startswith(KERNEL_OF_ITS_OWN)
    )
    yield from _limits(spec, facts.get("/proc/self/limits", ""))
    yield from _mounts(spec, facts.get("/proc/self/mountinfo", ""), mounts)
    yield from _cgroup(spec, facts)
    networks = interfaces(facts.get("/proc/self/net/dev", ""))
    if not spec.network and networks - {"lo"}:
        yield f"there are network interfaces: {', '.join(sorted(networks))}"


def fields(status: str) -> dict[str, str]:
    """The "Name: value" lines of /proc/self/status."""
    pairs = (line.partition(":") for line in status.splitlines())
    return {name: " ".join(value.split()) for name, _, value in pairs}


def interfaces(table: str) -> set[str]:
    """The names of /proc/self/net/dev."""
    return {line.partition(":")[0].strip() for line in table.splitlines() if ":" in line}


def _status(status: Mapping[str, str], *, kernel_of_its_own: bool) -> Iterator[str]:
    for name in ("Uid", "Gid"):
        if status.get(name) != " ".join([str(USER)] * 4):
            yield f"{name} is {status.get(name)!r}"
    if not set(status.get("Groups", "").split()) <= {str(USER)}:
        yield f"the groups are {status.get('Groups')!r}"
    for name in CAPABILITIES:
        if status.get(name, "missing").strip("0"):
            yield f"{name} is {status.get(name)!r}"
    if status.get("NoNewPrivs") != "1":
        yield "new privileges can be gained"
    if status.get("Seccomp") != "2" and not kernel_of_its_own:
        yield "no seccomp filter is active"


def _limits(spec: Spec, table: str) -> Iterator[str]:
    lines = table.splitlines()
    for name, value in ulimits(spec.limits):
        row = next((line for line in lines if line.startswith(ROWS[name])), "")
        if row[len(ROWS[name]) :].split()[:2] != [str(value)] * 2:
            yield f"the limit {name} is {row!r} instead of {value}"


def _mounts(spec: Spec, table: str, asked_for: Sequence[Mount]) -> Iterator[str]:
    mounts = {place: (options, kind, more) for place, options, kind, more in map(_mount, table.splitlines())}
    if "ro" not in mounts.get("/", (set[str](), "", ""))[0]:
        yield "the root file system is writable"
    for place, asked in tmpfs(spec, asked_for).items():
        options, kind, more = mounts.pop(place, (set[str](), "nothing", ""))
        wanted = set(asked.split(","))
        size = next(option for option in wanted if option.startswith("size="))
        inodes = next(option for option in wanted if option.startswith("nr_inodes="))
        if kind != "tmpfs" or inodes not in more.split(",") or _kilobytes(size) not in more.split(","):
            yield f"{place} is {kind} with {more!r} instead of a tmpfs with {size} and {inodes}"
        if not wanted & {"nosuid", "nodev"} <= options:
            yield f"{place} is mounted {','.join(sorted(options))}"
    for mount in asked_for:
        yield from _volume(mount, *mounts.pop(mount.place, (set[str](), "nothing", "")))
    for place, (options, kind, _) in mounts.items():
        if "rw" in options and not place.startswith(WRITABLE):
            yield f"{place} ({kind}) is writable"


def _volume(mount: Mount, options: set[str], kind: str, more: str) -> Iterator[str]:
    if not mount.writable and "ro" not in options:
        yield f"{mount.place} ({kind}) is writable"
    missing = set(mount.options) - options - set(more.split(","))
    if missing:
        yield f"{mount.place} is {kind} with {','.join(sorted(options))},{more} without {','.join(sorted(missing))}"


def _mount(line: str) -> tuple[str, set[str], str, str]:
    """Place, options, type and the file system's own options of a line of mountinfo."""
    before, _, after = line.partition(" - ")
    words, rest = before.split(), after.split()
    return words[4], set(words[5].split(",")), rest[0], rest[2] if len(rest) > 2 else ""


def _kilobytes(size: str) -> str:
    """ "size=64m" as the kernel writes it back."""
    return f"size={int(size[5:-1]) * 1024}k"


def _cgroup(spec: Spec, facts: Mapping[str, str]) -> Iterator[str]:
    wanted = {"pids.max": spec.limits.processes, "memory": spec.limits.memory_mb << 20}
    for path, text in facts.items():
        name = path.rpartition("/")[2].replace("memory.limit_in_bytes", "memory").replace("memory.max", "memory")
        if path.startswith("/sys/fs/cgroup") and text.strip() != str(wanted[name]):
            yield f"{path} is {text.strip()} instead of {wanted[name]}"
