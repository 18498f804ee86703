"""The nodes of the graph: each translates state to a call and back. No decision is taken here."""

from typing import TYPE_CHECKING, Protocol

from patchwright.agent import amending, editing, executing, planning, preparing, settling, shipping
from patchwright.agent.session import Session
from patchwright.agent.state import State, Update

if TYPE_CHECKING:
    from langgraph.runtime import Runtime


class Node(Protocol):
    """What LangGraph calls; the session comes as the run's context."""

    def __call__(self, state: State, runtime: "Runtime[Session]") -> Update:
        """The part of the state that changes."""
        ...


def prepare(state: State, runtime: "Runtime[Session]") -> Update:
    """Toolchain and image."""
    preparing.prepare(runtime.context)
    return {}


def baseline(state: State, runtime: "Runtime[Session]") -> Update:
    """What the checks say about the untouched base."""
    preparing.measure_baseline(runtime.context)
    return {}


def plan(state: State, runtime: "Runtime[Session]") -> Update:
    """A revision of the plan, by a model or by recipes, or the reason why there is none."""
    return planning.draft_plan(runtime.context, state)


def gate(state: State, runtime: "Runtime[Session]") -> Update:
    """Wait for a human's decision on a revision. Nothing else happens here."""
    from langgraph.types import interrupt

    return planning.decided(interrupt({"revision": state["revision"]}))


def advance(state: State, runtime: "Runtime[Session]") -> Update:
    """The next step of the plan."""
    runtime.context.ledger.status("executing")
    return executing.advance(runtime.context, state)


def recipe(state: State, runtime: "Runtime[Session]") -> Update:
    """A deterministic step."""
    return executing.apply_recipe(runtime.context, state)


def turn(state: State, runtime: "Runtime[Session]") -> Update:
    """One request to the editor and the tools that it called."""
    return editing.take_turn(runtime.context, state)


def amendment(state: State, runtime: "Runtime[Session]") -> Update:
    """Wait for a human's decision on what the editor asked. Nothing else happens here."""
    from langgraph.types import interrupt

    return amending.amended(interrupt({"revision": state["revision"]}))


def judge(state: State, runtime: "Runtime[Session]") -> Update:
    """The checks against the baseline decide on the attempt."""
    return executing.judge_attempt(runtime.context, state)


def verify(state: State, runtime: "Runtime[Session]") -> Update:
    """Base plus patch in a fresh sandbox."""
    runtime.context.ledger.status("verifying")
    return shipping.verify(runtime.context, state)


def review(state: State, runtime: "Runtime[Session]") -> Update:
    """What a second model says about the diff."""
    runtime.context.ledger.status("reviewing")
    return shipping.review(runtime.context, state)


def settle(state: State, runtime: "Runtime[Session]") -> Update:
    """Keep what this candidate came to; begin the next one, or choose among all."""
    return settling.settle(runtime.context, state)


def ship(state: State, runtime: "Runtime[Session]") -> Update:
    """The patch, its provenance and the report."""
    return shipping.ship(runtime.context, state)


ALL: dict[str, Node] = {
    "prepare": prepare,
    "baseline": baseline,
    "plan": plan,
    "gate": gate,
    "advance": advance,
    "recipe": recipe,
    "turn": turn,
    "amendment": amendment,
    "judge": judge,
    "verify": verify,
    "review": review,
    "settle": settle,
    "ship": ship,
}
