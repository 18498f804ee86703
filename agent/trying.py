"""What follows an attempt: refused ones are kept, and decide whether the next goes on or begins afresh."""

from patchwright.agent.circles import Attempt, errors, lessons, stalled
from patchwright.agent.editing import begin_attempt, go_on
from patchwright.agent.editor import feedback
from patchwright.agent.plan import Step
from patchwright.agent.policy import promised, shows_nothing, to_come, to_try, unseen
from patchwright.agent.reproducing import tried_on_base
from patchwright.agent.session import Session
from patchwright.agent.state import State, Update, merged, place
from patchwright.tools.checks import Results, Verification
from patchwright.tools.untrusted import printable

KEPT_DIFF = 64_000
"""Bytes of a refused attempt's diff that are kept."""


def refuse(session: Session, state: State, verification: Verification, now: Results) -> Update | None:
    """The next attempt after the checks refused one; None if there is none left.

    It goes on where this one stands. It begins afresh from the last green commit, and is told what was learned,
    when the editor was stopped, when attempts come no further, and when it is the last one.
    """
    step = _steps(session, state)[0]
    missing = unseen(promised([step], session.baseline), now) if verification.clean else ()
    words = feedback(verification, step, missing)
    names = errors(verification, step.must_fix, to_come(_steps(session, state)[1:]))
    attempts = _keep(session, state, names, words)
    if state["attempt"] >= session.budget.attempts:
        return None
    why = state["stuck"] or stalled(attempts)
    if why or state["attempt"] + 1 == session.budget.attempts:
        return _afresh(session, state, attempts, why)
    return go_on(session, state, words)


def nothing_done(session: Session, state: State) -> Update | None:
    """The next attempt after the editor was stopped before it had changed anything; None if it had finished."""
    if not state["stuck"] or state["attempt"] >= session.budget.attempts:
        return None
    return _afresh(session, state, _keep(session, state, [], ""), state["stuck"])


def show_nothing(session: Session, state: State, verification: Verification, now: Results) -> Update | None:
    """Once in a step: back to the editor if the new tests pass without its change, too; else None."""
    step, *later = _steps(session, state)
    wanted = to_come([step, *later])
    tried = tried_on_base(session, state["head"], now, to_try(wanted, verification, now))
    idle = shows_nothing(promised([step, *later], session.baseline), now, tried.idle)
    if not idle and not later and not (set(verification.ids("fixed", "new_pass")) - set(tried.idle)):
        idle = tried.idle
    if not idle or not _for_the_first_time(session, state):
        return None
    listed = ", ".join(printable(name) for name in idle[:10])
    session.ledger.event("warning", text=f"These tests pass on the base as well, and do not show the symptom: {listed}")
    return go_on(
        session,
        state,
        f"The checks accept this, but these tests pass without your change, too: {listed}. They do not show the "
        "symptom. Make them fail on the unchanged code for the reason the issue gives, and finish again; if that "
        "cannot be, finish and say why.",
    )


def _for_the_first_time(session: Session, state: State) -> bool:
    """Whether this attempt is the one that is told, also when it is judged again after a crash."""
    if state["attempt"] >= session.budget.attempts:
        return False
    name = f"idle/{state['candidate']}/{state['step']}"
    told = session.deps.store.artifact(session.ledger.run_id, name)
    if told is None:
        session.ledger.artifact(name, str(state["attempt"]).encode())
    return told in (None, str(state["attempt"]).encode())


def _afresh(session: Session, state: State, attempts: list[Attempt], why: str) -> Update:
    """From the last green commit, in a fresh sandbox and a new conversation."""
    if why and not state["stuck"]:
        session.ledger.event("stuck", step=state["step"] + 1, attempt=state["attempt"], reason=why)
    reason = why or "a last attempt from the last green commit"
    session.ledger.event("step_reverted", step=state["step"] + 1, reason=reason)
    session.close_sandbox()
    following: Update = {"attempt": state["attempt"] + 1, "turn": 0, "stuck": "", "route": "turn"}
    begin_attempt(session, merged(state, following), lessons(attempts))
    return {**following, "head": state["green"]}


def _keep(session: Session, state: State, names: list[str], words: str) -> list[Attempt]:
    """Store what this attempt came to; all of the step so far."""
    diff = session.repository.diff(state["green"], state["head"])[:KEPT_DIFF].decode("utf-8", "replace")
    attempt = Attempt(
        number=state["attempt"],
        content=session.repository.content(state["head"]),
        errors=tuple(names),
        diff=session.deps.redactor.text(printable(diff)),
        notes=_notes(session, state),
        said=words,
        stopped=state["stuck"],
    )
    session.ledger.artifact(_name(state, attempt.number), attempt.model_dump_json().encode())
    stored = [session.deps.store.artifact(session.ledger.run_id, _name(state, n)) for n in range(1, state["attempt"])]
    return [*(Attempt.model_validate_json(data) for data in stored if data), attempt]


def _notes(session: Session, state: State) -> tuple[str, ...]:
    """What the editor has noted in this attempt."""
    key = f"edit/{place(state)}/"
    events = session.deps.store.events(session.ledger.run_id, limit=100_000)
    mine = [one.data for one in events if one.kind == "tool_called" and one.data["key"].startswith(key)]
    return tuple(str(data["arguments"].get("text", "")) for data in mine if data["tool"] == "note")[:20]


def _name(state: State, attempt: int) -> str:
    return f"attempts/{state['candidate']}/{state['step']}/{attempt}.json"


def _steps(session: Session, state: State) -> tuple[Step, ...]:
    """The step that is worked on and the ones after it."""
    return session.plan(state["revision"]).draft.steps[state["step"] :]
