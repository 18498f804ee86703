"""A run from the request to the patch, over a real wire."""

import pytest

from patchwright.agent.errors import NotNow, RunNotFound, StaleApproval
from patchwright.agent.run import ENDED
from patchwright.api.http.client import Client, Denied
from patchwright.api.http.schemas import NewRun, RunView
from tests.api.http.conftest import Serve
from tests.e2e.stage import Stage


def new(stage: Stage, **more: object) -> NewRun:
    return NewRun.model_validate({"repository": str(stage.repository), "issue": stage.text, **more})


def to_gate(client: Client, run_id: str) -> RunView:
    for event in client.follow(run_id):
        if event.kind == "status_changed" and event.data["status"] == "awaiting_approval":
            break
    return client.run(run_id)


def approve(client: Client, run: RunView) -> RunView:
    assert run.plan
    return client.decide(run.id, "approve", revision=run.plan.revision, sha256=run.plan.sha256[:12])


def test_an_issue_becomes_a_patch_and_every_event_is_seen_once(serve: Serve, stage: Stage) -> None:
    served = serve()
    with served.client("approver", "anna") as client:
        asked = client.start(new(stage))
        assert asked.status == "queued" or asked.plan
        waiting = to_gate(client, asked.id)
        assert waiting.requested_by.startswith("anna (key ")
        approve(client, waiting)
        seen = list(client.follow(asked.id))
        done = client.run(asked.id)
        assert done.status in ENDED and done.verdict == "verified", done.reason
        assert [event.seq for event in seen] == list(range(1, done.last_event + 1))
        assert client.events(asked.id) == seen
        assert b"+right" in client.patch(asked.id)
        assert client.report(asked.id).approvals[0].by == waiting.requested_by
        assert client.verification(asked.id).checks[0].after_exit == 0
        assert "report.json" in client.artifacts(asked.id)
        assert client.artifact(asked.id, "patch.diff") == client.patch(asked.id)
        assert [line.id for line in client.runs(status=["awaiting_review"]).runs] == [asked.id]
        assert {one.name for one in client.transformations()} >= {"java-17"}
    assert [line.action for line in reversed(served.service.audit.lines())] == ["start", "approve"]
    assert served.service.audit.first_changed() == 0


def test_a_stale_decision_is_refused_and_a_plan_is_edited_by_hand(serve: Serve, stage: Stage) -> None:
    with serve().client() as client:
        run = to_gate(client, client.start(new(stage)).id)
        plan = run.plan
        assert plan
        draft = stage.plan(run.id).draft.model_copy(update={"summary": "Mend it by hand."})
        mine = client.edit(run.id, draft, revision=1, sha256=plan.sha256)
        assert (mine.revision, mine.summary) == (2, "Mend it by hand.")
        with pytest.raises(StaleApproval, match="now at revision 2"):
            client.decide(run.id, "approve", revision=1, sha256=plan.sha256)
        with pytest.raises(StaleApproval):
            client.edit(run.id, draft, revision=1, sha256=plan.sha256)
        history = client.plan(run.id)
        assert (history.current, history.revisions[1].changes[0].after) == (2, "Mend it by hand.")
        client.decide(run.id, "reject", revision=2, sha256=mine.sha256, notes="not today")
        assert [event.kind for event in client.follow(run.id)][-1] == "run_ended"
        with pytest.raises(NotNow):
            client.patch(run.id)


def test_the_same_request_with_the_same_key_is_one_run(serve: Serve, stage: Stage) -> None:
    served = serve(works=False)
    with served.client() as client:
        first = client.start(new(stage), idempotency_key="once")
        assert client.start(new(stage), idempotency_key="once").id == first.id
        assert client.start(new(stage)).id != first.id
        with pytest.raises(Denied, match="another request"):
            client.start(new(stage, issue="Something else."), idempotency_key="once")
        assert len(client.runs().runs) == 2


def test_a_claim_whose_run_was_not_made_before_a_crash_is_made_by_the_next_try(
    serve: Serve, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = serve(works=False)
    with served.client() as client:
        with monkeypatch.context() as crashing:
            crashing.setattr("patchwright.api.http.starting.runs.start", _crash)
            with pytest.raises(Exception, match="defect"):
                client.start(new(stage), idempotency_key="once")
        made = client.start(new(stage), idempotency_key="once")
        assert [line.id for line in client.runs().runs] == [made.id]
        assert served.dispatch.submitted[-1][0] == made.id


def _crash(*_: object) -> None:
    raise KeyError("here it dies")


def test_runs_are_listed_page_by_page_and_filtered(serve: Serve, stage: Stage) -> None:
    with serve(works=False).client("requester", "anna") as client:
        ids = [client.start(new(stage, issue=f"Word {number} is wrong.")).id for number in range(5)]
        first = client.runs(limit=2)
        second = client.runs(limit=3, cursor=first.next or "")
        assert [line.id for line in (*first.runs, *second.runs)] == sorted(
            ids, key=lambda one: (client.run(one).created_at, one), reverse=True
        )
        assert second.next is None
        assert [line.title for line in client.runs(title="word 3").runs] == ["Word 3 is wrong."]
        assert client.runs(requested_by="nobody").runs == ()
        with pytest.raises(RunNotFound):
            client.run("0" * 32)


def test_steering_a_run(serve: Serve, stage: Stage) -> None:
    served = serve(works=False)
    with served.client() as client:
        run = client.start(new(stage))
        assert client.say(run.id, "Mind the comma.").said[0].text == "Mind the comma."
        assert client.pause(run.id).status == "paused"
        resumed = client.resume(run.id, {"seconds": 60})
        assert resumed.status == "paused" and served.dispatch.submitted[-1][0] == run.id
        assert client.events(run.id)[-1].kind == "budget_added"
        assert client.cancel(run.id).status == "cancelled"
        with pytest.raises(NotNow):
            client.cancel(run.id)
