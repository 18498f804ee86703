"""A job from its start to its row: who approved, what it cost, what was killed goes on, what the place spoiled is tried again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from patchwright.agent import runs
from patchwright.agent.config import from_environment
from patchwright.agent.deps import Deps, Rung
from patchwright.agent.errors import ModelUnavailable, UsageError
from patchwright.agent.messages import ModelRole, Reply, Request
from patchwright.agent.run import Run, Usage
from patchwright.api.assemble import assemble
from patchwright.api.choices import Choices
from patchwright.api.place import Place, open_store
from patchwright.api.screen import Screen
from patchwright.evals import places
from patchwright.evals.approving import Approver, Policy, Rule, approver, read_policy
from patchwright.evals.campaign import Campaign, Job, Setup, jobs_of, new_id, open_campaign, setups_of
from patchwright.evals.conducting import Conductor, Drive, conduct
from patchwright.evals.dispatching import dispatched
from patchwright.evals.instance import Dataset, Instance
from patchwright.evals.own import RECORDING
from patchwright.evals.rows import Row
from patchwright.evals.training import lines
from patchwright.sandbox.local import LocalSandboxes
from patchwright.tools.secrets import Redactor
from tests.evals.cases import task

PLAN = {
    "summary": "add subtracts: it has to add.",
    "root_cause": "calc.py:2 has a minus. a secret of ours",
    "steps": [{"title": "Add", "intent": "a + b", "files": ["calc.py"], "verify": "tests"}],
}


def said(role: str, *calls: tuple[str, dict[str, Any]], content: str = "") -> dict[str, Any]:
    named = [{"id": f"{role}{at}", "name": name, "arguments": given} for at, (name, given) in enumerate(calls)]
    usage = {"requests": 1, "tokens_in": 100, "tokens_out": 10}
    return {"role": role, "reply": {"content": content, "tool_calls": named, "usage": usage}}


PLANNED = said("planner", ("submit_plan", PLAN))
EDITED = said(
    "editor",
    ("edit", {"path": "calc.py", "edits": [{"old": "a - b", "new": "a + b"}]}),
    ("finish", {"summary": "Adds."}),
)
REVIEWED = said("reviewer", content='{"findings": []}')


@pytest.fixture
def tiny(tmp_path: Path) -> Instance:
    found = task(tmp_path / "tiny")
    record(found, PLANNED, EDITED, REVIEWED)
    return found


def record(instance: Instance, *answers: dict[str, Any]) -> None:
    text = "".join(json.dumps(answer) + "\n" for answer in answers)
    (Path(instance.folder) / RECORDING).write_text(text)


def conductor(folder: Path, instance: Instance, **campaign: Any) -> tuple[Conductor, Job]:
    settings = from_environment({"PATCHWRIGHT_STATE": str(folder / "state"), "PATH": os.environ["PATH"]}, folder)
    settings.state.mkdir(parents=True, exist_ok=True)
    place = Place(settings, open_store(settings), Screen(Redactor(), as_json=True))
    whole = Campaign(id="0" * 32, dataset="d", setups=(Setup(name="recorded", recorded=True),), **campaign)
    job = Job(whole.setups[0], instance, 1)
    deps = assemble(place, Choices(recording=str(Path(instance.folder) / RECORDING)), job.run_id(whole))
    at = places.Place(deps.cache, LocalSandboxes(), lambda _wanted, _say: "local", deps.limits, lambda _text: None)

    def decides(one: Job) -> Approver:
        return approver(whole.policy, deps, one.instance.instance_id, one.folder(folder))

    return Conductor(whole, deps, at, folder, decides, sandbox="local", sleep=lambda _seconds: None), job


def test_a_job_ends_as_a_row_with_grade_approval_cost_trajectory_and_training_lines(
    tmp_path: Path, tiny: Instance
) -> None:
    at, job = conductor(tmp_path / "out", tiny)
    row = conduct(at, job)
    assert row.resolved and not row.failure, row
    assert row.verdict == "unverified" and row.false_failure, "no test of the repository shows the symptom"
    assert [(one.by, one.decision) for one in row.approvals] == [("eval: auto", "approve")]
    assert (row.usage.requests, row.usage.tokens_in, row.models) == (3, 300, ("recording",))
    assert "+    return a + b" in row.patch and row.run_id == job.run_id(at.campaign)

    told = (job.folder(at.folder) / "traj.json").read_text()
    found = json.loads(told)
    assert found["trajectory_format"] == "mini-swe-agent-1.1" and found["info"]["submission"] == row.patch
    assert {one["role"] for one in found["messages"]} >= {"system", "user", "assistant"}
    assert "add(2, 3) gives -1" in told
    assert "test_zero" not in told and "tests/test_add.py" not in told, "the model hears nothing of hidden tests"

    taught = list(lines([row, row], at.deps.store, Redactor(["a secret of ours"])))
    assert [one["metadata"]["role"] for one in taught] == ["planner", "editor", "reviewer"], "none of them twice"
    assert all(one["messages"][0]["role"] == "system" and one["messages"][-1]["role"] == "assistant" for one in taught)
    assert taught[0]["messages"][-1]["tool_calls"][0]["function"]["name"] == "submit_plan"
    assert "submit_plan" in {tool["function"]["name"] for tool in taught[0]["tools"]}
    assert all(one["metadata"]["resolved"] for one in taught) and "a secret of ours" not in json.dumps(taught)


def test_a_scripted_human_may_send_a_plan_back_while_workers_of_a_dispatch_do_the_legs(
    tmp_path: Path, tiny: Instance
) -> None:
    record(tiny, PLANNED, PLANNED, EDITED, REVIEWED)
    rule = Rule(revision=1, decision="revise", notes="Keep one() as it is.")
    at, job = conductor(tmp_path / "out", tiny, policy=Policy(kind="script", rules=(rule,)))
    submitted: list[str] = []

    class Inline:
        def submit(self, run_id: str, *, priority: int = 0, key: str = "") -> None:
            submitted.append(run_id)
            runs.drive(at.deps, run_id)

    row = conduct(replace(at, drive=dispatched(Inline(), sleep=lambda _seconds: None)), job)
    assert [(one.by, one.decision, one.revision) for one in row.approvals] == [
        ("eval: script", "revise", 1),
        ("eval: script", "approve", 2),
    ]
    assert row.resolved and submitted == [row.run_id] * 3


class Human:
    """A model that plays the human: sends the first plan back."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def complete(self, request: Request) -> Reply:
        self.asked.append(request)
        verdict = {"decision": "revise" if len(self.asked) == 1 else "approve", "notes": "look again"}
        return Reply(parsed=verdict, usage=Usage(requests=1, tokens_in=50))


