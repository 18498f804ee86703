"""The end of a run: proof in a fresh sandbox, a second look, the patch with its provenance, the report."""

from patchwright.agent.candidates import artifact
from patchwright.agent.editing import begin_attempt
from patchwright.agent.notes import noted
from patchwright.agent.plan import Plan
from patchwright.agent.policy import Judgement, judge, outside, promised, to_come, to_try
from patchwright.agent.proof import Ended, Findings, Proof
from patchwright.agent.report import FindingLine, write_report
from patchwright.agent.reporting import build_report
from patchwright.agent.reproducing import Tried, tried_on_base
from patchwright.agent.reviewer import findings_text, review_diff
from patchwright.agent.run import Outcome, RunStatus, RunVerdict
from patchwright.agent.session import Session
from patchwright.agent.stages import proven
from patchwright.agent.state import State, Update, merged
from patchwright.tools.checks import Results, Verification
from patchwright.tools.protect import flag_changes, restore
from patchwright.tools.telling import verdict_text
from patchwright.tools.verify import confirm, run_checks

REVIEW_ROUNDS = 1
"""How often blocking findings go back to the editor."""


def verify(session: Session, state: State) -> Update:
    """Run every check on base plus patch in a fresh sandbox, protected files put back (OUT-03, SB-12)."""
    if state["green"] == session.issue.base_commit:
        return {}
    plan = session.plan(state["revision"])
    base, result = session.repository.tree(session.issue.base_commit), session.repository.tree(state["green"])
    put_back = restore(base, result, session.toolchain, allow_tests=plan.draft.scope.tests)
    commit = _with(session, state["green"], dict(put_back))
    session.close_sandbox()
    sandbox = session.sandbox("verifying", commit)
    now = run_checks(sandbox, session.toolchain, commit=commit, image=session.image)
    verification = confirm(sandbox, session.toolchain, session.baseline, now)
    flags = [
        *flag_changes(base, result, session.toolchain, plan.draft.scope),
        *(f"{path} was changed, which the approved plan does not name" for path in _outside(session, state, plan)),
        *_failed(session, state, plan),
        *proven(session, state, commit, sandbox, now),
    ]
    shown = bool(session.issue.transformation)
    tried = _tried(session, plan, commit, verification, now)
    promises = promised(plan.draft.steps, session.baseline)
    judgement = judge(verification, promises, now, flags, idle=tried.idle, shown=shown)
    _store(session, state, verification, now, judgement, tried)
    return {}


def _tried(session: Session, plan: Plan, commit: str, verification: Verification, now: Results) -> Tried:
    """New tests on the base; recipes write none."""
    if all(step.recipe for step in plan.draft.steps):
        return Tried()
    return tried_on_base(session, commit, now, to_try(to_come(plan.draft.steps), verification, now))


def _outside(session: Session, state: State, plan: Plan) -> tuple[str, ...]:
    changed = session.repository.changed(session.issue.base_commit, state["green"])
    return outside([path for change in changed for path in {change.path, change.old_path}], plan)


def review(session: Session, state: State) -> Update:
    """Ask the reviewer about the diff, if there is one; blocking findings go back to the editor once."""
    plan = session.plan(state["revision"])
    key = f"review/{state['candidate']}/{state['review_rounds']}"
    model = session.model("reviewer", key)
    green = [int(a["step"]) for a in session.attempts(state["candidate"]) if a["result"] == "green"]
    by_model = any(not plan.draft.steps[step].recipe for step in green)
    if model is None or not by_model or state["green"] == session.issue.base_commit:
        return {"route": "settle"}
    diff = session.repository.diff(session.issue.base_commit, state["green"]).decode("utf-8", "replace")
    session.ledger.hear(key)
    bound = noted(session.deps.store, session.ledger.run_id, plan)
    found = review_diff(model, session.issue, bound, diff, _said(session, state))
    findings = tuple(FindingLine(**finding.model_dump()) for finding in found)
    session.ledger.artifact(
        artifact(state["candidate"], "findings.json"), Findings(findings=findings).model_dump_json().encode()
    )
    session.ledger.event("reviewed", findings=[finding.model_dump() for finding in findings])
    words = findings_text(found, diff)
    if not words or state["review_rounds"] >= REVIEW_ROUNDS:
        return {"route": "settle"}
    return _back_to_editor(session, state, plan, words)


