"""Stores as runs leave them, made by hand, for tests of what the door shows."""

from pathlib import Path

from patchwright.agent.issue import Issue
from patchwright.agent.plan import Draft, Evidence, Plan, Question, Scope, Step, Terms, plan_sha256
from patchwright.agent.report import CheckLine, FileLine, Report, StepLine
from patchwright.agent.run import Usage
from patchwright.agent.state import GRAPH_VERSION
from patchwright.agent.store.database import open_database
from patchwright.agent.store.ledger import own
from patchwright.agent.store.store import Store
from patchwright.tools.checks import TestChange

PREVIEW = """\
diff --git a/webob/multidict.py b/webob/multidict.py
index 1111111..2222222 100644
--- a/webob/multidict.py
+++ b/webob/multidict.py
@@ -4,6 +4,6 @@
 Gives a multi-value dictionary object
 (MultiDict) plus several wrappers
 \"\"\"
-from collections import MutableMapping
+from collections.abc import MutableMapping
 import binascii
 import warnings
"""
PATCH = PREVIEW.encode()

DRAFT = Draft(
    summary="Make it work on Python 3.11: 11 of 1113 tests pass on the base. 2 recipes are called for.",
    root_cause="module 'collections' has no attribute 'MutableMapping'",
    steps=(
        Step(
            title="Take abstract base classes from collections.abc",
            intent="1090 failing tests show: ImportError: cannot import name 'MutableMapping'\nTests: a, b, c and 1087 more",
            files=("webob/multidict.py", "webob/headers.py"),
            recipe="python.collections-abc",
            verify="All tests are run again; the step is reverted if a test that passed is lost.",
            preview=PREVIEW,
            evidence=(Evidence(path="webob/multidict.py", line=7, note="from collections import MutableMapping"),),
        ),
        Step(title="Mend the rest by hand", files=("webob/*.py",), must_fix=("tests.test_a::*",)),
    ),
    scope=Scope(tests=True),
    risks=("Only tests that exist can show that behaviour is kept.",),
    questions=(Question(question="Is Python 2 still needed?", suggestions=("no",)),),
    leftovers=("webob/compat.py:10 cgi: the module is gone in 3.13",),
)


def open_store(state: Path) -> Store:
    return Store(open_database(state / "patchwright.db"))


def waiting_run(state: Path, draft: Draft = DRAFT, title: str = "Make it work on Python 3.11 and later") -> str:
    """A run that waits for a decision on revision 1."""
    store = open_store(state)
    issue = Issue(title=title, repository="/somewhere/webob", base_commit="b" * 40, clone="c.git", hidden=3)
    run = store.create_run(issue, GRAPH_VERSION, "local")
    with own(store, run.id) as ledger:
        ledger.status("preparing")
        ledger.event("toolchain_detected", families=["python"], checks=["tests"], notes=[])
        ledger.status("baseline")
        ledger.event("command_finished", check="tests", exit_code=2, seconds=8.2, tests=1113, problem="")
        ledger.event("baseline_measured", tests=1113, passed=11, diagnostics=0, problems=[])
        ledger.status("planning")
        ledger.plan(a_plan(store, run.id, 1, draft))
        ledger.status("awaiting_approval", "revision 1 waits for a decision")
    return run.id


def a_plan(store: Store, run_id: str, revision: int, draft: Draft = DRAFT, author: str = "recipes") -> Plan:
    terms = Terms(run_id=run_id, image="local", commands=(("python", "-m", "pytest"),), limits={})
    issue = store.run(run_id).issue
    sha256 = plan_sha256(issue, draft, terms, ())
    return Plan(revision=revision, author=author, draft=draft, terms=terms, sha256=sha256)


def ended_run(state: Path, verdict: str = "verified", repository: str = "/somewhere/webob") -> str:
    """A run that has come to a patch."""
    store = open_store(state)
    issue = Issue(title="Make it work", repository=repository, base_commit="b" * 40, clone="c.git")
    run = store.create_run(issue, GRAPH_VERSION, "local")
    with own(store, run.id) as ledger:
        plan = a_plan(store, run.id, 1)
        ledger.plan(plan)
        ledger.artifact("patch.diff", PATCH)
        report = a_report(run.id, plan, verdict, repository)
        ledger.artifact("report.json", report.model_dump_json().encode())
        ledger.event("patch_ready", files=1, verdict=verdict)
        ledger.end("awaiting_review", "patch", verdict, "")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return run.id


def a_report(run_id: str, plan: Plan, verdict: str = "verified", repository: str = "/somewhere/webob") -> Report:
    return Report(
        run_id=run_id,
        title="Make it work",
        body="",
        repository=repository,
        base_commit="b" * 40,
        result_commit="c" * 40,
        outcome="patch",
        verdict=verdict,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        reasons=() if verdict == "verified" else ("1 tests that passed before fail now: t",),
        plan_revision=1,
        plan_sha256=plan.sha256,
        plan_author=plan.author,
        summary=plan.draft.summary,
        approvals=(),
        steps=(
            StepLine(number=1, title="Take it", recipe="python.x", result="green", attempts=1, reason=""),
            StepLine(
                number=2, title="Lose it", recipe="python.y", result="reverted", attempts=1, reason="2 tests lost"
            ),
        ),
        files=(FileLine(path="webob/multidict.py", status="modified", added=1, removed=1),),
        origins=(),
        checks=(
            CheckLine(
                name="tests",
                command="python -m pytest",
                before_exit=2,
                after_exit=0,
                before_passed=11,
                before_total=1113,
                after_passed=1112,
                after_total=1113,
                seconds=9.5,
            ),
        ),
        changes=(TestChange(id="t::a", verdict="fixed", before="failed", after="passed"),),
        findings=(),
        leftovers=("webob/compat.py:10 cgi: the module is gone in 3.13",),
        image="local",
        sandbox="local",
        usage=Usage(),
        notes=(),
    )
