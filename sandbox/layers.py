"""Private layers: above a tree that lies frozen in a volume comes a layer of its own; nothing is copied (SB-02).

The engine mounts it, as a volume whose file system is an overlay of three others, by their places on the engine's
machine; we never open one of them. Two of the four are shown in the sandbox as well, read-only: the frozen tree, which
holds it against removal, and the private layer, where the supervisor measures what commands wrote (RES-03).
"""

import contextlib
import secrets
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from patchwright.sandbox.base import WORKSPACE, Limits, Size, Spec
from patchwright.sandbox.container import LABEL_INSTANCE, LABEL_LAYER, LABEL_RUN, USER, Mount
from patchwright.sandbox.engine import SECONDS, Client, within
from patchwright.sandbox.errors import EngineUnavailable, LayerRefused
from patchwright.sandbox.volumes import create_volume, inspect_volume, remove_volume

LOWER_AT, UPPER_AT = "/mnt", "/media"
"""Where the frozen tree and the private layer are shown."""

FLAGS = "nosuid,nodev"
MODE = "redirect_dir=on,volatile"
"""A folder of the tree can be renamed; nothing waits for the disk, since no layer outlives its sandbox."""

WORTH = 32 << 20
"""Bytes of a tree from which on a copy (7 ms each MB) costs more than what commands lose by writing to a disk."""

Way = Literal["copy", "layer"]
Choose = Callable[[Size, Limits, bool], Way]


def choose(size: Size, limits: Limits, warm: bool) -> Way:
    """How a sandbox gets its tree: copied into memory, or as a layer above a frozen one.

    A layer where the copy would leave commands less than half of the workspace, and where the frozen
    tree is there already (`warm`) and worth it.
    """
    crowded = 2 * size.bytes > limits.workspace_mb << 20 or 2 * size.entries > limits.workspace_inodes
    return "layer" if crowded or (warm and size.bytes >= WORTH) else "copy"


@contextmanager
def layer(client: Client, instance: str, spec: Spec, lower: str) -> Generator[list[Mount]]:
    """A private layer above the volume `lower`, as what has to be mounted; removed in the end, in the background.

    Raises `LayerRefused`, `ImageMissing` or `EngineUnavailable`.
    """
    name = f"patchwright-layer-{secrets.token_hex(8)}"
    names = [f"{name}-merged", f"{name}-upper", f"{name}-work"]
    labels = {LABEL_INSTANCE: instance, LABEL_RUN: spec.run_id, LABEL_LAYER: lower}
    try:
        upper, work = (_place(create_volume(client, one, labels)) for one in names[1:])
        places = f"lowerdir={_place(inspect_volume(client, lower) or {})},upperdir={upper},workdir={work}"
        options = {"type": "overlay", "device": "overlay", "o": f"{FLAGS},{places},{MODE}"}
        create_volume(client, names[0], labels, options)
        _own_root(client, spec.image, names[1], labels)
        yield [
            Mount(names[0], WORKSPACE, writable=True, options=(*FLAGS.split(","), *places.split(","))),
            Mount(names[1], UPPER_AT),
            Mount(lower, LOWER_AT),
        ]
    finally:
        threading.Thread(target=_remove, args=(client, names), name="remove a layer").start()


def _own_root(client: Client, image: str, upper: str, labels: Mapping[str, str]) -> None:
    """The root of the workspace has to belong to the sandbox user, whom nobody there may give anything.

    So the new volume takes over the image's own folder, in a container that is made and never started.
    """
    taking = client.create_host_config(binds=[Mount(upper, WORKSPACE, writable=True, copied=True).bind])
    made: Mapping[str, Any] = within(
        SECONDS,
        f"create a container from {image}",
        lambda: client.create_container(image, ["true"], host_config=taking, labels=dict(labels)),
    )
    within(SECONDS, "remove a container", lambda: client.remove_container(made["Id"]))


def check_layer(told: str | None, limits: Limits) -> None:
    """`told` is what the supervisor says of the layer: owner of its root, entries in it, and what the disk takes.

    None without a layer. Raises `LayerRefused` if the image gave it no folder of its own, or if commands could
    fill the disk before they pass their limits.
    """
    if told is None:
        return
    owner, content, size, entries = map(int, told.split())
    if owner != USER or content:
        raise LayerRefused(f"The image's {WORKSPACE} is no empty folder of the sandbox user.", lasting=False)
    if size < 2 * limits.workspace_mb << 20 or entries < 2 * limits.workspace_inodes:
        raise LayerRefused(f"The engine's disk has only {size >> 20} MB left.", lasting=False)


def mount_refused(error: EngineUnavailable) -> bool:
    """Whether the engine could not start a container because it could not make a volume's file system."""
    return "failed to mount local volume" in str(error)


def _place(volume: Mapping[str, object]) -> str:
    """Where a volume lies on the engine's machine, as the kernel can read it in a list of options."""
    place = str(volume.get("Mountpoint", ""))
    if not place or set(place) & set(",:\\= "):
        raise LayerRefused(f"The engine keeps volumes in {place!r}, which no overlay can name.", lasting=True)
    return place


def _remove(client: Client, names: list[str]) -> None:
    """What is in use by a container that will not end is left to the reaper."""
    for name in names:
        with contextlib.suppress(EngineUnavailable):
            remove_volume(client, name)
