"""What the graph remembers between nodes: ids, counters and commits. Everything else is in the store."""

from typing import Literal, TypedDict, cast

GRAPH_VERSION = "2"
"""Change it with every change of nodes, edges or state that a parked run could not survive."""

Route = Literal["gate", "plan", "advance", "recipe", "turn", "amendment", "judge", "verify", "review", "settle", "ship"]


class State(TypedDict):
    """JSON only. `head` is the commit worked on, `green` the last one that verified.

    `candidate` and `attempt` count from 1, `step` from 0. `stuck` says why the editor was stopped, "" if it was not.
    """

    run_id: str
    revision: int
    decision: str
    candidate: int
    step: int
    attempt: int
    turn: int
    head: str
    green: str
    review_rounds: int
    asked: bool
    stuck: str
    route: Route


class Update(TypedDict, total=False):
    """What a node changes of the state."""

    run_id: str
    revision: int
    decision: str
    candidate: int
    step: int
    attempt: int
    turn: int
    head: str
    green: str
    review_rounds: int
    asked: bool
    stuck: str
    route: Route


def at(state: State) -> Update:
    """Where a step stands, as an update."""
    return {"step": state["step"], "attempt": state["attempt"], "turn": state["turn"], "head": state["head"]}


def merged(state: State, update: Update) -> State:
    """The state after a node."""
    return cast("State", {**state, **update})


def place(state: State) -> str:
    """Where an attempt is in the run: the names of what is stored of it begin or end so."""
    return f"{state['candidate']}/{state['step']}/{state['attempt']}"


def initial(run_id: str, base_commit: str) -> State:
    """The state of a run of which nothing has happened yet."""
    return State(
        run_id=run_id,
        revision=0,
        decision="",
        candidate=1,
        step=-1,
        attempt=1,
        turn=0,
        head=base_commit,
        green=base_commit,
        review_rounds=0,
        asked=False,
        stuck="",
        route="plan",
    )
