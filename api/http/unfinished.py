"""What was promised and not enqueued when the last server died: between a stored fact and the queue nothing is lost."""

from patchwright.agent.run import GATE, WORKING
from patchwright.api.http.service import Service


def submit_unfinished(service: Service) -> int:
    """Enqueue every run that somebody asked for and that has work left; how many. Twice is harmless (REL-01)."""
    found = [run_id for run_id, status in _open_runs(service) if status not in GATE or _is_decided(service, run_id)]
    for run_id in found:
        claim = service.requests.of_run(run_id)
        service.dispatch.submit(run_id, key=claim.key_id if claim else "")
    return len(found)


def _open_runs(service: Service) -> list[tuple[str, str]]:
    statuses = ("queued", *WORKING, *GATE)
    query = (
        "SELECT runs.id AS id, runs.status AS status FROM runs JOIN requests ON requests.run_id=runs.id "
        f"WHERE runs.status IN ({', '.join('?' * len(statuses))}) ORDER BY runs.created_at"
    )
    return [(row["id"], row["status"]) for row in service.store.database.connection().execute(query, statuses)]


def _is_decided(service: Service, run_id: str) -> bool:
    plan = service.store.plan(run_id)
    return any(plan and approval.revision == plan.revision for approval in service.store.approvals(run_id))
