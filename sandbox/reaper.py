"""Finds and removes what dead runs left at the engine, by label (REL-03)."""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from patchwright.sandbox.container import LABEL_INSTANCE, LABEL_LAYER, LABEL_RUN, LABEL_TREE, LABEL_VOLUME
from patchwright.sandbox.engine import SECONDS, Client, within
from patchwright.sandbox.errors import EngineUnavailable

KEEP_TREES = timedelta(days=7)
"""How long a complete frozen tree is kept for further runs on the same commit."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A container or volume of ours that no active run uses."""

    kind: Literal["container", "volume"]
    name: str
    run_id: str


def find_leftovers(
    client: Client, instance: str, active: Callable[[str], bool], now: datetime, keep_trees: timedelta = KEEP_TREES
) -> list[Leftover]:
    """What belongs to runs of this instance that are not active. Raises `EngineUnavailable`."""
    ours = {"label": [f"{LABEL_INSTANCE}={instance}"]}
    containers: list[Mapping[str, Any]] = within(
        SECONDS, "list containers", lambda: client.containers(all=True, filters=ours)
    )
    volumes: Mapping[str, Any] = within(SECONDS, "list volumes", lambda: client.volumes(filters=ours))
    return [
        *(Leftover("container", one["Id"], run) for one in containers if not active(run := _run(one))),
        *dead_volumes(volumes.get("Volumes") or [], active, now - keep_trees),
    ]


def dead_volumes(
    volumes: Iterable[Mapping[str, Any]], active: Callable[[str], bool], oldest: datetime
) -> list[Leftover]:
    """Volumes whose run is over: layers, unfinished trees, and old complete ones, their markers first."""
    dead = [one for one in volumes if not active(_run(one))]
    markers = [one for one in dead if LABEL_VOLUME in one["Labels"]]
    complete = {one["Labels"][LABEL_VOLUME] for one in markers}
    old = {one["Labels"][LABEL_VOLUME] for one in markers if _created(one) < oldest}
    trees = [one for one in dead if LABEL_VOLUME not in one["Labels"] and LABEL_TREE in one["Labels"]]
    gone = [one for one in markers if one["Labels"][LABEL_VOLUME] in old]
    gone += [one for one in trees if one["Name"] in old or one["Name"] not in complete]
    gone += [one for one in dead if LABEL_LAYER in one["Labels"]]
    return [Leftover("volume", one["Name"], _run(one)) for one in gone]


def remove_leftovers(client: Client, leftovers: Iterable[Leftover]) -> list[Leftover]:
    """Remove them; gives back those that are gone. What is in use or stuck stays for the next time."""
    return [one for one in leftovers if _removed(client, one)]


def reap(client: Client, instance: str, active: Callable[[str], bool]) -> list[Leftover]:
    """Find and remove, containers before volumes. Call it at start and now and then."""
    return remove_leftovers(client, find_leftovers(client, instance, active, datetime.now(UTC)))


def _removed(client: Client, one: Leftover) -> bool:
    from docker.errors import NotFound

    def call() -> None:
        if one.kind == "container":
            client.remove_container(one.name, force=True, v=True)
        else:
            client.remove_volume(one.name)

    with contextlib.suppress(EngineUnavailable):
        with contextlib.suppress(NotFound):
            within(SECONDS, f"remove the {one.kind} {one.name}", call)
        return True
    return False


def _run(found: Mapping[str, Any]) -> str:
    labels: Mapping[str, str] = found.get("Labels") or {}
    return labels.get(LABEL_RUN, "")


def _created(volume: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(volume["CreatedAt"]))
