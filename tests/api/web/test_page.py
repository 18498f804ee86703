"""The review page in Chromium: from an issue to a verified patch, and hostile text that does nothing."""

import httpx2
import pytest

from patchwright.agent.plan import Draft, Question, Scope, Step
from tests.api.http.conftest import Serve, Served
from tests.api.prepared import ended_run, waiting_run
from tests.api.web.conftest import Browser
from tests.e2e.stage import Stage

pytestmark = pytest.mark.browser

HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    "'\"></textarea></title><a href='javascript:document.title=1'>x</a>{{ 7*7 }}\u202egnp.exe\u200b\x1b[31m"
)


def test_an_issue_becomes_a_patch_with_a_mouse(serve: Serve, stage: Stage, browser: Browser) -> None:
    served = serve()
    browser.log_in(served, served.key("approver", "anna"))
    browser.find("#issue").send_keys(stage.text)
    browser.press("Plan it")
    browser.find("[value=approve]")  # the page loads itself again when the plan is there
    assert "Approve revision 1" in browser.text()
    plan = stage.plan(stage.store().runs()[0].id)
    assert plan.sha256[:12] in browser.find("#decide").text
    browser.find("#notes").send_keys("go on")
    browser.press("Approve revision 1")
    added = browser.find("tr.added .src")
    assert added.text == "right"
    text = browser.text()
    assert "made by step 1, attempt 1, model" in text
    assert "verified" in text and "Model requests" in text
    assert stage.store().approvals(plan.terms.run_id)[0].notes == "go on"
    assert browser.complaints() == []


def test_a_plan_is_edited_sent_back_and_rejected(serve: Serve, stage: Stage, browser: Browser) -> None:
    run_id = waiting_run(stage.state)
    served = serve(works=False)
    browser.log_in(served, served.key("approver", "anna"))
    browser.driver.get(f"{served.url}/runs/{run_id}/edit")
    title = browser.find("#title-2")
    title.clear()
    title.send_keys("Mend it well")
    browser.press("Save as revision 2")
    assert browser.shows(".revisions", "Mend it well")
    assert stage.plan(run_id).draft.steps[1].author.startswith("anna (key")
    browser.press("Ask for changes")  # without notes
    assert "Say in the notes" in browser.text()
    browser.driver.back()
    browser.find("#notes").send_keys("never")
    browser.press("Reject")
    assert stage.store().approvals(run_id)[0].decision == "reject"


@pytest.mark.parametrize("what", ["waiting", "ended"])
def test_hostile_text_is_shown_and_does_nothing(serve: Serve, stage: Stage, browser: Browser, what: str) -> None:
    """OUT-01, PI-02: nothing of an issue, a plan, a diff or a report runs, loads or hides."""
    step = Step(title=HOSTILE[:190], intent=HOSTILE, files=(HOSTILE[:100],), preview=f"+{HOSTILE}\n", verify=HOSTILE)
    draft = Draft(
        summary=HOSTILE, steps=(step,), scope=Scope(paths=(HOSTILE[:80],)), questions=(Question(question=HOSTILE),)
    )
    run_id = waiting_run(stage.state, draft, HOSTILE) if what == "waiting" else hostile_end(stage)
    served = serve(works=False)
    browser.log_in(served, served.key())
    for page in ("", "/edit", "/trajectory") if what == "waiting" else ("", "/trajectory"):
        browser.driver.get(f"{served.url}/runs/{run_id}{page}")
        assert "owned" not in browser.driver.title.replace("document.title='owned'", "")
        assert not browser.has("main script, main img, main a[href^=javascript]")
        assert "49" not in browser.find("h1").text
        source = browser.driver.page_source
        assert not {"\u202e", "\u200b", "\x1b"} & set(source)
    browser.driver.get(f"{served.url}/runs/{run_id}")
    assert "<script>" in browser.text()
    if what == "waiting":
        assert "Look twice" in browser.text()
    assert browser.complaints() == []


def hostile_end(stage: Stage) -> str:
    """A run whose patch changes a hostile file in a hostile way."""
    from patchwright.agent.store.ledger import own
    from tests.api.prepared import open_store

    run_id = ended_run(stage.state, repository=HOSTILE)
    patch = f"diff --git a/x.html b/x.html\n--- a/x.html\n+++ b/x.html\n@@ -1 +1 @@ {HOSTILE}\n-a\n+{HOSTILE}\n"
    with own(open_store(stage.state), run_id) as ledger:
        ledger.artifact("patch.diff", patch.encode())
        ledger.event("warning", text=HOSTILE)
    return run_id


def logged_in(served: Served, key: str) -> httpx2.Client:
    with served.http() as entering:
        answer = entering.post("/login", data={"key": key, "next": "/runs"})
    assert answer.status_code == 303 and "samesite=strict" in answer.headers["set-cookie"].lower()
    client = served.http()
    client.cookies.set("patchwright", answer.cookies["patchwright"], domain="127.0.0.1")
    return client


def test_forms_of_elsewhere_are_refused_and_a_revoked_key_is_logged_out(serve: Serve, stage: Stage) -> None:
    run_id = waiting_run(stage.state)
    served = serve(works=False)
    with logged_in(served, served.key("approver", "anna")) as client:
        assert client.get(f"/runs/{run_id}").status_code == 200
        fields = {"decision": "reject", "revision": "1", "sha256": stage.plan(run_id).sha256}
        for token, headers in (("", {}), ("0" * 64, {}), ("", {"sec-fetch-site": "cross-site"})):
            assert (
                client.post(f"/runs/{run_id}/decide", data={**fields, "token": token}, headers=headers).status_code
                == 403
            )
        assert client.get("/v1/runs").status_code == 401  # the cookie opens the page only
        served.service.keys.revoke("anna", served.service.store.now())
        answer = client.get(f"/runs/{run_id}", headers={"accept": "text/html"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next=/runs/{run_id}")
        assert client.get("/login", params={"next": "//evil.example"}).text.count("evil") == 0
    assert stage.store().approvals(run_id) == []


def test_a_link_from_elsewhere_finds_whoever_is_logged_in(serve: Serve) -> None:
    served = serve(works=False)
    with served.http() as client:
        answer = client.get("/runs", headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 200 and 'http-equiv="refresh"' in answer.text


def test_pages_have_landmarks_labels_and_a_strict_policy(serve: Serve, stage: Stage, browser: Browser) -> None:
    run_id = waiting_run(stage.state)
    served = serve(works=False)
    browser.log_in(served, served.key())
    for path in ("/runs", f"/runs/{run_id}", f"/runs/{run_id}/edit", f"/runs/{run_id}/trajectory"):
        browser.driver.get(served.url + path)
        fields = "document.querySelectorAll('input:not([type=hidden]), textarea, select')"
        assert browser.run(f"return [...{fields}].filter(f => !f.labels.length).map(f => f.name)") == []
        assert all(browser.has(css) for css in ("header", "main#main", "a.skip", "h1", "html[lang]"))
        assert not browser.run("return document.documentElement.scrollWidth > innerWidth")
    with served.http() as client:
        policy = client.get("/login").headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
