"""A role with several models: the cheapest first, the checks decide when to climb, a fallback when one is away."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from patchwright.agent import replaying
from patchwright.agent.config import from_environment
from patchwright.agent.deps import Rung
from patchwright.agent.messages import ModelRole
from patchwright.agent.run import Run
from patchwright.api.assemble import ladders
from patchwright.api.choices import Choices
from patchwright.tools.secrets import Redactor
from tests.agent.fake_endpoint import Behaviour, FakeEndpoint, as_json, call, endpoint, error, message
from tests.e2e.stage import Stage
from tests.e2e.story import committed, tiny

STEP = {"title": "Mend it", "intent": "", "files": ["word.txt"], "verify": "", "must_fix": ["command:word"]}
PLAN = {"summary": "Mend the word.", "root_cause": "A typo.", "steps": [STEP]}

Models = Callable[[ModelRole], tuple[Rung, ...]]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "state", tiny(tmp_path / "tiny"), "The word is wrong.")


def makes(*named: tuple[str, dict[str, Any]]) -> Behaviour:
    made = [call(name, json.dumps(given), f"c{at}") for at, (name, given) in enumerate(named)]
    return as_json(200, message(None, made, "tool_calls"))


def edits(old: str, new: str) -> Behaviour:
    edit = {"path": "word.txt", "edits": [{"old": old, "new": new}]}
    return makes(("edit", edit), ("finish", {"summary": "Done."}))


def models(stage: Stage, text: str) -> Models:
    """By the operator's settings, as the command line reads them."""
    path = stage.state / "config.toml"
    stage.state.mkdir(exist_ok=True)
    path.write_text(text)
    settings = from_environment({"PATCHWRIGHT_STATE": str(stage.state)}, stage.state, path)
    return ladders(settings, Choices(), Redactor(), {})


def finished(stage: Stage, given: Models) -> tuple[Run, dict[str, Any], str]:
    """The run driven to its end, its report for programs and for people."""
    run = stage.drive(stage.start().id, models=given)
    assert run.status == "awaiting_approval", run.reason
    stage.approve(run.id)
    run = stage.drive(run.id, models=given)
    found = [stage.store().artifact(run.id, name) or b"" for name in ("report.json", "report.md")]
    return run, json.loads(found[0]), found[1].decode()


def asked(fake: FakeEndpoint) -> int:
    return len(fake.seen)


def test_an_attempt_that_the_checks_refuse_climbs_to_the_larger_model_and_the_report_says_so(stage: Stage) -> None:
    planner = makes(("submit_plan", PLAN))
    with (
        endpoint(planner) as plans,
        endpoint(edits("wrong", "worse")) as small,
        endpoint(edits("worse", "right")) as big,
    ):
        text = f"""
        [roles.planner]
        base_url = "{plans.url}"
        model = "thinker"
        [roles.editor]
        models = [{{ base_url = "{small.url}", model = "small" }}, {{ base_url = "{big.url}", model = "big" }}]
        """
        run, report, words = finished(stage, models(stage, text))
        assert (asked(small), asked(big)) == (1, 1)
    assert (run.outcome, run.verdict) == ("patch", "verified")
    lines = {line["name"]: line for line in report["models"]}
    assert lines["small"]["attempts"] == ["step 1, attempt 1: refused by the checks"]
    assert lines["big"]["attempts"] == ["step 1, attempt 2: green"]
    assert "Which model did what" in words and "step 1, attempt 2: green" in words


def test_an_easy_step_costs_only_the_small_model(stage: Stage) -> None:
    with endpoint(makes(("submit_plan", PLAN))) as plans, endpoint(edits("wrong", "right")) as small, endpoint() as big:
        text = f"""
        [roles.planner]
        base_url = "{plans.url}"
        model = "thinker"
        [roles.editor]
        models = [{{ base_url = "{small.url}", model = "small" }}, {{ base_url = "{big.url}", model = "big" }}]
        """
        run, _, words = finished(stage, models(stage, text))
        assert (asked(small), asked(big)) == (1, 0)
    assert run.verdict == "verified" and "Which model did what" not in words


def test_a_plan_that_does_not_validate_climbs_as_well(stage: Stage) -> None:
    nowhere = {**PLAN, "steps": [{**STEP, "files": []}]}
    with endpoint(makes(("submit_plan", nowhere))) as small, endpoint(makes(("submit_plan", PLAN))) as big:
        text = f"""
        [roles.planner]
        models = [{{ base_url = "{small.url}", model = "small" }}, {{ base_url = "{big.url}", model = "big" }}]
        """
        run = stage.drive(stage.start().id, models=models(stage, text))
        assert run.status == "awaiting_approval" and (asked(small), asked(big)) == (1, 1)


def test_a_fallback_answers_while_a_model_is_away_and_the_report_names_it(stage: Stage) -> None:
    away = error(503, "down for maintenance")
    with (
        endpoint(makes(("submit_plan", PLAN))) as plans,
        endpoint(away) as gone,
        endpoint(edits("wrong", "right")) as help,
    ):
        text = f"""
        [roles.planner]
        base_url = "{plans.url}"
        model = "thinker"
        [roles.editor]
        base_url = "{gone.url}"
        model = "usual"
        retries = 0
        fallback = {{ base_url = "{help.url}", model = "spare" }}
        """
        run, report, words = finished(stage, models(stage, text))
    assert run.verdict == "verified"
    editor = next(line for line in report["models"] if line["role"] == "editor")
    assert (editor["name"], editor["instead_of"]) == ("spare", ["usual"]) and "stood in for usual" in words
    assert stage.store().usage(run.id).requests == 3, "the try that failed counts"


def test_a_prompt_that_the_model_does_not_read_whole_is_asked_again_with_less(stage: Stage) -> None:
    """The endpoint says how much it reads; what was read first is folded."""
    (stage.repository / "long.txt").write_text("a line of no meaning\n" * 600)
    committed(stage.repository)
    full = error(400, "This model's maximum context length is 6000 tokens. Please reduce the length of the messages.")
    script = [
        makes(("read", {"path": "long.txt"})),
        makes(("read", {"path": "word.txt"})),
        full,
        makes(("submit_plan", PLAN)),
    ]
    with endpoint(*script) as fake:
        text = f'[roles.planner]\nbase_url = "{fake.url}"\nmodel = "m"\n'
        run = stage.drive(stage.start().id, models=models(stage, text))
        sizes = [len(json.dumps(seen.body["messages"])) for seen in fake.seen]
    assert run.status == "awaiting_approval" and sizes[3] < sizes[2] - 3000
    found = replaying.play(stage.deps(), run.id, replaying.begin(stage.store(), run.id).id)
    assert found.same, "the replay folds where the run did"
