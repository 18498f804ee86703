"""Stores with runs in every state, at a fixed time and with fixed ids, and the screen upon them."""

import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from patchwright.agent.config import Settings
from patchwright.agent.issue import Issue
from patchwright.agent.plan import Draft, Plan, Terms, plan_sha256
from patchwright.agent.report import CheckLine, FileLine, Origin, Report, StepLine
from patchwright.agent.run import Usage
from patchwright.agent.state import GRAPH_VERSION
from patchwright.agent.store.ledger import own
from patchwright.agent.store.sqlite import SqliteDatabase
from patchwright.agent.store.store import Store
from patchwright.api.place import Place
from patchwright.api.screen import Screen
from patchwright.api.tui.app import PatchwrightApp
from patchwright.api.tui.ink import DARK, Ink
from patchwright.api.tui.lines import Lines
from patchwright.api.tui.local import LocalHands
from patchwright.api.tui.seeing import StoreSource
from patchwright.tools.checks import TestChange
from patchwright.tools.secrets import Redactor
from tests.api.prepared import DRAFT

WHEN = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
WHO = "tester@here (terminal)"
PATCH = b"""\
diff --git a/clock/text.py b/clock/text.py
index 1111111..2222222 100644
--- a/clock/text.py
+++ b/clock/text.py
@@ -10,6 +10,6 @@ def format(seconds):
     parts = []
     for unit, size in UNITS.items():
-        count = int(seconds / size)
+        count, seconds = divmod(seconds, size)
         parts.append(f"{count}{unit}")
-    return " ".join(parts)
+    return " ".join(parts) or "0s"
 
@@ -30,2 +30,3 @@ def parse(text):
     if not text:
+        # nothing is no duration
         raise ValueError(text)
diff --git a/tests/test_text.py b/tests/test_text.py
new file mode 100644
index 0000000..3333333
--- /dev/null
+++ b/tests/test_text.py
@@ -0,0 +1,2 @@
+def test_zero():
+    assert format(0) == "0s"
"""


