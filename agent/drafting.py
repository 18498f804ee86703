"""A plan by the planner model: it explores read-only, then submits; what does not validate goes back."""

from collections.abc import Callable

from patchwright.agent.conversing import Try, climbed, facts_of, recorded_turn, started
from patchwright.agent.desk import PlanningDesk
from patchwright.agent.knowing import knowledge, map_of
from patchwright.agent.plan import Draft, Plan
from patchwright.agent.planner import Refusal, Revised, planner_messages, planner_tools, read_plan
from patchwright.agent.proof import outcome_named
from patchwright.agent.session import Session
from patchwright.agent.transformer import NoPlan
from patchwright.agent.turns import Conversation, Turn, say
from patchwright.tools.acts import Helpers
from patchwright.tools.protect import sensitivity

REPAIRS = 2
"""How often a plan that does not validate goes back to the planner."""


def draft_by_model(session: Session, previous: Plan | None, notes: tuple[str, ...]) -> Draft | NoPlan:
    """The planner's draft, or why there is none. Raises what the model raises."""
    commit = session.issue.base_commit
    desk, helpers = PlanningDesk(session, commit), _helpers(session)
    tools = planner_tools(helpers)
    conversation = _begin(session, previous, notes)
    refusals: list[Refusal] = []
    number, turns = (previous.revision if previous else 0) + 1, 0
    revised = Revised(previous, tuple(note for note in notes if note not in previous.notes)) if previous else None
    while True:
        turn = recorded_turn(session, conversation, f"plan/{number}/{turns}", desk, helpers, tools)
        turns += 1
        found = _found(turn, desk, lambda path: sensitivity(path, session.toolchain), revised)
        if isinstance(found, Draft | NoPlan):
            return found
        conversation = turn.conversation
        if found is not None:
            refusals.append(found)
            session.ledger.event("plan_refused", reasons=list(found.reasons))
            if len(refusals) > REPAIRS:
                reasons = "; ".join(found.reasons[:3])
                return NoPlan(
                    "gave_up", f"The planner submitted {len(refusals)} plans, none usable. The last: {reasons}."
                )
            conversation = say(climbed(session, conversation, Try(len(refusals) + 1, REPAIRS + 1)), found.text)


def _begin(session: Session, previous: Plan | None, notes: tuple[str, ...]) -> Conversation:
    facts, seen = facts_of(session), map_of(session)
    messages = planner_messages(session.issue, facts, repo_map=seen, previous=previous, notes=notes)
    return started(session, "planner", messages)


def _helpers(session: Session) -> Helpers:
    repository, commit = session.repository, session.issue.base_commit
    return Helpers(
        git_log=lambda path, count: repository.log(commit, path or None, count),
        git_blame=lambda path, start, end: repository.blame(commit, path, start, end),
        knowledge=knowledge(session, lambda: commit),
    )


def _found(
    turn: Turn, desk: PlanningDesk, kind: Callable[[str], str], revised: Revised | None
) -> Draft | NoPlan | Refusal | None:
    match turn.ended:
        case None:
            return None
        case "plan":
            return read_plan(turn.payload, desk.paths(), kind, revised)
        case "no_tool_calls":
            return read_plan(str(turn.payload["text"]), desk.paths(), kind, revised)
        case "finish":
            outcome = outcome_named(turn.payload.get("outcome")) or "answer"
            return NoPlan(outcome, str(turn.payload.get("summary", "")))
        case _:
            return NoPlan("gave_up", f"The planner came to no plan: {turn.payload.get('reason', turn.ended)}.")
