"""One job from its start to its row: run, decide at the gate, grade. It picks up where it was killed."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from patchwright.agent import runs, views
from patchwright.agent.budget import Budget, Quota, Quotas
from patchwright.agent.deps import Deps, ImageWanted, SandboxKind, Say
from patchwright.agent.errors import NotNow, PatchwrightError, RunNotFound, StaleApproval
from patchwright.agent.run import ENDED, GATE, Run, Usage
from patchwright.evals.approving import Approver
from patchwright.evals.campaign import Campaign, Job
from patchwright.evals.environment import prepare
from patchwright.evals.grading import grade
from patchwright.evals.instance import Prediction
from patchwright.evals.places import Place, source_of
from patchwright.evals.reportfiles import write_instance, write_whole
from patchwright.evals.rows import End, Row
from patchwright.evals.trajectories import trajectory
from patchwright.evals.verdict import Failure, Grade
from patchwright.sandbox.errors import SandboxError

DRIVES = 60
"""How often a run is driven on at most: decisions and retries together."""
RETRIES = 3
"""How often a run that the place failed is taken up again."""
RETRY_SECONDS = 5.0

Drive = Callable[[Deps, str], Run]
"""Works on a run until it waits or ends: `runs.drive` here, or a dispatch that has others do it."""


@dataclass(frozen=True, slots=True)
class Conductor:
    """What conducting needs: the run's dependencies, the place of grading, who decides, who drives."""

    campaign: Campaign
    deps: Deps
    place: Place
    folder: Path
    approver: Callable[[Job], Approver]
    sandbox: SandboxKind = "docker"
    drive: Drive = runs.drive
    sleep: Callable[[float], None] = time.sleep


def conduct(conductor: Conductor, job: Job) -> Row:
    """The row of a job. Whatever the place spoils is a row that says so; the model is not blamed for it."""
    began = time.monotonic()
    try:
        deps = limited(conductor.deps, conductor.campaign)
        deps = _in_environment(deps, conductor.place, job)
        approver = conductor.approver(job)
        run = _ended(conductor, deps, approver, _begun(conductor, deps, job))
    except (PatchwrightError, SandboxError) as error:
        return _row(job, began, failure="infrastructure", reason=deps_words(conductor.deps, error))
    return _graded(conductor, job, run, approver.spent(), began)


def deps_words(deps: Deps, error: Exception) -> str:
    """An error's words without secrets (SEC-04)."""
    return deps.redactor.text(str(error))


def limited(deps: Deps, campaign: Campaign) -> Deps:
    """The dependencies with the campaign's budgets: of each run, and of all of them in a day."""
    whole = {name: value for name, value in campaign.budget.items() if name not in ("money", "seconds")}
    exact = {name: value for name, value in campaign.budget.items() if name in ("money", "seconds")}
    limits = {**deps.budget.model_dump(), **{name: int(value) for name, value in whole.items()}, **exact}
    total = {name: value if name in ("money", "seconds") else int(value) for name, value in campaign.total.items()}
    quotas = Quotas(deps.quotas.repository, Quota.model_validate(total)) if total else deps.quotas
    return replace(deps, budget=Budget.model_validate(limits), quotas=quotas)


def _in_environment(deps: Deps, place: Place, job: Job) -> Deps:
    """A run works in the instance's own environment where it names one."""
    if not job.instance.environment.named:
        return deps

    def image(wanted: ImageWanted, say: Say) -> str:
        return prepare(job.instance, replace(place, say=say), wanted.tree).image

    return replace(deps, prepare_image=image)


def _begun(conductor: Conductor, deps: Deps, job: Job) -> str:
    """The run's id; it is started unless it was. The model sees repository, commit and issue, nothing else."""
    run_id = job.run_id(conductor.campaign)
    try:
        return deps.store.run(run_id).id
    except RunNotFound:
        source, commit = source_of(job.instance, conductor.place)
    definition = _definition(job.instance.transformation)
    text = job.instance.problem_statement
    asked = runs.Asked(source, text, commit, sandbox=conductor.sandbox, origin="eval", transformation=definition)
    return runs.start(deps, replace(asked, run_id=run_id)).id


