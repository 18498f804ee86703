"""Who may do what, how often, and what a stranger learns: nothing."""

import socket

import pytest

from patchwright.agent.errors import RunNotFound
from patchwright.api.http.client import Denied
from patchwright.api.http.keys import KeyLimits
from patchwright.api.http.rights import is_offered, may_decide, may_steer
from patchwright.api.http.schemas import NewRun
from tests.api.http.conftest import Serve, running
from tests.api.http.test_runs import new, to_gate
from tests.e2e.stage import Stage


def test_every_address_but_health_needs_a_key(serve: Serve) -> None:
    """AUTH-04: all of the OpenAPI document, with and without a key that looks like one."""
    served = serve(works=False)
    with served.http() as client:
        paths = client.get("/openapi.json").json()["paths"]
        for path, methods in paths.items():
            for method in methods:
                answer = client.request(method, path.replace("{run_id}", "0" * 32).replace("{name}", "x"))
                expected = 200 if path in ("/healthz", "/readyz") else 401
                assert answer.status_code == expected, (method, path)
        wrong = client.get("/v1/runs", headers={"authorization": "Bearer pwk_0123456789ab_" + "x" * 43})
        assert wrong.status_code == 401 and wrong.headers["www-authenticate"].startswith("Bearer")
        assert wrong.headers["content-type"] == "application/problem+json"


def test_wrong_keys_are_slowed_down_and_written_to_the_audit_log(serve: Serve) -> None:
    """AUTH-06."""
    served = serve(works=False)
    with served.http("pwk_0123456789ab_" + "x" * 43) as client:
        statuses = [client.get("/v1/runs").status_code for _ in range(12)]
        assert statuses[:10] == [401] * 10 and statuses[-1] == 429
        assert int(client.get("/v1/runs").headers["retry-after"]) >= 1
    assert {(line.action, line.result) for line in served.service.audit.lines()} == {("authenticate", "refused")}


def test_a_key_is_shown_once_and_kept_as_a_hash_and_opens_nothing_once_revoked(serve: Serve, stage: Stage) -> None:
    served = serve(works=False)
    text = served.key("viewer", "eve")
    assert text.encode() not in (stage.state / "patchwright.db").read_bytes()
    assert served.service.redactor.text(f"the key {text}!") == "the key [redacted]!"
    with served.http(text) as client:
        assert client.get("/v1/runs").status_code == 200
        served.service.keys.revoke("eve", served.service.store.now())
        assert client.get("/v1/runs").status_code == 401


def test_roles_and_scopes_decide(serve: Serve, stage: Stage) -> None:
    """AUTH-05: what a key may not see is not there."""
    served = serve()
    with served.client("requester", "rita") as rita:
        run = to_gate(rita, rita.start(new(stage)).id)
        assert run.plan
        with pytest.raises(Denied, match="role approver"):
            rita.decide(run.id, "approve", revision=1, sha256=run.plan.sha256)
        with pytest.raises(Denied, match="takes the role approver"):
            rita.resume(run.id, {"seconds": 1})
    with served.client("viewer") as viewer, pytest.raises(Denied, match="role requester"):
        viewer.start(new(stage))
    with served.client("requester", "otto") as other, pytest.raises(Denied, match="another's"):
        other.cancel(run.id)
    with served.client("admin", "far", "https://example.org/*") as far:
        assert far.runs().runs == ()
        for look in (far.run, far.plan, far.patch, far.artifacts, far.cancel):
            with pytest.raises(RunNotFound):
                look(run.id)
        with pytest.raises(RunNotFound):
            list(far.follow(run.id))
        with pytest.raises(Denied, match="scope"):
            far.start(new(stage))
    with served.client("approver") as approver, pytest.raises(Denied, match="No run may be started"):
        approver.start(NewRun(repository="/etc", issue="x"))


def test_whoever_asked_may_be_kept_from_approving(serve: Serve, stage: Stage) -> None:
    served = serve(requester_may_approve=False)
    with served.client("approver", "anna") as anna, served.client("approver", "berta") as berta:
        run = to_gate(anna, anna.start(new(stage)).id)
        assert run.plan
        with pytest.raises(Denied, match="another has to"):
            anna.decide(run.id, "approve", revision=1, sha256=run.plan.sha256)
        assert berta.decide(run.id, "approve", revision=1, sha256=run.plan.sha256).approvals[0].by.startswith("berta")


