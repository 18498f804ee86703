"""A human steers: amendments while the work goes on, and a cancel that takes effect in every state."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from patchwright.agent import runs
from patchwright.agent.budget import Budget
from patchwright.agent.deps import Rung
from patchwright.agent.messages import Model, ModelRole, Reply, Request
from patchwright.agent.run import Run, RunStatus
from patchwright.agent.scripted import Record, ScriptedModel
from tests.e2e import story
from tests.e2e.conftest import MakeStage
from tests.e2e.crashing import orphans
from tests.e2e.stage import Stage
from tests.e2e.test_approval import changed_files

SECONDS = 10.0
"""REL-04."""


def says_of(stage: Stage, run_id: str, tool: str) -> list[str]:
    events = stage.store().events(run_id)
    return [e.data["says"] for e in events if e.kind == "tool_called" and e.data["tool"] == tool]


def amending() -> list[Record]:
    """An editor that is refused a file, asks for it, and tries again."""
    plan, edit, review = story.tiny_answers()
    create = ("create", {"path": "docs/more.txt", "text": "more\n"})
    return [
        plan,
        story.says("editor", create),
        story.says("editor", ("ask", {"question": "May I add docs/more.txt?"})),
        story.says("editor", create, ("create", {"path": "docs/other.txt", "text": "other\n"})),
        edit,
        review,
    ]


def asked(tiny: MakeStage) -> tuple[Stage, Run]:
    stage = tiny(records=amending())
    run = stage.begin()
    stage.approve(run.id)
    run = stage.drive(run.id)
    assert run.status == "needs_input" and "May I add docs/more.txt?" in run.reason
    assert "not in the approved scope" in says_of(stage, run.id, "create")[0]
    assert stage.plan(run.id).revision == 2 and stage.plan(run.id).draft.scope.paths == ("docs/more.txt",)
    return stage, run


def test_an_approved_amendment_opens_exactly_the_path_that_was_refused(tiny: MakeStage) -> None:
    """APR-03, APR-04."""
    stage, run = asked(tiny)
    stage.approve(run.id)
    assert stage.drive(run.id).verdict == "verified"
    assert changed_files(stage, run.id) == ["docs/more.txt", "word.txt"]
    _, granted, other = says_of(stage, run.id, "create")
    assert "scope" not in granted and "not in the approved scope" in other


def test_an_amendment_that_is_not_granted_keeps_the_path_closed(tiny: MakeStage) -> None:
    """APR-04: the words reach the editor, the file stays shut."""
    stage, run = asked(tiny)
    stage.decide(run.id, "revise", notes="No new files.")
    assert stage.drive(run.id).verdict == "verified"
    assert changed_files(stage, run.id) == ["word.txt"]
    assert all("not in the approved scope" in said for said in says_of(stage, run.id, "create"))


def test_a_rejected_amendment_ends_the_run(tiny: MakeStage) -> None:
    """APR-08."""
    stage, run = asked(tiny)
    stage.decide(run.id, "reject")
    ended = stage.drive(run.id)
    assert (ended.status, ended.outcome, ended.verdict) == ("rejected", None, "none")
    assert stage.store().artifact(run.id, "patch.diff") is None


def test_a_question_that_is_asked_again_is_answered_again(tiny: MakeStage) -> None:
    """APR-08: one approval answers one question, also when the next one has the same words."""
    plan, edit, review = story.tiny_answers()
    ask = story.says("editor", ("ask", {"question": "Is it so?"}))
    stage = tiny(records=[plan, ask, ask, edit, review])
    run = stage.begin()
    stage.approve(run.id)
    for revision in (2, 3):
        assert stage.drive(run.id).status == "needs_input"
        assert stage.plan(run.id).revision == revision
        stage.decide(run.id, "approve" if revision == 3 else "revise", notes="It is.")
    assert stage.drive(run.id).verdict == "verified"


class Hanging:
    """A model that does not answer in one role."""

    def __init__(self, inner: Model, role: ModelRole) -> None:
        self._inner = inner
        self._role = role

    def complete(self, request: Request) -> Reply:
        if request.role == self._role:
            time.sleep(1000)
        return self._inner.complete(request)


def hanging(stage: Stage, role: ModelRole) -> dict[str, Any]:
    rungs = (Rung("hanging", Hanging(ScriptedModel(Path(stage.recording)), role)),)

    def models(_: ModelRole) -> tuple[Rung, ...]:
        return rungs

    return {"models": models}


def cancelled_while(stage: Stage, run: Run, hangs: Callable[[], bool], **changed: Any) -> Run:
    """Drive in a thread, cancel once `hangs`, and see that it ends in time."""
    errors = list[BaseException]()

    def drive() -> None:
        try:
            stage.drive(run.id, **changed)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=drive, daemon=True)
    thread.start()
    until = time.monotonic() + 60
    while not hangs():
        assert time.monotonic() < until and thread.is_alive(), (stage.store().run(run.id), errors)
        time.sleep(0.05)
    time.sleep(0.3)
    began = time.monotonic()
    runs.cancel(stage.deps(), run.id)
    thread.join(SECONDS)
    assert not thread.is_alive() and time.monotonic() - began < SECONDS
    assert errors == []
    return stage.store().run(run.id)


def is_now(stage: Stage, run: Run, status: RunStatus) -> Callable[[], bool]:
    return lambda: stage.store().run(run.id).status == status


def test_a_run_that_nobody_works_on_is_cancelled_at_once(tiny: MakeStage) -> None:
    """REL-04: queued, at the gate, and waiting for an answer."""
    for steps, status in enumerate(("queued", "awaiting_approval", "needs_input")):
        stage = tiny(f"s{steps}", records=amending())
        run = stage.start()
        if steps:
            run = stage.drive(run.id)
        if steps == 2:
            stage.approve(run.id)
            run = stage.drive(run.id)
        assert run.status == status
        assert runs.cancel(stage.deps(), run.id).status == "cancelled"
        assert stage.drive(run.id).status == "cancelled"


def test_a_run_whose_budget_is_spent_is_cancelled_at_once(tiny: MakeStage) -> None:
    """REL-04, RES-11."""
    stage = tiny()
    run = stage.drive(stage.start().id, budget=Budget(requests=0))
    assert run.status == "paused_budget" and "0 model calls" in run.reason
    assert runs.cancel(stage.deps(), run.id).status == "cancelled"


def test_a_cancel_gives_an_image_up_that_is_being_built(tiny: MakeStage) -> None:
    """REL-04."""
    stage, building = tiny(), threading.Event()
    run = stage.start()

    def build(*_: Any) -> str:
        building.set()
        time.sleep(1000)
        return ""

    assert cancelled_while(stage, run, building.is_set, prepare_image=build).status == "cancelled"


@pytest.mark.parametrize(
    ("role", "status"), [("planner", "planning"), ("editor", "executing"), ("reviewer", "reviewing")]
)
def test_a_cancel_gives_a_model_up_that_does_not_answer(tiny: MakeStage, role: ModelRole, status: RunStatus) -> None:
    """REL-04."""
    stage = tiny()
    run = stage.start() if role == "planner" else stage.begin()
    if role != "planner":
        stage.approve(run.id)
    ended = cancelled_while(stage, run, is_now(stage, run, status), **hanging(stage, role))
    assert (ended.status, ended.outcome) == ("cancelled", None)


def sleeps(role: ModelRole, mark: Path) -> Record:
    return story.says(role, ("run", {"command": f"touch {mark}; sleep 1000", "seconds": 600}))


@pytest.mark.parametrize("role", ["planner", "editor"])
def test_a_cancel_ends_the_command_that_a_model_runs(tiny: MakeStage, tmp_path: Path, role: ModelRole) -> None:
    """REL-04, RES-06: the command and all that it started are gone."""
    mark = tmp_path / "sleeping"
    plan, *rest = story.tiny_answers()
    records = [sleeps("planner", mark), plan, *rest] if role == "planner" else [plan, sleeps("editor", mark), *rest]
    stage = tiny(records=records)
    run = stage.start() if role == "planner" else stage.begin()
    if role == "editor":
        stage.approve(run.id)
    assert cancelled_while(stage, run, mark.exists).status == "cancelled"
    assert orphans(tmp_path / "scratch") == []


@pytest.mark.parametrize("status", ["baseline", "executing", "verifying"])
def test_a_cancel_ends_the_check_that_runs(tmp_path: Path, tiny: MakeStage, status: RunStatus) -> None:
    """REL-04: the tests of the base, of an attempt, and of the proof."""
    stop, mark = tmp_path / "stop", tmp_path / "sleeping"
    check = f"if [ -e {stop} ]; then touch {mark}; sleep 1000; fi; grep -q right word.txt"
    repository = story.tiny(tmp_path / "tiny")
    (repository / "patchwright.toml").write_text(
        story.TINY.replace('["grep", "-q", "right", "word.txt"]', f'["sh", "-c", "{check}"]')
    )
    story.committed(repository)
    stage = tiny()
    run = stage.start() if status == "baseline" else stage.begin()
    if status != "baseline":
        stage.approve(run.id)

    def hangs() -> bool:
        if stage.store().run(run.id).status == status:
            stop.touch()
        return mark.exists()

    if status == "baseline":
        stop.touch()
    assert cancelled_while(stage, run, hangs).status == "cancelled"
    assert orphans(tmp_path / "scratch") == []


@pytest.mark.docker
def test_a_cancelled_run_leaves_no_container(tiny: MakeStage, engine: Callable[[Stage], list[str]]) -> None:
    """REL-03, REL-04: `sleep 1000` in the real sandbox ends with it, before anything is reaped."""
    plan, *rest = story.tiny_answers()
    sleep = story.says("editor", ("run", {"command": "sleep 1000", "seconds": 600}))
    stage = tiny(records=[plan, sleep, *rest], sandbox="docker")
    run = stage.begin()
    stage.approve(run.id)

    def sleeping() -> bool:
        last = stage.store().events(run.id)[-1]
        return last.kind == "model_called" and last.data["calls"] == ["run"]

    assert cancelled_while(stage, run, sleeping).status == "cancelled"
    assert engine(stage) == []
