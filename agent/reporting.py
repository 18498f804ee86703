"""Collects a report from what the store knows."""

from typing import Any

from patchwright.agent.candidates import artifact
from patchwright.agent.conversing import TRYING
from patchwright.agent.plan import Plan
from patchwright.agent.proof import Findings, Proof
from patchwright.agent.report import CandidateLine, CheckLine, FileLine, FindingLine, Origin, Report, StepLine
from patchwright.agent.run import Outcome, RunVerdict
from patchwright.agent.rungs import rung_lines
from patchwright.agent.session import Session
from patchwright.agent.settling import choice_of, settled
from patchwright.agent.stages import missed
from patchwright.agent.state import State
from patchwright.sandbox.provenance import Hunk, hunks
from patchwright.tools.checks import CheckResult

TRIED = 10
"""Commands and checks that the report of a run without a patch lists."""

CHANGES = 5000
"""Test changes that a report lists."""
REPLAY = "This is a replay: its decisions are those of the run it replays. Nobody approved it; it is not delivered."
EVENTS = 1_000_000
"""Events of a run that are read."""


def build_report(
    session: Session, state: State, outcome: Outcome | None, verdict: RunVerdict, reasons: tuple[str, ...]
) -> Report:
    """Everything about a run that has ended, from its stored facts."""
    store, run_id, issue = session.deps.store, session.ledger.run_id, session.issue
    plan = store.plan(run_id, state["revision"]) if state["revision"] else None
    proof = _proof(session, state["candidate"])
    return Report(
        run_id=run_id,
        title=issue.title,
        body=issue.body,
        repository=issue.repository,
        base_commit=issue.base_commit,
        result_commit=state["green"],
        outcome=outcome or "gave_up",
        verdict=verdict,
        reasons=reasons,
        plan_revision=plan.revision if plan else 0,
        plan_sha256=plan.sha256 if plan else "",
        plan_author=plan.author if plan else "",
        summary=plan.draft.summary if plan else "",
        approvals=tuple(store.approvals(run_id)),
        steps=_steps(session, plan, state["candidate"]),
        files=_files(session, state),
        origins=tuple(_origin(session, hunk) for hunk in _hunks(session, state)),
        checks=_checks(session, proof),
        changes=proof.verification.changes[:CHANGES] if proof else (),
        findings=_findings(session, state["candidate"]),
        leftovers=(*(plan.draft.leftovers if plan else ()), *missed(session, state)),
        image=session.image,
        sandbox=session.run.sandbox,
        usage=session.spent,
        notes=(*((REPLAY,) if session.is_replay else ()), *session.toolchain.notes),
        candidates=_candidates(session),
        reproduced=proof.reproduced if proof else (),
        idle=proof.idle if proof else (),
        tried=() if outcome == "patch" else _tried(session),
        said=tuple(store.said(run_id)),
        models=rung_lines(store.events(run_id, limit=EVENTS), store.attempts(run_id)),
    )


def _proof(session: Session, candidate: int) -> Proof | None:
    data = session.deps.store.artifact(session.ledger.run_id, artifact(candidate, "proof.json"))
    return Proof.model_validate_json(data) if data else None


def _findings(session: Session, candidate: int) -> tuple[FindingLine, ...]:
    data = session.deps.store.artifact(session.ledger.run_id, artifact(candidate, "findings.json"))
    return Findings.model_validate_json(data).findings if data else ()


def _tried(session: Session) -> tuple[str, ...]:
    """The last commands and checks that models ran, with the first line of what came of each: evidence, no words."""
    events = session.deps.store.events(session.ledger.run_id, limit=100_000)
    calls = [event.data for event in events if event.kind == "tool_called" and event.data["tool"] in TRYING]
    return tuple(_line(data) for data in calls[-TRIED:])


def _line(data: dict[str, Any]) -> str:
    about = data["arguments"].get("command") or data["arguments"].get("tests") or ""
    return f"{data['tool']} {about}: {data['says'].partition(chr(10))[0]}"


def _candidates(session: Session) -> tuple[CandidateLine, ...]:
    """All of them, if there were several; of a run that was rejected midway those that were done."""
    found, choice = settled(session), choice_of(session)
    agreement = dict(choice.agreement) if choice else {}
    lines = tuple(
        CandidateLine(
            number=one.number,
            verdict=one.verdict,
            reasons=one.reasons,
            blocking=one.blocking,
            lines=one.lines,
            agreement=agreement.get(one.number, 0),
            chosen=choice is not None and choice.number == one.number,
        )
        for one in found
    )
    return lines if len(lines) > 1 else ()


def _steps(session: Session, plan: Plan | None, candidate: int) -> tuple[StepLine, ...]:
    last = {attempt["step"]: attempt for attempt in session.attempts(candidate)}
    return tuple(
        StepLine(
            number=number + 1,
            title=step.title,
            recipe=step.recipe,
            result=last[number]["result"] if number in last else "not run",
            attempts=last[number]["attempt"] if number in last else 0,
            reason=last[number]["reason"] if number in last else "",
        )
        for number, step in enumerate(plan.draft.steps if plan else ())
    )


def _files(session: Session, state: State) -> tuple[FileLine, ...]:
    changed = session.repository.changed(session.issue.base_commit, state["green"])
    return tuple(
        FileLine(path=shown(file.path), status=file.status, added=file.added, removed=file.removed) for file in changed
    )


def _hunks(session: Session, state: State) -> tuple[Hunk, ...]:
    return hunks(session.repository, session.issue.base_commit, state["green"])


def _origin(session: Session, hunk: Hunk) -> Origin:
    made = [session.repository.trailers(commit) for commit in hunk.commits]
    return Origin(
        path=shown(hunk.path),
        at=f"{hunk.new_start},{hunk.new_lines}",
        steps=tuple(dict.fromkeys(int(found["Step"]) for found in made if "Step" in found)),
        attempts=tuple(dict.fromkeys(int(found["Attempt"]) for found in made if "Attempt" in found)),
        authors=tuple(dict.fromkeys(found["Author"] for found in made if "Author" in found)),
    )


def shown(path: str) -> str:
    """A path whose bytes are not UTF-8 as text that JSON takes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _checks(session: Session, proof: Proof | None) -> tuple[CheckLine, ...]:
    after = {result.check.name: result for result in proof.results.checks} if proof else {}
    return tuple(_check(result, after.get(result.check.name)) for result in session.baseline.checks)


def _check(before: CheckResult, after: CheckResult | None) -> CheckLine:
    return CheckLine(
        name=before.check.name,
        command=" ".join(before.check.command),
        before_exit=before.exit_code,
        after_exit=after.exit_code if after else None,
        before_passed=_passed(before),
        before_total=len(before.tests),
        after_passed=_passed(after) if after else 0,
        after_total=len(after.tests) if after else 0,
        seconds=round(after.seconds if after else before.seconds, 2),
        problem=after.problem if after else before.problem,
    )


def _passed(result: CheckResult) -> int:
    return sum(test.status in ("passed", "xfailed") for test in result.tests)