def test_what_would_be_too_much_is_refused_with_when_to_come_back(serve: Serve, stage: Stage) -> None:
    """RES-12."""
    served = serve(works=False, queue=2, runs_per_hour=1)
    with served.client("requester") as client:
        client.start(new(stage), idempotency_key="a")
        with pytest.raises(Denied, match="1 runs in an hour") as refused:
            client.start(new(stage))
        assert 3000 < refused.value.retry_after <= 3600
        assert client.start(new(stage), idempotency_key="a").status == "queued"  # no new run
    with served.client("requester", "more") as client:
        client.start(new(stage))
        with pytest.raises(Denied, match="2 runs wait"):
            client.start(new(stage))
    with served.http(served.key("viewer", "often", limits=KeyLimits(requests_per_minute=2))) as client:
        assert [client.get("/v1/runs").status_code for _ in range(3)] == [200, 200, 429]


def test_bodies_are_bounded_and_told_what_is_wrong(serve: Serve) -> None:
    """API-01, API-03, WH-04."""
    served = serve(works=False)
    with served.http(served.key()) as client:
        unknown = client.post("/v1/runs", json={"repository": "r", "issue": "i", "sandbox": "local"})
        assert (unknown.status_code, unknown.json()["errors"][0]["where"]) == (422, "body.sandbox")
        large = client.post("/v1/runs", content=b"x" * (2 << 20), headers={"content-type": "application/json"})
        assert large.status_code == 413
        chunked = client.post("/v1/runs", content=(b"x" * 65536 for _ in range(40)))
        assert chunked.status_code == 413
        coded = client.post("/v1/runs", content=b"x", headers={"content-encoding": "gzip"})
        assert (coded.status_code, coded.json()["type"]) == (415, "urn:patchwright:problem:coded-body")
        for path, status in (("/v1/nothing", 404), ("/v1/runs/xyz", 422), (f"/v1/runs/{'0' * 32}", 404)):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert client.put("/v1/runs").status_code == 405
        assert (
            client.get("/v1/runs", headers={"origin": "https://evil.example"}).headers.get(
                "access-control-allow-origin"
            )
            is None
        )


def test_a_request_that_does_not_come_is_not_waited_for(serve: Serve) -> None:
    """WH-05: neither its head nor its body."""
    served = serve(works=False)
    head = f"POST /v1/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.key()}\r\nContent-Length: 9\r\n"
    with running(served.service, seconds=0.3) as url:
        for sent in (b"GET / HT", f"{head}\r\n{{".encode()):
            with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=20) as connection:
                connection.sendall(sent)
                answer = connection.recv(1000)
                assert answer == b"" or b" 408 " in answer


@pytest.mark.parametrize(
    ("repository", "offered"),
    [
        ("https://github.com/acme/clock", True),
        ("https://github.com/acme/../evil/x", False),
        ("https://github.com/evil/x", False),
        ("https://user:pw@github.com/acme/clock", False),
        ("https://github.com/acme/clock?x", False),
        ("/srv/git/clock", True),
        ("/srv/git/../../etc", False),
        ("/srv/git/a b", False),
        ("/srv/git/%2e%2e/x", False),
        ("ext::sh -c x", False),
        ("", False),
    ],
)
def test_only_what_the_operator_names_is_worked_on(repository: str, offered: bool) -> None:
    """NET-01."""
    assert is_offered(("https://github.com/acme/*", "/srv/git/*"), repository) is offered
    assert not is_offered((), repository)


def test_rights_are_a_table() -> None:
    assert may_decide("approver", "a", "b", requester_may_approve=False)
    assert not may_decide("approver", "a", "a", requester_may_approve=False)
    assert not may_decide("requester", "a", "b", requester_may_approve=True)
    assert may_steer("requester", "a", "a") and not may_steer("requester", "a", "b") and may_steer("approver", "a", "b")
