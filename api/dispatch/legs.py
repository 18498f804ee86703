"""What a leg is called and when there has to be another one. Pure."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Literal

from patchwright.agent.events import Event

Standing = Literal["waits", "works", "ended"]

TRIES = 3
"""How often a run may lose its process at the same place before it is given up."""
WORKERS = 10
"""How often it may lose its worker there."""
DEAD = "its worker is dead"
"""Why a leg was lost, if nobody is left who could say more."""
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


def losses(events: list[Event]) -> tuple[int, int]:
    """What the run has lost since something was last done on it: processes of its own, and workers with all they had.

    `events` are its last, in order.
    """
    lost = list(takewhile(lambda event: event.kind == "worker_lost", reversed(events)))
    workers = sum(event.data["why"] == DEAD for event in lost)
    return len(lost) - workers, workers


def is_given_up(events: list[Event]) -> bool:
    """Whether the run is what its processes die of. That a worker dies says little: a leg has a process of its own."""
    own, workers = losses(events)
    return own >= TRIES or workers >= WORKERS
