"""What a candidate came to is kept; then the next one begins, or the best of all is chosen."""

from patchwright.agent.candidates import Candidate, Choice, artifact, chosen, digest, finalists
from patchwright.agent.proof import Findings, Proof
from patchwright.agent.reproducing import TESTS, changed_tests
from patchwright.agent.session import Session
from patchwright.agent.state import State, Update
from patchwright.tools.protect import sensitivity
from patchwright.tools.verify import run_checks

CHOICE = "candidates/choice.json"


def settle(session: Session, state: State) -> Update:
    """Keep what this candidate came to; begin the next one from the base, or choose among all."""
    number, wanted = state["candidate"], session.plan(state["revision"]).terms.candidates
    found = _candidate(session, state)
    _keep(session, found)
    if wanted > 1:
        said = {"verdict": found.verdict, "reasons": list(found.reasons), "blocking": found.blocking}
        session.ledger.event("candidate_finished", candidate=number, of=wanted, lines=found.lines, **said)
    if number < wanted:
        return _begin(session, number + 1)
    choice = _choice(session, [_kept(session, one) for one in range(1, wanted + 1)])
    if wanted > 1:
        agreement = [list(pair) for pair in choice.agreement]
        session.ledger.event("candidate_chosen", candidate=choice.number, of=wanted, agreement=agreement)
    best = _kept(session, choice.number)
    return {"candidate": best.number, "head": best.commit, "green": best.commit, "route": "ship"}


def choice_of(session: Session) -> Choice | None:
    """The choice among the run's candidates, once it has been made."""
    data = session.deps.store.artifact(session.ledger.run_id, CHOICE)
    return Choice.model_validate_json(data) if data else None


def settled(session: Session) -> list[Candidate]:
    """What the candidates that are done came to."""
    kept: list[Candidate] = []
    while data := session.deps.store.artifact(session.ledger.run_id, artifact(len(kept) + 1, "candidate.json")):
        kept.append(Candidate.model_validate_json(data))
    return kept


def _begin(session: Session, number: int) -> Update:
    base = session.issue.base_commit
    return {
        "candidate": number,
        "step": -1,
        "attempt": 1,
        "turn": 0,
        "head": base,
        "green": base,
        "review_rounds": 0,
        "stuck": "",
        "route": "advance",
    }


def _candidate(session: Session, state: State) -> Candidate:
    number, commit = state["candidate"], state["green"]
    if commit == session.issue.base_commit:
        return Candidate(number=number, commit=commit, verdict="none", reasons=("no step ended with a change",))
    proof = Proof.model_validate_json(session.require(artifact(number, "proof.json")))
    findings = session.deps.store.artifact(session.ledger.run_id, artifact(number, "findings.json"))
    found = Findings.model_validate_json(findings).findings if findings else ()
    changed = session.repository.changed(session.issue.base_commit, commit)
    return Candidate(
        number=number,
        commit=commit,
        verdict=proof.verdict,
        reasons=proof.reasons,
        blocking=sum(finding.severity == "blocking" for finding in found),
        lines=sum((file.added or 0) + (file.removed or 0) for file in changed),
        digest=digest(_sources(session, commit)),
        tests=tuple(sorted(proof.reproduced)),
    )


def _sources(session: Session, commit: str) -> dict[str, bytes | None]:
    """The changed files of a candidate that are no tests, with their bytes now."""
    tree = session.repository.tree(commit)
    there = set(tree.paths())
    changed = session.repository.changed(session.issue.base_commit, commit)
    paths = {path for change in changed for path in (change.path, change.old_path) if path}
    return {
        path: tree.read(path) if path in there else None
        for path in paths
        if sensitivity(path, session.toolchain) != "tests"
    }


def _keep(session: Session, found: Candidate) -> None:
    name = artifact(found.number, "patch.diff")
    if found.verdict != "none":
        session.ledger.artifact(name, session.repository.diff(session.issue.base_commit, found.commit))
        session.repository.keep(f"runs/{session.ledger.run_id}/{found.number}", found.commit)
    session.ledger.artifact(artifact(found.number, "candidate.json"), found.model_dump_json().encode())


def _kept(session: Session, number: int) -> Candidate:
    return Candidate.model_validate_json(session.require(artifact(number, "candidate.json")))


def _choice(session: Session, candidates: list[Candidate]) -> Choice:
    left = finalists(candidates)
    pairs = [(a, b) for a in left for b in left if a.number != b.number and a.tests and b.verdict != "none"]
    choice = chosen(candidates, {(a.number, b.number): _passes(session, a, b) for a, b in pairs})
    session.ledger.artifact(CHOICE, choice.model_dump_json().encode())
    return choice


def _passes(session: Session, tester: Candidate, tested: Candidate) -> bool:
    """Whether one candidate's own tests pass on the other's patch, in a fresh sandbox; run once."""
    name = f"candidates/cross/{tester.number}-{tested.number}"
    stored = session.deps.store.artifact(session.ledger.run_id, name)
    if stored is None:
        files = changed_tests(session, tester.commit)
        commit = session.repository.commit(
            tested.commit, dict(files), message="Tests of another candidate", trailers={}
        )
        session.close_sandbox()
        sandbox = session.sandbox("verifying", commit)
        now = run_checks(
            sandbox, session.toolchain, commit=commit, image=session.image, kinds=TESTS, tests=sorted(files)
        )
        found = now.tests()
        good = all(name in found and found[name].status == "passed" for name in tester.tests)
        stored = b"passed" if good else b"failed"
        session.ledger.artifact(name, stored)
    return stored == b"passed"
