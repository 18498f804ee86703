"""An old Python project comes to a new Python by recipes, and nothing is called verified that another Python judged."""

from pathlib import Path

import pytest

from patchwright.agent import runs
from patchwright.agent.deps import SandboxKind
from patchwright.agent.report import Report
from patchwright.tools.transformations.definition import shipped
from tests.e2e import story
from tests.e2e.stage import Stage
from tests.sandbox.repositories import make

CASE = Path(__file__).parents[1] / "cases" / "python2013"


def transformed(tmp_path: Path, sandbox: SandboxKind, settings: str) -> tuple[Stage, str, Report]:
    files = {str(path.relative_to(CASE)): path.read_bytes() for path in CASE.rglob("*.py")}
    make(tmp_path / "project", {**files, "patchwright.toml": settings.encode()})
    stage = Stage(tmp_path / "state", tmp_path / "project", "Move", sandbox=sandbox)
    asked = runs.Asked(
        repository=str(stage.repository), text="Move", sandbox=sandbox, transformation=shipped()["python-3.13"]
    )
    run = stage.drive(runs.start(stage.deps(), asked).id)
    stage.approve(run.id)
    assert stage.drive(run.id).status == "awaiting_review"
    return stage, run.id, Report.model_validate_json(stage.store().artifact(run.id, "report.json") or b"")


@pytest.mark.docker
def test_recipes_alone_bring_it_to_python_3_13_and_what_needs_a_model_is_named(tmp_path: Path) -> None:
    """OUT-03, SB-12: judged in fresh containers that run Python 3.13."""
    stage, run_id, report = transformed(tmp_path, "docker", story.QUICK)
    draft = stage.plan(run_id).draft
    assert "0 of 2 tests pass with the target's Python" in draft.summary and len(draft.steps) == 9
    assert draft.leftovers[0].startswith("dusty/forms.py:3 removed-api: module cgi went in Python 3.13")
    assert (report.verdict, report.reasons) == ("verified", ())
    assert [step.result for step in report.steps] == ["green"] * 9
    assert 'python_requires=">=3.3",' in (stage.store().artifact(run_id, "patch.diff") or b"").decode()


def test_what_another_python_judged_is_never_called_verified(tmp_path: Path) -> None:
    """No false green: on the host's own Python everything may pass, and says nothing about 3.13."""
    _, _, report = transformed(tmp_path, "local", story.FAST)
    assert report.verdict == "unverified"
    assert "python == 3.13: it is" in " ".join(report.reasons)
    assert report.steps[-1].result == "not run"
