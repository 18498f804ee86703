"""`patchwright ci`: what the command does."""

import os
from dataclasses import dataclass
from pathlib import Path

from patchwright.agent.errors import UsageError
from patchwright.api.ci.backend import Backend
from patchwright.api.ci.junit import junit
from patchwright.api.ci.local import Local
from patchwright.api.ci.policy import read_policy
from patchwright.api.ci.running import Came, FailOn, run
from patchwright.api.ci.sarif import sarif
from patchwright.api.ci.summary import headline, summary
from patchwright.api.place import Place, open_place
from patchwright.api.starting import Order, issue_text

KEY = "PATCHWRIGHT_KEY"
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Files:
    """Where results are written; None is nowhere."""

    junit: Path | None = None
    sarif: Path | None = None
    summary: Path | None = None
    patch: Path | None = None


def ci(order: Order, server: str, approve_by: Path | None, fail_on: FailOn, files: Files, name: str) -> int:
    """Run unattended; the exit code. `name` is the transformation's, "" for an issue in words."""
    policy = read_policy(approve_by) if approve_by else None
    place = open_place(as_json=order.as_json, config=order.choices.config)
    came = run(_backend(place, order, server, name), policy, name, fail_on)
    _write(place, came, files)
    _tell(place, came)
    return came.code


def _backend(place: Place, order: Order, server: str, name: str) -> Backend:
    if server == LOCAL:
        return Local(order)
    from patchwright.api.ci.remote import Remote
    from patchwright.api.http.client import Client
    from patchwright.api.http.schemas import NewRun

    key = os.environ.get(KEY, "")
    if not key:
        raise UsageError(f"--server {server} needs an API key in {KEY} (`patchwright keys create` makes one there).")
    new = NewRun(
        repository=order.repository,
        issue="" if name else issue_text(order.issue),
        revision=order.revision,
        candidates=order.candidates,
        transformation=name,
    )
    return Remote(Client(server, key), new, place.screen)


def _write(place: Place, came: Came, files: Files) -> None:
    redact = place.screen.redactor
    if files.junit:
        _put(files.junit, redact.bytes(junit(came)))
    if files.sarif:
        _put(files.sarif, redact.bytes(sarif(came)))
    if files.patch and came.patch is not None:
        _put(files.patch, came.patch)
    step = files.summary or (Path(os.environ["GITHUB_STEP_SUMMARY"]) if os.environ.get("GITHUB_STEP_SUMMARY") else None)
    if step:
        _put(step, redact.text(summary(came)).encode(), append=files.summary is None)


def _put(path: Path, data: bytes, *, append: bool = False) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab" if append else "wb") as file:
            file.write(data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}). Name another file.") from None


def _tell(place: Place, came: Came) -> None:
    screen, state = place.screen, came.state
    if screen.as_json:
        screen.data(
            {
                "id": state.run_id,
                "status": state.status,
                "outcome": state.outcome,
                "verdict": state.verdict,
                "reason": state.reason,
                "policy": came.policy,
                "refused": list(came.refused),
                "exit_code": came.code,
            }
        )
        return
    lines = [f"Run {state.run_id[:8]}: {headline(came)}.", *(f"  {reason}" for reason in came.refused)]
    screen.show(*(screen.text(line) for line in lines))