def test_a_model_that_plays_the_human_is_asked_once_for_each_plan_and_its_cost_is_told(
    tmp_path: Path, tiny: Instance
) -> None:
    record(tiny, PLANNED, PLANNED, EDITED, REVIEWED)
    at, job = conductor(tmp_path / "out", tiny, policy=Policy(kind="model"))
    human, recorded = Human(), at.deps.models

    def models(role: ModelRole) -> tuple[Rung, ...]:
        return (Rung("anna", human),) if role == "reviewer" else recorded(role)

    playing = replace(at.deps, models=models)
    folder = job.folder(at.folder)

    def decides(_job: Job) -> Approver:
        return approver(Policy(kind="model"), playing, "tiny", folder)

    row = conduct(replace(at, approver=decides), job)
    assert [one.decision for one in row.approvals] == ["revise", "approve"]
    assert row.played.requests == 2 == len(human.asked) and "anna plays the human" in row.approvals[0].by
    assert "add subtracts" in human.asked[0].messages[1].content
    again = approver(Policy(kind="model"), playing, "tiny", folder)
    plan = at.deps.store.plan(row.run_id, 1)
    assert plan and again.decide(at.deps.store.run(row.run_id), plan).decision == "revise" and len(human.asked) == 2


def failing(times: int) -> Drive:
    """A drive whose model cannot be reached so many times."""
    left = [times]

    def drive(deps: Deps, run_id: str) -> Run:
        if not left[0]:
            return runs.drive(deps, run_id)
        left[0] -= 1
        return runs.drive(replace(deps, models=down), run_id)

    def down(_role: ModelRole) -> tuple[Rung, ...]:
        return (Rung("down", Down()),)

    return drive


class Down:
    def complete(self, request: Request) -> Reply:
        raise ModelUnavailable("The endpoint is down.")


