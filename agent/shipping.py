"""The end of a run: proof in a fresh sandbox, a second look, the patch with its provenance, the report."""


from patchwright.agent.plan import Plan
from patchwright.agent.policy import Judgement, judge, promised
from patchwright.agent.report import write_report
from patchwright.agent.reviewer import Finding, review_diff
from patchwright.agent.session import Session
from patchwright.agent.state import State
from patchwright.tools.compare import compare
from patchwright.tools.protect import flag_changes, restore
from patchwright.tools.verify import confirm, run_checks

REVIEW_ROUNDS = 1
"""How often blocking findings go back to the editor."""


def verify(session: Session, state: State) -> State:
    """Run every check on base plus patch in a fresh sandbox, protected files put back (OUT-03, SB-12)."""
    if state["green"] == session.issue.base_commit:
        return {"route": "review"}
    plan = session.plan(state["revision"])
    base, result = session.repository.tree(session.issue.base_commit), session.repository.tree(state["green"])
    put_back = restore(base, result, session.toolchain, allow_tests=plan.draft.scope.tests)
    proof = _with(session, state["green"], put_back)
    session.close_sandbox()
    sandbox = session.sandbox("verifying", proof)
    now = run_checks(sandbox, session.toolchain, commit=proof, image=session.image)
    verification = confirm(sandbox, session.baseline, now, compare(session.baseline, now))
    flags = flag_changes(base, result, session.toolchain, plan.draft.scope)
    judgement = judge(verification, promised(_done_steps(session, plan), session.baseline), now, flags)
    _store(session, verification, now, judgement)
    return {"route": "review"}


def review(session: Session, state: State) -> State:
    """Ask the reviewer, if there is one; blocking findings go back to the editor once."""
    if state["green"] == session.issue.base_commit:
        return {"route": "ship"}
    plan = session.plan(state["revision"])
    model = session.model("reviewer", f"review/{state['review_rounds']}")
    if model is None or not any(not step.recipe for step in plan.draft.steps):
        return {"route": "ship"}
    diff = session.repository.diff(session.issue.base_commit, state["green"]).decode("utf-8", "replace")
    findings = review_diff(model, session.issue, plan, diff)
    session.ledger.artifact("findings.json", Finding.dump_all(findings))
    session.ledger.event("reviewed", findings=[finding.model_dump() for finding in findings])
    return {"route": "ship"}


def ship(session: Session, state: State) -> State:
    """Store the patch, which step made each hunk, and the report; end the run."""
    base, result = session.issue.base_commit, state["green"]
    outcome, reason = _outcome(session, state)
    judgement = _judgement(session) if outcome == "patch" else Judgement("none", ())
    if outcome == "patch":
        session.repository.keep(f"runs/{session.ledger.run_id}", result)
        session.ledger.artifact("patch.diff", session.repository.diff(base, result))
    report = _report(session, state, outcome, judgement, reason)
    session.ledger.artifact("report.json", report.model_dump_json(indent=1).encode())
    session.ledger.artifact("report.md", write_report(report).encode())
    if outcome == "patch":
        session.ledger.event("patch_ready", files=len(report.files), verdict=judgement.verdict)
    status = "rejected" if state["decision"] == "reject" else "awaiting_review"
    session.ledger.end(status, outcome, judgement.verdict, reason or "; ".join(judgement.reasons))
    return {"route": "end"}


def _with(session: Session, commit: str, changes: dict[str, bytes | None]) -> str:
    if not changes:
        return commit
    return session.repository.commit(commit, changes, message="Protected files put back", trailers={})


def _done_steps(session: Session, plan: Plan) -> list:
    done = {a["step"] for a in session.deps.store.attempts(session.ledger.run_id) if a["result"] == "green"}
    return [step for number, step in enumerate(plan.draft.steps) if number in done]
