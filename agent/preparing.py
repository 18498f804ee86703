"""Before planning: which commands judge this repository, in which image, and what they say about the base."""

import hashlib
import json

from patchwright.agent.deps import ImageWanted
from patchwright.agent.errors import UsageError
from patchwright.agent.knowing import begin_map
from patchwright.agent.restrictions import NAME
from patchwright.agent.session import Session
from patchwright.agent.waiting import waited
from patchwright.tools.checks import Results
from patchwright.tools.toolchain import BadSettings, Toolchain, detect, detectors
from patchwright.tools.verify import run_again, run_checks


def prepare(session: Session) -> None:
    """Detect the toolchain on the base commit and have its image ready. Both are stored, once."""
    store, ledger = session.deps.store, session.ledger
    begin_map(session)
    if store.artifact(ledger.run_id, "image") is None:
        ledger.status("preparing")
    if store.artifact(ledger.run_id, "toolchain.json") is None:
        toolchain = _detect(session)
        ledger.event(
            "toolchain_detected",
            families=list(toolchain.families),
            checks=[check.name for check in toolchain.checks],
            notes=list(toolchain.notes),
        )
        ledger.artifact("toolchain.json", toolchain.model_dump_json().encode())
    if store.artifact(ledger.run_id, "image") is None:
        image = _transformed(session) if session.issue.transformation else _image(session, session.toolchain)
        ledger.event("image_ready", image=image)
        ledger.artifact("image", image.encode())


def _image(session: Session, toolchain: Toolchain) -> str:
    """The image in which this toolchain's commands run, dependencies included."""
    issue, ledger = session.issue, session.ledger
    wanted = ImageWanted(toolchain, session.run.sandbox, issue.repository, session.repository.tree(issue.base_commit))

    def say(text: str) -> None:
        ledger.event("warning", text=text)

    return waited(lambda: session.deps.prepare_image(wanted, say), ledger.stop_if_asked)


def _transformed(session: Session) -> str:
    """The image of a transformation, whose toolchain is that of the base and of all stages, and replaces it."""
    from patchwright.agent.fetching import fetched

    toolchain, image = fetched(session, session.toolchain, lambda one: _image(session, one))
    session.judge_with(toolchain)
    return image


def _detect(session: Session) -> Toolchain:
    """Looking through a large repository takes a second: what was found in a commit is kept for the next run."""
    commit = session.issue.base_commit
    key = f"toolchain/{detectors()}/{commit}"
    data = session.deps.store.cached(key)
    if data is not None:
        return Toolchain.model_validate_json(data)
    try:
        toolchain = detect(session.repository.tree(commit), session.wishes.wishes())
    except BadSettings as error:
        raise UsageError(f"{NAME}: {error}") from error
    session.ledger.cache(key, toolchain.model_dump_json().encode())
    return toolchain


def measure_baseline(session: Session) -> Results:
    """Run every check on the untouched base, or take what another run measured with the same image and commands."""
    store, ledger = session.deps.store, session.ledger
    if store.artifact(ledger.run_id, "baseline.json") is not None:
        return session.baseline
    ledger.status("baseline")
    key = _baseline_key(session)
    data = store.cached(key)
    if data is None:
        sandbox = session.sandbox("baseline", session.issue.base_commit)
        results = run_checks(
            sandbox,
            session.toolchain,
            commit=session.issue.base_commit,
            image=session.image,
            on_result=lambda result: ledger.event(
                "command_finished",
                check=result.check.name,
                exit_code=result.exit_code,
                seconds=round(result.seconds, 2),
                tests=len(result.tests),
                problem=result.problem,
            ),
        )
        results = run_again(sandbox, results)
        data = results.model_dump_json().encode()
        if not any(result.timed_out for result in results.checks):
            ledger.cache(key, data)
    results = Results.model_validate_json(data)
    tests = results.tests().values()
    ledger.event(
        "baseline_measured",
        tests=len(tests),
        passed=sum(test.status in ("passed", "xfailed") for test in tests),
        diagnostics=sum(len(result.diagnostics) for result in results.checks),
        problems=[f"{result.check.name}: {result.problem}" for result in results.checks if result.problem],
    )
    ledger.artifact("baseline.json", data)
    return results


def _baseline_key(session: Session) -> str:
    commands = [check.model_dump(mode="json") for check in session.toolchain.checks]
    material = json.dumps([session.issue.base_commit, session.image, commands, session.toolchain.env])
    return "baseline/" + hashlib.sha256(material.encode()).hexdigest()
