"""What can be looked at and taken away: a run as one JSON object, its patch, its report, an archive."""

import io
import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patchwright.agent.candidates import artifact
from patchwright.agent.errors import NotNow
from patchwright.agent.plan import Plan
from patchwright.agent.report import Report
from patchwright.agent.store.store import Store
from patchwright.sandbox.checkout import apply_patch

if TYPE_CHECKING:
    from patchwright.agent.deps import (
        Deps,
    )  # only for the name: its detectors take 0.1 s that `list` and `show` don't need


def summary(store: Store, run_id: str) -> dict[str, Any]:
    """The run as CI reads it: id, status, outcome, verdict, reason, issue, plan, approvals, said, usage."""
    run, plan = store.run(run_id), store.plan(run_id)
    return {
        "id": run.id,
        "status": run.status,
        "outcome": run.outcome,
        "verdict": run.verdict,
        "reason": run.reason,
        "issue": run.issue.model_dump(mode="json"),
        "plan": plan_object(plan) if plan else None,
        "approvals": [approval.model_dump(mode="json") for approval in store.approvals(run_id)],
        "said": [said.model_dump(mode="json") for said in store.said(run_id)],
        "usage": store.usage(run_id).model_dump(mode="json"),
        "created_at": run.created_at,
        "updated_at": run.updated_at,
    }


def plan_object(plan: Plan) -> dict[str, Any]:
    """A revision as CI reads it: revision, sha256, author, notes, candidates, and the draft's fields beside them."""
    draft = plan.draft.model_dump(mode="json")
    head = {"revision": plan.revision, "sha256": plan.sha256, "author": plan.author, "notes": plan.notes}
    return {**head, "candidates": plan.terms.candidates, **draft}


def patch(store: Store, run_id: str, candidate: int | None = None) -> bytes:
    """The unified diff from base to result, or to what a candidate came to. Raises `NotNow` if there is none."""
    run = store.run(run_id)
    data = store.artifact(run_id, artifact(candidate, "patch.diff") if candidate else "patch.diff")
    if data is None and candidate:
        raise NotNow(f"Run {run_id} has no patch of a candidate {candidate}. `patchwright report` names those it has.")
    if data is None:
        where = f"ended as {run.outcome.replace('_', ' ')}" if run.outcome else f"is {run.status}"
        raise NotNow(f"Run {run_id} has no patch: it {where}{f': {run.reason}' if run.reason else '.'}")
    return data


def report(store: Store, run_id: str) -> Report:
    """The report of a run that has ended. Raises `NotNow`."""
    data = store.artifact(run_id, "report.json")
    if data is None:
        raise NotNow(f"Run {run_id} has no report yet: it is {store.run(run_id).status}.")
    return Report.model_validate_json(data)


def apply(deps: "Deps", run_id: str, checkout: Path) -> tuple[str, ...]:
    """Put the patch into the user's checkout; the run is accepted. Raises `NotNow` or `PatchDoesNotApply`."""
    paths = apply_patch(checkout, _deliverable(deps, run_id))
    _accepted(deps, run_id, len(paths), "the patch was put into a checkout")
    return tuple(paths)


def branch(deps: "Deps", run_id: str, checkout: Path, name: str, *, by: str) -> str:
    """Make a branch of the user's repository that holds the patch as one commit on the run's base; its sha.

    Its working copy, index and other branches are left alone. Raises `NotNow` or `SourceRefused`.
    """
    from patchwright.sandbox.branches import add_branch

    _deliverable(deps, run_id)
    run, found = deps.store.run(run_id), report(deps.store, run_id)
    message = f"{run.issue.title}\n\nMade by patchwright, run {run_id}, accepted by {by}: {found.verdict}."
    clone = deps.cache / run.issue.clone
    commit = add_branch(clone, checkout, name, base=run.issue.base_commit, result=found.result_commit, message=message)
    _accepted(deps, run_id, len(found.files), f"the patch became the branch {name}")
    return commit


def save(deps: "Deps", run_id: str, target: Path) -> None:
    """Write the patch into a new file; the run is accepted. Raises `NotNow`."""
    data = _deliverable(deps, run_id)
    try:
        with target.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise NotNow(f"{target} is there already and was left as it is. Name another file.") from None
    _accepted(deps, run_id, len(report(deps.store, run_id).files), "the patch was written to a file")


def _deliverable(deps: "Deps", run_id: str) -> bytes:
    if deps.store.run(run_id).issue.origin == "replay":
        raise NotNow(f"Run {run_id} is a replay: nobody approved it. Apply the run that it replays.")
    return patch(deps.store, run_id)


def _accepted(deps: "Deps", run_id: str, files: int, how: str) -> None:
    deps.store.append(run_id, "patch_applied", {"files": files})
    deps.store.set_status(run_id, "accepted", how)


def export(store: Store, run_id: str, target: Path) -> None:
    """Write one .tar.gz with everything that is known of the run, secrets redacted as they were when stored."""
    files = {
        "run.json": _json(summary(store, run_id)),
        "plans.json": _json([plan_object(plan) for plan in store.plans(run_id)]),
        "attempts.json": _json(store.attempts(run_id)),
        "events.jsonl": b"".join(
            event.model_dump_json().encode() + b"\n" for event in store.events(run_id, limit=1_000_000)
        ),
        "calls.jsonl": b"".join(json.dumps(call).encode() + b"\n" for call in store.answers(run_id)),
        **{f"artifacts/{name}": store.artifact(run_id, name) or b"" for name in store.artifacts(run_id)},
    }
    with tarfile.open(target, "w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(f"patchwright-{run_id}/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1).encode() + b"\n"
