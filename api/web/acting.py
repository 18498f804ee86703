"""Forms: what a person does to a run on its page. Each leads back to it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from patchwright.agent.budget import read_addition
from patchwright.agent.errors import NotNow
from patchwright.api.http import acts
from patchwright.api.http.answers import audited
from patchwright.api.http.caller import check_rank
from patchwright.api.http.problems import Refused
from patchwright.api.http.routes.runs import RunId
from patchwright.api.http.schemas import Decide, NewRevision, NewRun
from patchwright.api.http.starting import start
from patchwright.api.web.editing import read_draft
from patchwright.api.web.forms import Form, checked, read_form

router = APIRouter(include_in_schema=False)

Sent = Annotated[Form, Depends(read_form)]


@router.post("/runs")
def ask(form: Sent) -> Response:
    """A new run. The form's own word makes sure that a second click starts no second run."""
    names = ("repository", "issue", "revision", "transformation")
    new = checked(NewRun, {name: form.text(name) for name in names if form.text(name)})
    check_rank(form.caller.key, "requester")
    with audited(form.caller, "start", told=new.repository):
        run, _ = start(form.caller, new, form.text("word"))
    return _back(run.id)


@router.post("/runs/{run_id}/decide")
def decide(run_id: RunId, form: Sent) -> Response:
    """Approve, send back or reject the revision that the form was shown with."""
    decision, notes = form.text("decision"), form.text("notes")
    if decision == "revise" and not notes:
        raise Refused(422, "invalid", "Say in the notes what should be different, then send the plan back.")
    given = checked(
        Decide,
        {"revision": form.text("revision"), "sha256": form.text("sha256"), "decision": decision, "notes": notes},
    )
    acts.decide(form.caller, run_id, given)
    return _back(run_id)


@router.post("/runs/{run_id}/edit")
def edit(run_id: RunId, form: Sent) -> Response:
    """A revision made by hand."""
    form.caller.run(run_id)
    old = form.caller.service.store.plan(run_id)
    if old is None:
        raise NotNow("This run has no plan yet.")
    values = {"revision": form.text("revision"), "sha256": form.text("sha256"), "draft": read_draft(form, old)}
    acts.edit(form.caller, run_id, checked(NewRevision, values))
    return _back(run_id)


@router.post("/runs/{run_id}/say")
def say(run_id: RunId, form: Sent) -> Response:
    """Words for the model."""
    acts.say(form.caller, run_id, form.text("text"))
    return _back(run_id)


@router.post("/runs/{run_id}/pause")
def pause(run_id: RunId, form: Sent) -> Response:
    """Park it."""
    acts.pause(form.caller, run_id)
    return _back(run_id)


@router.post("/runs/{run_id}/resume")
def resume(run_id: RunId, form: Sent) -> Response:
    """Let it go on, with more budget if some is named as `tokens=200000,money=1.5`."""
    added = read_addition(form.text("budget")) if form.text("budget") else {}
    acts.resume(form.caller, run_id, added)
    return _back(run_id)


@router.post("/runs/{run_id}/cancel")
def cancel(run_id: RunId, form: Sent) -> Response:
    """End it."""
    acts.cancel(form.caller, run_id)
    return _back(run_id)


def _back(run_id: str) -> Response:
    return RedirectResponse(f"/runs/{run_id}", 303)