def _definition(name: str) -> str:
    from patchwright.tools.transformations.definition import find_definition

    return find_definition(name)[0] if name else ""


def _ended(conductor: Conductor, deps: Deps, approver: Approver, run_id: str) -> Run:
    """Drive and decide until the run has ended or is parked for good."""
    run, failed = deps.store.run(run_id), 0
    for _ in range(DRIVES):
        if run.status in ENDED or run.status in ("paused_budget", "paused_config"):
            break
        if run.status in GATE:
            _decide(deps, approver, run)
        elif run.status == "infra_failed":
            failed += 1
            if failed > RETRIES:
                break
            conductor.sleep(RETRY_SECONDS * failed)
        run = conductor.drive(deps, run_id)
    return run


def _decide(deps: Deps, approver: Approver, run: Run) -> None:
    """Decide on the newest plan, unless it was before we were killed."""
    plan = deps.store.plan(run.id)
    if plan is None or any(one.revision == plan.revision for one in deps.store.approvals(run.id)):
        return
    made = approver.decide(run, plan)
    with suppress(StaleApproval, NotNow):  # the plan has moved on meanwhile: it is decided on in the next round
        revision, sha256 = plan.revision, plan.sha256
        runs.decide(deps, run.id, made.decision, by=made.by, revision=revision, sha256=sha256, notes=made.notes)


def _graded(conductor: Conductor, job: Job, run: Run, played: Usage, began: float) -> Row:
    """Grade what the run came to, write its files, and make the row."""
    store, folder = conductor.deps.store, job.folder(conductor.folder)
    prediction = predicted(conductor.deps, job, run)
    infra = run.status in ("infra_failed", "paused_config")
    found = Grade(instance_id=job.instance.instance_id, failure="infrastructure", notes=(run.reason,))
    if not infra:
        found = grade(job.instance, prediction, conductor.place)
        write_instance(folder, prediction, found)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "traj.json", trajectory(store, run.id, prediction, found))
    row = _row(job, began, failure=_failure(run, prediction, found), reason=_reason(run, found))
    calls = [event.data for event in store.events(run.id, limit=100_000) if event.kind == "model_called"]
    return row.model_copy(
        update={
            "run_id": run.id,
            "outcome": run.outcome or "",
            "verdict": run.verdict,
            "resolved": found.resolved,
            "patch": prediction.model_patch or "",
            "approvals": tuple(store.approvals(run.id)),
            "usage": store.usage(run.id),
            "played": played,
            "grade_seconds": found.seconds,
            "model_seconds": round(sum(float(call.get("seconds", 0)) for call in calls), 3),
            "models": tuple(sorted({str(call["rung"]) for call in calls if call.get("rung")})),
            "notes": found.notes,
        }
    )


def predicted(deps: Deps, job: Job, run: Run) -> Prediction:
    """The run's patch as a prediction; none if it ended without one."""
    try:
        patch = views.patch(deps.store, run.id).decode("utf-8", "surrogateescape")
    except NotNow:
        patch = ""
    return Prediction(
        instance_id=job.instance.instance_id,
        model_name_or_path=job.setup.name,
        model_patch=patch,
        outcome=run.outcome or "",
    )


def _failure(run: Run, prediction: Prediction, found: Grade) -> Failure | End:
    if found.resolved or not prediction.empty or found.failure == "infrastructure":
        return found.failure
    if run.status == "paused_budget":
        return "budget"
    return "gave up" if run.outcome == "gave_up" else found.failure


def _reason(run: Run, found: Grade) -> str:
    return run.reason or (found.notes[0] if found.notes and not found.resolved else "")


def _row(job: Job, began: float, *, failure: Failure | End, reason: str) -> Row:
    return Row(
        setup=job.setup.name,
        instance_id=job.instance.instance_id,
        attempt=job.attempt,
        repo=job.instance.repo,
        language=job.instance.language,
        kind=job.instance.kind,
        failure=failure,
        reason=reason[:2000],
        seconds=round(time.monotonic() - began, 3),
    )
