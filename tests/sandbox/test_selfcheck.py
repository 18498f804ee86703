"""The self-check finds every single difference (SB-13)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from patchwright.sandbox.base import Limits, Spec
from patchwright.sandbox.container import Mount, check_memory, host_config, labels, tmpfs
from patchwright.sandbox.errors import SelfCheckFailed
from patchwright.sandbox.selfcheck import check

SPEC = Spec("image", "run", "executing")
STATUS = """Name:\tpython3
Uid:\t65532\t65532\t65532\t65532
Gid:\t65532\t65532\t65532\t65532
Groups:\t65532 
CapInh:\t0000000000000000
CapPrm:\t0000000000000000
CapEff:\t0000000000000000
CapBnd:\t0000000000000000
CapAmb:\t0000000000000000
NoNewPrivs:\t1
Seccomp:\t2
"""
LIMITS = """Limit                     Soft Limit           Hard Limit           Units
Max file size             268435456            268435456            bytes
Max core file size        0                    0                    bytes
Max open files            1024                 1024                 files
"""
MOUNTS = """75 50 0:39 / / ro,relatime master:2 - overlay overlay rw,lowerdir=/x
76 75 0:42 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
77 75 0:43 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
91 77 0:47 / /dev/shm rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=65536k,nr_inodes=4000
79 75 0:45 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
92 75 0:48 / /tmp rw,nosuid,nodev,relatime - tmpfs tmpfs rw,size=262144k,nr_inodes=40000
93 75 0:49 / /workspace rw,nosuid,nodev,relatime - tmpfs tmpfs rw,size=1048576k,nr_inodes=200000,mode=700,uid=65532
"""
NET = "Inter-|   Receive\n face |bytes\n    lo:       0       0\n"


def facts() -> dict[str, str]:
    return {
        "pid": "1",
        "/proc/self/status": STATUS,
        "/proc/self/limits": LIMITS,
        "/proc/self/mountinfo": MOUNTS,
        "/proc/self/net/dev": NET,
        "/sys/fs/cgroup/pids/pids.max": "256\n",
        "/sys/fs/cgroup/memory.max": f"{2048 << 20}\n",
    }


def inspected(spec: Spec = SPEC, mounts: Sequence[Mount] = ()) -> dict[str, Any]:
    asked = host_config(spec, mounts)
    return {
        "Config": {"User": "65532:65532"},
        "Mounts": [{"Type": "volume", "Destination": mount.place} for mount in mounts],
        "HostConfig": {
            "ReadonlyRootfs": True,
            "Privileged": False,
            "CapDrop": ["ALL"],
            "CapAdd": None,
            "SecurityOpt": ["no-new-privileges"],
            "NetworkMode": "none",
            "IpcMode": "private",
            "PidsLimit": 256,
            "Memory": 2048 << 20,
            "MemorySwap": 2048 << 20,
            "CpuQuota": 200_000,
            "Tmpfs": asked["tmpfs"],
            "AutoRemove": True,
        },
    }


def test_what_was_asked_for_passes() -> None:
    check(SPEC, inspected(), facts())


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("pid", "1", "7"),
        ("/proc/self/status", "Uid:\t65532", "Uid:\t0"),
        ("/proc/self/status", "Gid:\t65532\t65532", "Gid:\t65532\t0"),
        ("/proc/self/status", "Groups:\t65532", "Groups:\t65532 0"),
        ("/proc/self/status", "CapBnd:\t0000000000000000", "CapBnd:\t00000000a80425fb"),
        ("/proc/self/status", "CapAmb:\t0000000000000000\n", ""),
        ("/proc/self/status", "NoNewPrivs:\t1", "NoNewPrivs:\t0"),
        ("/proc/self/status", "Seccomp:\t2", "Seccomp:\t0"),
        ("/proc/self/limits", "Max open files            1024  ", "Max open files            20000 "),
        (
            "/proc/self/limits",
            "Max core file size        0                    0",
            "Max core file size        0                    unlimited",
        ),
        ("/proc/self/limits", "Max file size", "Max nothing"),
        ("/proc/self/mountinfo", "/ / ro,", "/ / rw,"),
        ("/proc/self/mountinfo", "size=262144k", "size=9262144k"),
        ("/proc/self/mountinfo", ",nr_inodes=200000", ""),
        ("/proc/self/mountinfo", "/tmp rw,nosuid,nodev", "/tmp rw,nodev"),
        ("/proc/self/mountinfo", "/sys ro", "/sys rw"),
        ("/proc/self/mountinfo", "\n79", "\n99 75 8:1 / /host rw,relatime - ext4 /dev/vda rw\n79"),
        ("/proc/self/mountinfo", MOUNTS, ""),
        ("/proc/self/net/dev", "    lo:", "  eth0: 0\n    lo:"),
        ("/sys/fs/cgroup/pids/pids.max", "256", "max"),
        ("/sys/fs/cgroup/memory.max", "2147483648", "max"),
    ],
)
def test_any_difference_inside_ends_the_run(path: str, old: str, new: str) -> None:
    changed = facts()
    assert old in changed[path]
    changed[path] = changed[path].replace(old, new)
    with pytest.raises(SelfCheckFailed, match="Nothing was copied in"):
        check(SPEC, inspected(), changed)


@pytest.mark.parametrize(
    "change",
    [
        {"ReadonlyRootfs": False},
        {"Privileged": True},
        {"CapDrop": None},
        {"CapAdd": ["SYS_ADMIN"]},
        {"SecurityOpt": []},
        {"SecurityOpt": ["no-new-privileges", "seccomp=unconfined"]},
        {"NetworkMode": "bridge"},
        {"IpcMode": "host"},
        {"PidMode": "host"},
        {"PidsLimit": 0},
        {"Memory": 0},
        {"MemorySwap": -1},
        {"CpuQuota": 0},
        {"Tmpfs": {}},
        {"AutoRemove": False},
        {"Devices": [{"PathOnHost": "/dev/kvm"}]},
    ],
)
def test_any_difference_outside_ends_the_run(change: Mapping[str, object]) -> None:
    found = inspected()
    found["HostConfig"] |= change
    with pytest.raises(
        SelfCheckFailed, match=next(iter(change)) if "SecurityOpt" not in change else "security options"
    ):
        check(SPEC, found, facts())


def mounted_socket(found: dict[str, Any]) -> None:
    found["Mounts"] = [{"Type": "bind", "Destination": "/var/run/docker.sock"}]


def root(found: dict[str, Any]) -> None:
    found["Config"]["User"] = ""


@pytest.mark.parametrize("spoil", [mounted_socket, root])
def test_a_mount_or_user_that_nobody_asked_for_ends_the_run(spoil: Callable[[dict[str, Any]], None]) -> None:
    found = inspected()
    spoil(found)
    with pytest.raises(SelfCheckFailed):
        check(SPEC, found, facts())


def test_a_frozen_tree_must_be_read_only_and_needs_no_tmpfs_for_the_workspace() -> None:
    frozen = replace(SPEC, read_only=True)
    given = facts()
    lines = [line for line in MOUNTS.splitlines() if "/workspace" not in line]
    volume = "93 75 254:0 /volumes/x /workspace ro,relatime - ext4 /dev/vda rw"
    given["/proc/self/mountinfo"] = "\n".join([*lines, volume])
    found = inspected(frozen, [Mount("x", "/workspace")])
    check(frozen, found, given, [Mount("x", "/workspace")])
    given["/proc/self/mountinfo"] = "\n".join([*lines, volume.replace(" ro,", " rw,")])
    with pytest.raises(SelfCheckFailed, match=r"/workspace \(ext4\) is writable"):
        check(frozen, found, given, [Mount("x", "/workspace")])


def test_a_layer_must_be_the_one_that_was_asked_for() -> None:
    options = ("nosuid", "nodev", "lowerdir=/v/l", "upperdir=/v/u", "workdir=/v/w")
    mounts = [Mount("m", "/workspace", writable=True, options=options), Mount("u", "/var/tmp"), Mount("l", "/mnt")]
    lines = [line for line in MOUNTS.splitlines() if "/workspace" not in line]
    layer = (
        "93 75 0:50 / /workspace rw,nosuid,nodev,relatime - overlay overlay rw,lowerdir=/v/l,upperdir=/v/u,workdir=/v/w"
    )
    below = [f"94 75 254:0 /v/{at[1]} {at} ro,relatime - ext4 /dev/vda rw" for at in ("/var/tmp", "/mnt")]
    given = facts() | {"/proc/self/mountinfo": "\n".join([*lines, layer, *below])}
    check(SPEC, inspected(SPEC, mounts), given, mounts)
    for old, new in (("upperdir=/v/u", "upperdir=/v/other"), ("lowerdir=/v/l,", ""), ("rw,nosuid,nodev", "rw,nodev")):
        given["/proc/self/mountinfo"] = "\n".join([*lines, layer.replace(old, new), *below])
        with pytest.raises(SelfCheckFailed, match=r"/workspace is overlay with .* without"):
            check(SPEC, inspected(SPEC, mounts), given, mounts)
    given["/proc/self/mountinfo"] = "\n".join([*lines, layer, *below]).replace("/mnt ro", "/mnt rw")
    with pytest.raises(SelfCheckFailed, match=r"/mnt \(ext4\) is writable"):
        check(SPEC, inspected(SPEC, mounts), given, mounts)


def test_another_runtime_must_be_the_one_that_was_asked_for() -> None:
    """SB-08"""
    given = facts()
    given["/proc/self/status"] = STATUS.replace("Seccomp:\t2", "Seccomp:\t0")
    found = inspected()
    with pytest.raises(SelfCheckFailed, match="runtime is None instead of 'runsc'"):
        check(SPEC, found, given, runtime="runsc")
    found["HostConfig"]["Runtime"] = "runsc"
    check(SPEC, found, given, runtime="runsc")


def test_full_tmpfs_leave_128_mb_of_the_memory_limit() -> None:
    """RES-02"""
    fitting = Limits(memory_mb=1000, workspace_mb=500, tmp_mb=308)
    check_memory(replace(SPEC, limits=fitting))
    check_memory(replace(SPEC, limits=replace(fitting, workspace_mb=10_000)), [Mount("x", "/workspace")])
    with pytest.raises(SelfCheckFailed, match="at least 1001 MB"):
        check_memory(replace(SPEC, limits=replace(fitting, tmp_mb=309)))


def test_labels_and_places_are_as_the_reaper_and_the_requirements_want_them() -> None:
    assert labels("me", SPEC) == {
        "patchwright.instance": "me",
        "patchwright.run": "run",
        "patchwright.phase": "executing",
    }
    assert set(tmpfs(SPEC)) == {"/tmp", "/dev/shm", "/workspace"}
    assert all("nosuid,nodev" in options and "nr_inodes=" in options for options in tmpfs(SPEC).values())