def _back_to_editor(session: Session, state: State, plan: Plan, words: str) -> Update:
    """One more attempt at the last step that a model made, from what is green."""
    step = max(number for number, step in enumerate(plan.draft.steps) if not step.recipe)
    tried = [a["attempt"] for a in session.attempts(state["candidate"]) if a["step"] == step]
    following: Update = {
        "step": step,
        "attempt": max(tried, default=0) + 1,
        "turn": 0,
        "head": state["green"],
        "review_rounds": state["review_rounds"] + 1,
        "route": "turn",
    }
    begin_attempt(session, merged(state, following), words)
    return following


def ship(session: Session, state: State) -> Update:
    """Store the patch, which step made each hunk, and the report; end the run."""
    base, result = session.issue.base_commit, state["green"]
    outcome, reasons = outcome_of(session, state)
    verdict: RunVerdict = "none"
    if outcome == "patch":
        proof = _proof(session, state)
        verdict, reasons = proof.verdict, proof.reasons
        session.ledger.artifact("patch.diff", session.repository.diff(base, result))
    report = build_report(session, state, outcome, verdict, reasons)
    session.ledger.artifact("report.json", report.model_dump_json(indent=1).encode())
    session.ledger.artifact("report.md", write_report(report).encode())
    if outcome == "patch":
        session.ledger.event("patch_ready", files=len(report.files), verdict=verdict)
    status: RunStatus = "rejected" if state["decision"] == "reject" else "awaiting_review"
    session.ledger.end(status, outcome, verdict, "; ".join(reasons))
    return {}


def outcome_of(session: Session, state: State) -> tuple[Outcome | None, tuple[str, ...]]:
    """How the run ended: with a patch if anything green is there, else with the reason that an earlier node left."""
    if state["decision"] == "reject":
        return None, ("the plan was rejected",)
    if state["green"] != session.issue.base_commit:
        return "patch", ()
    store, run_id = session.deps.store, session.ledger.run_id
    left = store.artifact(run_id, artifact(state["candidate"], "ended.json")) or store.artifact(run_id, "ended.json")
    if left is None:
        return "gave_up", ("no step ended with a change that holds", *_reasons(session, state))
    ended = Ended.model_validate_json(left)
    return ended.outcome, (ended.reason,)


def _reasons(session: Session, state: State) -> list[str]:
    return [f"step {a['step'] + 1}: {a['reason']}" for a in session.attempts(state["candidate"]) if a["reason"]]


def _said(session: Session, state: State) -> str:
    """The final verification in words."""
    proof = _proof(session, state)
    return "\n".join([proof.verdict, *proof.reasons, verdict_text(proof.verification)])


def _with(session: Session, commit: str, changes: dict[str, bytes | None]) -> str:
    if not changes:
        return commit
    session.ledger.event("warning", text=f"Protected files put back for the proof: {', '.join(sorted(changes)[:20])}")
    return session.repository.commit(commit, changes, message="Protected files put back", trailers={})


def _failed(session: Session, state: State, plan: Plan) -> list[str]:
    """One sentence for each step that the checks never accepted: what holds of a plan is not the plan."""
    tried = [(attempt["step"], attempt["result"]) for attempt in session.attempts(state["candidate"])]
    return [
        f"step {number + 1} of the plan failed: {step.title}"
        for number, step in enumerate(plan.draft.steps)
        if (number, "failed") in tried and (number, "green") not in tried
    ]


def _proof(session: Session, state: State) -> Proof:
    return Proof.model_validate_json(session.require(artifact(state["candidate"], "proof.json")))


def _store(
    session: Session, state: State, verification: Verification, now: Results, judgement: Judgement, tried: Tried
) -> None:
    proof = Proof(
        verification=verification,
        results=now,
        verdict=judgement.verdict,
        reasons=judgement.reasons,
        reproduced=tried.reproduced,
        idle=tried.idle,
    )
    session.ledger.artifact(artifact(state["candidate"], "proof.json"), proof.model_dump_json().encode())
    session.ledger.event(
        "verified",
        verdict=judgement.verdict,
        reasons=list(judgement.reasons),
        passed_before=verification.passed_before,
        total_before=verification.total_before,
        passed_after=verification.passed_after,
        total_after=verification.total_after,
    )
