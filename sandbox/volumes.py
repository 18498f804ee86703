"""Frozen trees in volumes: filled once, then mounted read-only by every sandbox that plans on them (APR-01).

A volume counts only when its marker names it: a second, empty volume that is made after the filling.
So a crash in the middle leaves something that nobody uses, and two who fill at once settle on one.
"""

import contextlib
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any

from patchwright.sandbox.base import Sandbox, Spec, Tree
from patchwright.sandbox.container import LABEL_BYTES, LABEL_INSTANCE, LABEL_RUN, LABEL_TREE, LABEL_VOLUME, Mount
from patchwright.sandbox.engine import SECONDS, Client, EngineConflict, within
from patchwright.sandbox.errors import SelfCheckFailed
from patchwright.sandbox.fill import fill
from patchwright.sandbox.pruning import FRESH

FILLED_AT = "/var/tmp"
"""Where a volume is filled: a new one takes over this folder's mode 1777, so that the sandbox user may write."""

RETRIES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds between tries to remove a volume that is in use."""

TREE_MB = 8192
"""The largest tree that a volume takes; how large a repository's may be is said where it is opened."""

OpenFiller = Callable[[Spec, Mount], AbstractContextManager[Sandbox]]


def tree_volume(client: Client, instance: str, spec: Spec, tree: Tree, open_filler: OpenFiller) -> str:
    """The name of a complete volume with the tree, filled now if there is none yet."""
    known = find_tree_volume(client, tree.key)
    if known:
        _mark_use(client, tree.key, spec.run_id)
        return known
    marker = marker_name(tree.key)
    remove_volume(client, marker)
    size = {LABEL_BYTES: str(tree.size.bytes)}
    own = {LABEL_INSTANCE: instance, LABEL_RUN: spec.run_id, LABEL_TREE: tree.key, **size}
    name = f"{marker}-{secrets.token_hex(4)}"
    create_volume(client, name, own)
    try:
        place = Mount(name, FILLED_AT, writable=True, copied=True)
        with open_filler(replace(spec, network=False), place) as filler:
            _refuse_leftovers(filler)
            fill(filler, tree, replace(spec.limits, workspace_mb=TREE_MB))
    except BaseException:
        remove_volume(client, name)
        raise
    settled = str(create_volume(client, marker, {**own, LABEL_VOLUME: name})["Labels"][LABEL_VOLUME])
    if settled != name:
        remove_volume(client, name)
    return settled


def find_tree_volume(client: Client, key: str) -> str:
    """The name of the complete volume with this tree, or ""."""
    name = (volume_labels(client, marker_name(key)) or {}).get(LABEL_VOLUME, "")
    return name if name and is_tree_volume(client, name, key) else ""


def last_use(volume: Mapping[str, Any]) -> float:
    """When a volume was made; for a marker, when its tree was used last. Seconds since the epoch."""
    return datetime.fromisoformat(str(volume["CreatedAt"])).timestamp()


def _mark_use(client: Client, key: str, run_id: str) -> None:
    """The marker is made anew, since nothing in a volume's description can be changed; now and then is enough.

    A crash in between leaves a tree without a marker: it is filled again, and the old one is removed.
    """
    marker = inspect_volume(client, marker_name(key))
    if marker and time.time() - last_use(marker) > FRESH.total_seconds() / 2:
        remove_volume(client, marker["Name"])
        create_volume(client, marker["Name"], {**marker["Labels"], LABEL_RUN: run_id})


def marker_name(key: str) -> str:
    """The name of the volume that says where a tree lies; keys may be any text."""
    return f"patchwright-tree-{hashlib.sha256(key.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}"


def is_tree_volume(client: Client, name: str, key: str) -> bool:
    """Whether this volume is there and was made for that tree (the engine makes missing ones up on mounting)."""
    return (volume_labels(client, name) or {}).get(LABEL_TREE) == key


def volume_labels(client: Client, name: str) -> dict[str, str] | None:
    """The labels of a volume, or None if there is none of that name."""
    found = inspect_volume(client, name)
    return None if found is None else dict(found.get("Labels") or {})


def inspect_volume(client: Client, name: str) -> Mapping[str, Any] | None:
    """What the engine says of a volume, or None if there is none of that name."""
    from docker.errors import NotFound

    try:
        found: Mapping[str, Any] = within(SECONDS, "describe a volume", lambda: client.inspect_volume(name))
    except NotFound:
        return None
    return found


def remove_volume(client: Client, name: str) -> None:
    """Remove a volume if it is there; one whose last container is just going is waited for a moment.

    One that stays in use is left to the reaper. Raises `EngineUnavailable`.
    """
    from docker.errors import NotFound

    for pause in RETRIES:
        with contextlib.suppress(EngineConflict):
            with contextlib.suppress(NotFound):
                within(SECONDS, f"remove the volume {name}", lambda: client.remove_volume(name))
            return
        time.sleep(pause)


def create_volume(
    client: Client, name: str, labels: Mapping[str, str], options: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    """Make a volume, if there is none of that name; gives back what the engine says of it."""
    made: Mapping[str, Any] = within(
        SECONDS,
        "create a volume",
        lambda: client.create_volume(name, driver="local", driver_opts=dict(options or {}), labels=dict(labels)),
    )
    return made


def _refuse_leftovers(filler: Sandbox) -> None:
    found = filler.run(["find", ".", "-mindepth", "1", "-maxdepth", "1"], timeout=SECONDS)
    if found.output or not found.ok:
        raise SelfCheckFailed(
            f"The image's {FILLED_AT} is not an empty folder, so a tree cannot be frozen with it: {found.text[:200]}"
        )
