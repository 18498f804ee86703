"""What the graph remembers between nodes: ids, counters and commits. Everything else is in the store."""

from typing import Literal, TypedDict, cast

GRAPH_VERSION = "1"
"""Change it with every change of nodes, edges or state that a parked run could not survive."""

Route = Literal["gate", "plan", "advance", "recipe", "turn", "amendment", "judge", "verify", "review", "ship", "end"]


class State(TypedDict):
    """JSON only. `head` is the commit worked on, `green` the last one that verified."""

    run_id: str
    revision: int
    decision: str
    step: int
    attempt: int
    turn: int
    head: str
    green: str
    review_rounds: int
    asked: bool
    route: Route


class Update(TypedDict, total=False):
    """What a node changes of the state."""

    run_id: str
    revision: int
    decision: str
    step: int
    attempt: int
    turn: int
    head: str
    green: str
    review_rounds: int
    asked: bool
    route: Route


def merged(state: State, update: Update) -> State:
    """The state after a node."""
    return cast("State", {**state, **update})


def initial(run_id: str, base_commit: str) -> State:
    """The state of a run of which nothing has happened yet."""
    return State(
        run_id=run_id,
        revision=0,
        decision="",
        step=-1,
        attempt=1,
        turn=0,
        head=base_commit,
        green=base_commit,
        review_rounds=0,
        asked=False,
        route="plan",
    )
