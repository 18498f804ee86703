"""What a leg is called and when there has to be another one. Pure."""

from collections.abc import Mapping
from typing import Literal

from patchwright.agent.events import Event

Standing = Literal["waits", "works", "ended"]

TRIES = 3
"""How often a run may lose its process at the same place before it is given up."""
MIDDLE = 1000
"""DBOS's priority of ours 0; there the lowest number goes first."""


def run_of(leg: str) -> str:
    """The run that the leg of this name drives."""
    return leg.partition(":")[0]


def next_leg(run_id: str, seq: int, known: Mapping[str, Standing], behind: str = "") -> str:
    """The name of the leg to enqueue, "" if one is there that sees all there is.

    A leg is named by the run's last event, so that asking twice after one decision makes one leg; one of the same
    name that has ended, or that gives way (`behind`), is followed by another. One that waits sees everything.
    """
    if any(standing == "waits" for standing in known.values()):
        return ""
    name, number = f"{run_id}:{seq}", 0
    while name in known:
        if known[name] == "works" and name != behind:
            return ""
        number += 1
        name = f"{run_id}:{seq}.{number}"
    return name


def rank(priority: int) -> int:
    """DBOS's priority of a higher-goes-first one."""
    return max(1, MIDDLE - priority)


def losses(events: list[Event]) -> int:
    """How often the run has lost its process since something was last done on it; `events` are its last, in order."""
    count = 0
    for event in reversed(events):
        if event.kind != "worker_lost":
            break
        count += 1
    return count
