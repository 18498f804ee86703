"""Many runs at once on one store, and one run wanted by many."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from patchwright.agent import runs
from patchwright.agent.errors import GraphVersionMismatch, PatchwrightError, RunBusy, StaleApproval
from patchwright.agent.store.ledger import own
from tests.e2e import story
from tests.e2e.conftest import MakeStage
from tests.e2e.stage import HUMAN, Stage, outcome, table_dump

ROOT = Path(__file__).parents[2]


def player(*stages: Stage) -> "subprocess.Popen[str]":
    """A process that plays these stages at once."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.stage"], cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdin
    process.stdin.write("".join(json.dumps(stage.to_json()) + "\n" for stage in stages))
    process.stdin.close()
    process.stdin = None
    return process


def ends(stage: Stage) -> list[tuple[Any, ...]]:
    return [(run.status, run.outcome, run.verdict) for run in stage.store().runs()]


def test_twenty_runs_at_once_in_one_process_all_finish(tiny: MakeStage) -> None:
    stage = tiny(alone=False)
    with ThreadPoolExecutor(20) as pool:
        for playing in [pool.submit(stage.play_new) for _ in range(20)]:
            playing.result()
    assert ends(stage) == [("awaiting_review", "patch", "verified")] * 20


def test_twenty_runs_at_once_in_four_processes_all_finish(tiny: MakeStage) -> None:
    stage = tiny(alone=False)
    stage.store()
    processes = [player(*[stage] * 5) for _ in range(4)]
    assert [process.communicate(timeout=120)[1] for process in processes] == [""] * 4
    assert ends(stage) == [("awaiting_review", "patch", "verified")] * 20


def test_a_second_process_is_refused_naming_who_holds_the_run_and_takes_over_when_that_one_is_dead(
    tiny: MakeStage,
) -> None:
    """REL-05, REL-01."""
    stage = tiny()
    run = stage.start()
    code = (
        "import sys, time; from pathlib import Path; from tests.e2e.stage import Stage;"
        "from patchwright.agent.store.ledger import own\n"
        "stage = Stage(Path(sys.argv[1]), Path(), '')\n"
        "with own(stage.store(), sys.argv[2]): print('held', flush=True); time.sleep(100)"
    )
    command = [sys.executable, "-c", code, str(stage.state), run.id]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        before = table_dump(stage.store())
        with pytest.raises(RunBusy, match=f"process {holder.pid} on "):
            stage.drive(run.id)
        assert table_dump(stage.store()) == before
        holder.kill()
    assert stage.drive(run.id).status == "awaiting_approval"


def test_an_owner_that_wakes_up_after_its_lease_does_nothing_more(tiny: MakeStage, tmp_path: Path) -> None:
    """REL-05: stopped in the middle of a command, woken when another process has finished the run."""
    mark = tmp_path / "sleeping"
    plan, edit, review = story.tiny_answers()
    sleep = story.says("editor", ("run", {"command": f"touch {mark}; sleep 3"}))
    stage = tiny(records=[plan, sleep, edit, review])
    stage.store()
    first = player(stage)
    wait_until(mark.exists)
    first.send_signal(signal.SIGSTOP)
    (run,) = stage.store().runs()
    with stage.store().database.transaction() as connection:  # as if it had been stopped for longer than a lease
        connection.execute("UPDATE runs SET holder_until=0")
    assert stage.drive(run.id).verdict == "verified"
    ended, result = table_dump(stage.store()), outcome(stage)
    first.send_signal(signal.SIGCONT)
    said = first.communicate(timeout=60)[1]
    assert "LeaseLost: Another process has taken run" in said
    assert table_dump(stage.store()) == ended
    assert result["outcome"] == "patch"


def test_a_lost_lease_stops_checkpoints_too(tiny: MakeStage) -> None:
    """REL-05: the fence is checked in the transaction that writes."""
    from patchwright.agent.checkpoints import open_saver
    from patchwright.agent.errors import LeaseLost

    stage = tiny()
    run = stage.begin()
    with own(stage.store(), run.id) as ledger, open_saver(ledger) as saver:
        config: Any = {"configurable": {"thread_id": run.id, "checkpoint_ns": ""}}
        found = saver.get_tuple(config)
        assert found
        with stage.store().database.transaction() as connection:
            connection.execute("UPDATE runs SET fence=fence+1")
        before = table_dump(stage.store())
        with pytest.raises(LeaseLost):
            saver.put(found.config, found.checkpoint, found.metadata, {})
        with pytest.raises(LeaseLost):
            saver.put_writes(found.config, [("route", "ship")], "t")
        assert table_dump(stage.store()) == before


def test_a_run_of_another_graph_version_is_refused_and_nothing_changes(tiny: MakeStage) -> None:
    stage = tiny()
    run = stage.begin()
    stage.approve(run.id)
    with stage.store().database.transaction() as connection:
        connection.execute("UPDATE runs SET graph_version='0'")
    before = table_dump(stage.store())
    with pytest.raises(GraphVersionMismatch, match=r"begun by graph version 0.*Nothing was changed"):
        stage.drive(run.id)
    assert table_dump(stage.store()) == before


def test_twenty_approvals_at_once_start_one_execution(tiny: MakeStage) -> None:
    """APR-08: one is recorded, the run is executed once."""
    stage = tiny()
    run = stage.begin()
    plan = stage.plan(run.id)

    def approve(number: int) -> str:
        deps = stage.deps(run.id)
        try:
            runs.decide(deps, run.id, "approve", by=f"{HUMAN}{number}", revision=1, sha256=plan.sha256)
            said = "approved"
        except StaleApproval as error:
            assert "decided already" in str(error)
            said = "refused"
        except PatchwrightError as error:
            assert "does not wait" in str(error), error
            said = "refused"
        try:
            runs.drive(deps, run.id)
        except RunBusy:
            return said
        return said

    with ThreadPoolExecutor(20) as pool:
        said = list(pool.map(approve, range(20)))
    assert said.count("approved") == 1
    stage.drive(run.id)
    store = stage.store()
    kinds = [event.kind for event in store.events(run.id)]
    assert kinds.count("step_started") == 1 and kinds.count("run_ended") == 1
    assert len(store.approvals(run.id)) == 1
    assert store.run(run.id).verdict == "verified"


def wait_until(true: Any, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_the_lease_is_renewed_while_a_command_takes_longer_than_a_lease(
    tiny: MakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REL-05: an owner that is busy is not taken for dead."""
    monkeypatch.setattr("patchwright.agent.store.lease.LEASE_SECONDS", 0.6)
    stage = tiny()
    run = stage.start()
    with own(stage.store(), run.id) as ledger:
        time.sleep(1.5)
        with pytest.raises(RunBusy, match=str(os.getpid())):
            stage.drive(run.id)
        ledger.event("warning", text="still here")
