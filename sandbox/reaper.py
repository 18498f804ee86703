"""Finds and removes what dead runs left at the engine, by label (REL-03)."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from patchwright.sandbox.container import (
    LABEL_BYTES,
    LABEL_INSTANCE,
    LABEL_LAYER,
    LABEL_RUN,
    LABEL_TREE,
    LABEL_VOLUME,
)
from patchwright.sandbox.engine import SECONDS, Client, within
from patchwright.sandbox.errors import EngineUnavailable
from patchwright.sandbox.pruning import Kept, stale
from patchwright.sandbox.volumes import last_use


@dataclass(frozen=True, slots=True)
class Leftover:
    """A container or volume of ours that no active run uses."""

    kind: Literal["container", "volume"]
    name: str
    run_id: str


def find_leftovers(client: Client, instance: str, active: Callable[[str], bool], now: datetime) -> list[Leftover]:
    """What belongs to runs of this instance that are not active. Raises `EngineUnavailable`."""
    ours = {"label": [f"{LABEL_INSTANCE}={instance}"]}
    containers: list[Mapping[str, Any]] = within(
        SECONDS, "list containers", lambda: client.containers(all=True, filters=ours)
    )
    volumes: Mapping[str, Any] = within(SECONDS, "list volumes", lambda: client.volumes(filters=ours))
    return [
        *(Leftover("container", one["Id"], run) for one in containers if not active(run := _run(one))),
        *dead_volumes(volumes.get("Volumes") or [], active, now),
    ]


def dead_volumes(
    volumes: Sequence[Mapping[str, Any]], active: Callable[[str], bool], now: datetime
) -> Iterator[Leftover]:
    """Layers and unfinished trees whose run is over; complete trees that nobody used for long, their markers first."""
    markers = [one for one in volumes if LABEL_VOLUME in one["Labels"]]
    trees = [one for one in volumes if LABEL_TREE in one["Labels"] and one not in markers]
    kept = [Kept(_tree(one), int(one["Labels"].get(LABEL_BYTES, 0)), last_use(one)) for one in markers]
    old = {one.name for one in stale(kept, {_tree(one) for one in markers if active(_run(one))}, now.timestamp())}
    complete = {one.name for one in kept}
    unfinished = [one for one in trees if one["Name"] not in complete]
    layers = [one for one in volumes if LABEL_LAYER in one["Labels"]]
    yield from (_leftover(one) for one in markers if _tree(one) in old)
    yield from (_leftover(one) for one in trees if one["Name"] in old)
    yield from (_leftover(one) for one in (*unfinished, *layers) if not active(_run(one)))


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


def _tree(marker: Mapping[str, Any]) -> str:
    return str(marker["Labels"][LABEL_VOLUME])


def _leftover(volume: Mapping[str, Any]) -> Leftover:
    return Leftover("volume", volume["Name"], _run(volume))