class Stage:
    """One state folder. Its store's clock stands still."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(SqliteDatabase(folder / "patchwright.db"), lambda: WHEN)
        self.place = Place(Settings(state=folder), self.store, Screen(Redactor(("a-secret-of-ours",))))
        self.hands = LocalHands(self.place, WHO)
        self.hands.workers._command = ("true",)  # pyright: ignore[reportPrivateUsage]

    def run(self, number: int, title: str = "format(0) says nothing", repository: str = "/somewhere/clock") -> str:
        issue = Issue(title=title, repository=repository, base_commit="b" * 40, clone="c.git")
        return self.store.create_run(issue, GRAPH_VERSION, "local", run_id=f"{number:032x}").id

    def plan(self, run_id: str, revision: int = 1, draft: Draft = DRAFT, author: str = "planner") -> Plan:
        terms = Terms(run_id=run_id, image="local", commands=(("python", "-m", "pytest"),), limits={})
        sha256 = plan_sha256(self.store.run(run_id).issue, draft, terms, ())
        return Plan(revision=revision, author=author, draft=draft, terms=terms, sha256=sha256)

    def waiting(self, number: int = 1, draft: Draft = DRAFT, title: str = "format(0) says nothing") -> str:
        run_id = self.run(number, title)
        with own(self.store, run_id) as ledger:
            ledger.status("planning")
            ledger.plan(self.plan(run_id, 1, draft))
            ledger.status("awaiting_approval", "revision 1 waits for a decision")
        return run_id

    def working(self, number: int = 2) -> str:
        run_id = self.run(number)
        with own(self.store, run_id) as ledger:
            ledger.event("toolchain_detected", families=["python"], checks=["syntax", "pytest"], notes=[])
            ledger.event("command_finished", check="pytest", exit_code=1, seconds=0.5, tests=9, problem="")
            ledger.event("baseline_measured", tests=9, passed=8, diagnostics=0, problems=[])
            ledger.status("executing")
            ledger.event("step_started", step=1, title="Show it with a test", recipe="")
            answer: dict[str, Any] = {
                "content": "I write the test.",
                "tool_calls": [
                    {"id": "1", "name": "create", "arguments": {"path": "t.py", "text": "assert 1\nassert 2"}}
                ],
            }
            spent = Usage(requests=1, tokens_in=900, tokens_out=80, seconds=2.5, money=0.02)
            says: dict[str, Any] = {
                "role": "editor",
                "model": "m",
                "tokens_in": 900,
                "tokens_out": 80,
                "calls": ["create"],
            }
            ledger.record("k/1", "model_called", answer, spent, **says, says="I write the test.")
            outcome = {"outcome": {"text": "t.py was created."}, "head": "h"}
            told: dict[str, Any] = {
                "tool": "create",
                "arguments": {"path": "t.py"},
                "says": "t.py was created.",
                "edits": ["t.py"],
            }
            ledger.record("k/1/1", "tool_called", outcome, None, **told)
            counts: dict[str, Any] = {
                "fixed": 0,
                "broken": 1,
                "passed": 8,
                "total": 10,
                "new_diagnostics": 0,
                "problems": [],
            }
            ledger.event("attempt_verified", step=1, green=False, **counts)
            ledger.event("attempt_verified", step=1, green=True, **{**counts, "passed": 10, "broken": 0})
            ledger.event("step_finished", step=1, result="green", reason="")
            ledger.event("step_started", step=2, title="Mend the cause", recipe="")
        return run_id

    def ended(self, number: int = 3, patch: bytes = PATCH, repository: str = "/somewhere/clock") -> str:
        run_id = self.run(number, repository=repository)
        with own(self.store, run_id) as ledger:
            plan = self.plan(run_id)
            ledger.plan(plan)
            ledger.artifact("patch.diff", patch)
            ledger.artifact("report.json", a_report(run_id, plan, repository).model_dump_json().encode())
            ledger.event("patch_ready", files=2, verdict="verified")
            ledger.end("awaiting_review", "patch", "verified", "")
        return run_id

    @asynccontextmanager
    async def screen(
        self, run_id: str = "", size: tuple[int, int] = (120, 40), ink: Ink = DARK
    ) -> AsyncGenerator[Pilot[None]]:
        drafts = self.folder / "drafts"
        source = StoreSource(self.place)
        app = PatchwrightApp(self.place.screen, ink, source, lambda: self.hands, run_id, drafts=drafts)
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            yield pilot


def a_report(run_id: str, plan: Plan, repository: str) -> Report:
    check = CheckLine(
        name="pytest",
        command="python -m pytest",
        before_exit=1,
        after_exit=0,
        before_passed=8,
        before_total=9,
        after_passed=10,
        after_total=10,
        seconds=1.5,
    )
    return Report(
        run_id=run_id,
        title="format(0) says nothing",
        body="",
        repository=repository,
        base_commit="b" * 40,
        result_commit="c" * 40,
        outcome="patch",
        verdict="verified",
        reasons=(),
        plan_revision=1,
        plan_sha256=plan.sha256,
        plan_author=plan.author,
        summary=plan.draft.summary,
        approvals=(),
        steps=(StepLine(number=1, title="Show it", recipe="", result="green", attempts=1, reason=""),),
        files=(FileLine(path="clock/text.py", status="modified", added=3, removed=2),),
        origins=(
            Origin(path="clock/text.py", at="10,6", steps=(2,), attempts=(1,), authors=("model",)),
            Origin(path="clock/text.py", at="30,3", steps=(1,), attempts=(2,), authors=("recipe",)),
        ),
        checks=(check,),
        changes=(TestChange(id="tests.test_a::test_zero", verdict="fixed", before="failed", after="passed"),),
        findings=(),
        leftovers=(),
        image="local",
        sandbox="local",
        usage=Usage(),
        notes=(),
    )


async def settled(pilot: Pilot[None]) -> None:
    """Until what was begun off the loop has come back and is drawn."""
    for _ in range(3):
        await pilot.pause(0.02)
        await pilot.app.workers.wait_for_complete()  # pyright: ignore[reportUnknownMemberType]


async def press(pilot: Pilot[None], *keys: str) -> None:
    """The keys, and what comes of them."""
    await pilot.press(*keys)
    await settled(pilot)


async def typed(pilot: Pilot[None], words: str) -> None:
    """As if pasted: a key for each letter takes its time."""
    field = pilot.app.screen.focused
    assert isinstance(field, Input | TextArea), field
    if isinstance(field, Input):
        field.insert_text_at_cursor(words)
    else:
        field.insert(words)
    await pilot.pause()


def shown(pilot: Pilot[None]) -> str:
    """All text on the screen, line by line."""
    width, height = pilot.app.size
    strips = pilot.app.screen._compositor.render_strips()  # pyright: ignore
    assert len(strips) == height, width
    return "\n".join(strip.text.rstrip() for strip in strips)


def told(pilot: Pilot[None]) -> str:
    """What the person was told at the edge of the screen."""
    return " ".join(one.message for one in pilot.app._notifications)  # pyright: ignore[reportPrivateUsage]


def lines(pilot: Pilot[None]) -> Lines:
    """Where the keys go."""
    focused = pilot.app.screen.focused
    assert isinstance(focused, Lines), focused
    return focused


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