def test_what_the_place_spoils_is_tried_again_and_counts_for_nobody(tmp_path: Path, tiny: Instance) -> None:
    at, job = conductor(tmp_path / "out", tiny)
    row = conduct(replace(at, drive=failing(99)), job)
    assert row.infrastructure and "down" in row.reason and not row.resolved
    at, job = conductor(tmp_path / "out", tiny)
    row = conduct(replace(at, drive=failing(2)), job)
    assert row.resolved and row.usage.requests == 3, "a later command goes on with the same run"


def test_a_run_that_spends_its_budget_has_failed_by_that(tmp_path: Path, tiny: Instance) -> None:
    at, job = conductor(tmp_path / "out", tiny, budget={"requests": 1.0})
    row = conduct(at, job)
    assert (row.failure, row.infrastructure, row.usage.requests) == ("budget", False, 1)


def test_an_evaluation_goes_on_only_as_it_was_begun(tmp_path: Path) -> None:
    asked = Campaign(id=new_id(), dataset="builtin", setups=(Setup(name="a"),))
    assert open_campaign(tmp_path, asked) == asked
    assert open_campaign(tmp_path, asked.model_copy(update={"id": new_id()})) == asked
    with pytest.raises(UsageError, match="begun otherwise"):
        open_campaign(tmp_path, asked.model_copy(update={"attempts": 2}))


def test_shards_share_the_instances_and_attempts_come_in_rounds(tiny: Instance) -> None:
    many = [tiny.model_copy(update={"instance_id": f"i{number}"}) for number in range(5)]
    campaign = Campaign(id=new_id(), dataset="d", setups=(Setup(name="a"), Setup(name="b")), attempts=2)
    dataset = Dataset(name="d", instances=tuple(many))
    parts = [[job.name for job in jobs_of(campaign, dataset, (number, 2))] for number in (1, 2)]
    assert len(parts[0]) + len(parts[1]) == 20 and not set(parts[0]) & set(parts[1])
    assert parts[1][:3] == ["a i1 #1", "b i1 #1", "a i3 #1"] and parts[1][-1] == "b i3 #2"
    assert len({job.run_id(campaign) for job in jobs_of(campaign, dataset)}) == 20


@pytest.mark.parametrize("configs", [(Path("x/a.toml"), Path("y/a.toml"))])
def test_two_configurations_of_one_name_cannot_be_told_apart(configs: Sequence[Path]) -> None:
    with pytest.raises(UsageError, match="different names"):
        setups_of(configs, recorded=False)


def test_who_approves_is_auto_a_model_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "h.toml").write_text('[[rules]]\nrevision = 1\ndecision = "revise"\nnotes = "more"\n')
    assert (read_policy("auto").kind, read_policy("model").kind) == ("auto", "model")
    assert read_policy(str(tmp_path / "h.toml")).rules[0].decision == "revise"
    with pytest.raises(UsageError, match="auto, model, or a TOML file"):
        read_policy("nobody")


@pytest.mark.docker
def test_a_killed_evaluation_goes_on_with_the_same_runs_and_asks_nothing_twice(tmp_path: Path, tiny: Instance) -> None:
    """REL-01: kill -9 of the command and of the job's process, in the middle of the run."""
    command = [sys.executable, "-c", "from patchwright.api.entry import main; main()", "eval", "run"]
    command += [str(Path(tiny.folder).parent / "set"), "--recorded", "--into", str(tmp_path / "out"), "--json"]
    (tmp_path / "set").mkdir()
    Path(tiny.folder).rename(tmp_path / "set" / "tiny")
    first = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    database = tmp_path / "out" / "state" / "patchwright.db"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not _calls(database):
        time.sleep(0.2)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    answered = _calls(database)
    assert answered
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    (row,) = (Row.model_validate({**one, "patch": ""}) for one in json.loads(done.stdout)["rows"])
    assert row.resolved, done.stderr
    assert row.usage.requests == 3 and _calls(database)[: len(answered)] == answered


def _calls(database: Path) -> list[tuple[str, str]]:
    """Key and time of every recorded call of a model."""
    import sqlite3

    if not database.exists():
        return []
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        try:
            query = "SELECT key, at FROM calls WHERE kind='model_called' ORDER BY at, key"
            return list(connection.execute(query))
        except sqlite3.OperationalError:
            return []
