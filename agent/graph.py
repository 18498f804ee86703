"""The life of a run as a graph. Read this file first.

    prepare -> baseline -> plan -> gate -> advance -> recipe | turn -> judge -> ... -> verify -> review -> settle
    settle -> advance (the next candidate, from the base again) | ship

Only `gate` and `amendment` wait for a human, and do nothing else: on resume a node runs again from its top.
"""

from typing import TYPE_CHECKING, Any

from patchwright.agent import nodes
from patchwright.agent.session import Session
from patchwright.agent.state import State

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.graph.state import CompiledStateGraph

AFTER_PLAN = ["gate", "ship"]
AFTER_GATE = ["advance", "plan", "ship"]
AFTER_ADVANCE = ["recipe", "turn", "advance", "verify"]
AFTER_TURN = ["turn", "judge", "amendment"]
AFTER_AMENDMENT = ["turn", "ship"]
AFTER_JUDGE = ["advance", "turn", "recipe"]
AFTER_REVIEW = ["settle", "turn"]
AFTER_SETTLE = ["advance", "ship"]


def build(saver: "BaseCheckpointSaver[Any]") -> "CompiledStateGraph[State, Session, State, State]":
    """The compiled graph; its checkpoints go to `saver`."""
    from langgraph.graph import END, START, StateGraph

    # LangGraph's own types are unknown in part; ours are checked at `nodes.Node`.
    graph: Any = StateGraph(State, context_schema=Session)
    for name, node in nodes.ALL.items():
        graph.add_node(name, node)
    graph.add_edge(START, "prepare")
    graph.add_edge("prepare", "baseline")
    graph.add_edge("baseline", "plan")
    graph.add_conditional_edges("plan", _route, AFTER_PLAN)
    graph.add_conditional_edges("gate", _route, AFTER_GATE)
    graph.add_conditional_edges("advance", _route, AFTER_ADVANCE)
    graph.add_edge("recipe", "judge")
    graph.add_conditional_edges("turn", _route, AFTER_TURN)
    graph.add_conditional_edges("amendment", _route, AFTER_AMENDMENT)
    graph.add_conditional_edges("judge", _route, AFTER_JUDGE)
    graph.add_edge("verify", "review")
    graph.add_conditional_edges("review", _route, AFTER_REVIEW)
    graph.add_conditional_edges("settle", _route, AFTER_SETTLE)
    graph.add_edge("ship", END)
    compiled: CompiledStateGraph[State, Session, State, State] = graph.compile(checkpointer=saver)
    return compiled


def _route(state: State) -> str:
    """Every node that can go several ways has written where."""
    return state["route"]
