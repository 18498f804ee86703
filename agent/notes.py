"""The words of humans that bind: what they wrote at a gate, and what they said while the run worked."""

from patchwright.agent.plan import Plan
from patchwright.agent.store.store import Store


def about_plan(store: Store, run_id: str, without: str = "") -> tuple[str, ...]:
    """Feedback on the plan's revisions and words that its planner heard, oldest first.

    `without` begins the keys of a conversation that hears its words turn by turn.
    """
    written = [(given.at, f"{given.by}: {given.notes}") for given in store.approvals(run_id) if given.notes]
    return _ordered(written + _said(store, run_id, "plan/", without))


def noted(store: Store, run_id: str, plan: Plan, without: str = "") -> Plan:
    """The plan with what humans said when they approved it and since; it binds like the notes before."""
    written = [
        (given.at, f"{given.by}: {given.notes}")
        for given in store.approvals(run_id)
        if given.notes and given.decision == "approve"
    ]
    since = _ordered(written + _said(store, run_id, "", without))
    return plan.model_copy(update={"notes": (*plan.notes, *(note for note in since if note not in plan.notes))})


def _said(store: Store, run_id: str, within: str, without: str) -> list[tuple[str, str]]:
    return [
        (said.at, f"{said.by}: {said.text}")
        for said in store.said(run_id)
        if said.heard and said.heard.startswith(within) and not (without and said.heard.startswith(without))
    ]


def _ordered(notes: list[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for _, text in sorted(notes, key=lambda note: note[0])))
