"""A definition goes in: its stages are planned, approved, carried out, judged by their checks, and rolled back."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from patchwright.agent import runs
from patchwright.agent.plan import plan_sha256
from patchwright.agent.report import Report
from patchwright.agent.run import Run
from patchwright.tools.transformations.definition import shipped
from tests.e2e import story
from tests.e2e.stage import Stage
from tests.sandbox.repositories import make

POM = """<project>
  <artifactId>a</artifactId>
  <properties>
    <maven.compiler.source>{level}</maven.compiler.source>
    <maven.compiler.target>{level}</maven.compiler.target>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.projectlombok</groupId>
      <artifactId>lombok</artifactId>
      <version>1.16.20</version>
    </dependency>
  </dependencies>
</project>
"""
TEST = "class ATest {\n    @Test void one() {}\n    @Test void two() {}\n}\n"
MAIN = "public class A {\n    Object one = new Integer(1);\n}\n"

Transform = Callable[..., tuple[Stage, Run]]


@pytest.fixture
def transform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Transform:
    """Start and plan a transformation of a project of two tests, judged by a stand-in for Maven."""
    tools = tmp_path / "bin"
    tools.mkdir()
    program = Path(__file__).with_name("fake_maven.py")
    (tools / "mvn").write_text(f'#!/bin/sh\nexec {sys.executable} {program} "$@"\n')
    (tools / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")

    def begin(
        level: str = "8", definition: str = "", recording: str = "", tests: str = TEST, **more: str
    ) -> tuple[Stage, Run]:
        files = {"pom.xml": POM.format(level=level), "src/main/java/A.java": MAIN, "src/test/java/ATest.java": tests}
        files |= {name.replace("_", "-"): text for name, text in more.items()}
        repository = tmp_path / "project"
        make(repository, {path: text.encode() for path, text in files.items()})
        stage = Stage(tmp_path / "state", repository, "Move", recording)
        asked = runs.Asked(
            repository=str(repository),
            text="Move to Java 17",
            sandbox="local",
            transformation=definition or shipped()["java-17"],
        )
        return stage, stage.drive(runs.start(stage.deps(), asked).id)

    return begin


def finished(stage: Stage, run: Run) -> Report:
    stage.approve(run.id)
    assert stage.drive(run.id).status == "awaiting_review"
    data = stage.store().artifact(run.id, "report.json")
    assert data
    return Report.model_validate_json(data)


def patch(stage: Stage, run: Run) -> str:
    return (stage.store().artifact(run.id, "patch.diff") or b"").decode()


def test_the_plan_names_stages_recipes_versions_and_risks_and_changes_nothing(transform: Transform) -> None:
    """APR-01: what is planned is a dry run."""
    stage, run = transform()
    draft = stage.plan(run.id).draft
    assert run.status == "awaiting_approval" and stage.plan(run.id).author == "recipes"
    assert [(step.stage, step.recipe) for step in draft.steps] == [
        ("minimal", "java.dependency-floors"),
        ("minimal", "java.compiler-level"),
        ("maximal", "java.boxed-constructors"),
    ]
    assert "org.projectlombok:lombok 1.16.20 -> 1.18.34" in draft.summary and len(draft.risks) == 3
    assert all(step.preview for step in draft.steps)


def test_stages_are_reached_and_the_result_is_proven_in_a_fresh_sandbox(transform: Transform) -> None:
    """OUT-03, SB-12."""
    stage, run = transform()
    report = finished(stage, run)
    assert (report.verdict, report.reasons) == ("verified", ())
    assert [step.result for step in report.steps] == ["green", "green", "green"]
    assert "<maven.compiler.source>17<" in patch(stage, run) and "Integer.valueOf(1)" in patch(stage, run)
    reached = [event.data for event in stage.store().events(run.id) if event.kind == "stage_finished"]
    assert [(one["stage"], one["reached"]) for one in reached] == [("minimal", True), ("maximal", True)]


def test_a_project_that_does_not_build_with_the_new_jdk_comes_to_build(transform: Transform) -> None:
    stage, run = transform(level="1.5")
    assert "no test runs" in stage.plan(run.id).draft.summary
    report = finished(stage, run)
    assert report.verdict == "verified" and len(report.changes) == 2


def test_where_recipes_together_cost_a_test_each_is_tried_by_itself_and_only_the_culprit_goes(
    transform: Transform,
) -> None:
    stage, run = transform(fails_with="1.18.34")
    report = finished(stage, run)
    assert [step.result for step in report.steps] == ["reverted", "green", "green"]
    assert report.verdict == "verified" and "1.18.34" not in patch(stage, run)


def test_a_stage_that_is_not_reached_is_rolled_back_to_the_one_before_and_told(transform: Transform) -> None:
    later = shipped()["java-17"].replace(
        'exit = ["no_new_diagnostics", "api_unchanged"]', 'exit = ["class_major == 65"]'
    )
    stage, run = transform(definition=later)
    report = finished(stage, run)
    assert [step.result for step in report.steps] == ["green", "green", "reverted"]
    assert report.verdict == "verified" and "valueOf" not in patch(stage, run)
    assert any("stage maximal was not reached: class_major == 65" in line for line in report.leftovers)


def test_a_first_stage_that_is_not_reached_is_never_called_verified(transform: Transform) -> None:
    """No false green: the build is green, the class files are not what was promised."""
    never = shipped()["java-17"].replace("class_major == 61", "class_major == 65")
    stage, run = transform(definition=never)
    report = finished(stage, run)
    assert report.verdict == "unverified" and "class_major == 65: 1 of 61" in " ".join(report.reasons)


def test_a_model_is_not_asked_for_a_stage_that_recipes_reach(transform: Transform, tmp_path: Path) -> None:
    recording = tmp_path / "silent.jsonl"
    recording.write_text("")
    stage, run = transform(recording=str(recording))
    report = finished(stage, run)
    assert [step.result for step in report.steps] == ["green", "green", "unchanged", "green"]
    assert report.verdict == "verified" and report.usage.requests == 0


def test_a_repository_that_a_definition_does_not_fit_is_told_why_and_nothing_is_planned(transform: Transform) -> None:
    definition = shipped()["java-17"].replace('["file_exists pom.xml"]', '["file_exists build.gradle"]')
    stage, run = transform(definition=definition)
    assert (run.outcome, stage.store().plan(run.id)) == ("gave_up", None)
    assert "there is no build.gradle" in run.reason


def test_a_foreign_parents_plugin_that_failed_while_fetching_is_raised_in_the_plan(
    transform: Transform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "failing"
    told.write_text("org.codehaus.mojo:animal-sniffer-maven-plugin:1.8\norg.example:unknown:1.0\n$(rm -rf /)\n")
    monkeypatch.setattr("patchwright.tools.transformations.maven.FAILING", str(told))
    stage, run = transform()
    draft = stage.plan(run.id).draft
    assert draft.steps[0].recipe == "java.inherited-plugins" and "<version>1.23</version>" in draft.steps[0].preview
    assert any("org.example:unknown:1.0 fails on Java 17" in line for line in draft.leftovers)
    assert not any("rm -rf" in line for line in draft.leftovers)
    assert finished(stage, run).verdict == "verified"


def test_the_definition_is_part_of_what_is_approved(transform: Transform) -> None:
    """APR-02: another definition is another hash."""
    stage, run = transform()
    plan = stage.plan(run.id)
    other = run.issue.model_copy(update={"transformation": shipped()["java-21"]})
    assert plan_sha256(run.issue, plan.draft, plan.terms, plan.notes) == plan.sha256
    assert plan_sha256(other, plan.draft, plan.terms, plan.notes) != plan.sha256


def test_a_project_without_tests_is_changed_and_never_called_verified(transform: Transform) -> None:
    """OUT-03: no test ran, and it is said so."""
    stage, run = transform(tests="class ATest {}\n")
    report = finished(stage, run)
    assert report.verdict == "unverified" and "<maven.compiler.source>17<" in patch(stage, run)
    assert "no test ran" in " ".join(report.reasons)


def test_a_model_brings_a_stage_to_its_checks_where_recipes_do_not(transform: Transform, tmp_path: Path) -> None:
    """What it is told is what does not hold; what it does is judged by the same checks."""
    definition = re.sub(
        r"recipes = \[.*?\]", "recipes = []", shipped()["java-17"].split("[[cases]]")[0], flags=re.DOTALL
    )
    raised = [{"old": f"<{tag}>8<", "new": f"<{tag}>17<"} for tag in ("maven.compiler.source", "maven.compiler.target")]
    records = [
        story.says("editor", ("edit", {"path": "pom.xml", "edits": [{"old": "<project>", "new": "<project >"}]})),
        story.says("editor", ("finish", {"summary": "Nothing gets worse by this."})),
        story.says("editor", ("edit", {"path": "pom.xml", "edits": raised})),
        story.says("editor", ("finish", {"summary": "The level is raised."})),
        story.reviews(),
    ]
    recording = story.write_recording(tmp_path / "model.jsonl", records)
    stage, run = transform(definition=definition, recording=str(recording))
    report = finished(stage, run)
    assert [(step.recipe, step.result, step.attempts) for step in report.steps] == [("", "green", 2)]
    told = next(event for event in stage.store().events(run.id, limit=1000) if event.kind == "attempt_verified")
    assert told.data["problems"] == ["class_major == 61: 1 of 52, first target/classes/A.class"]
    assert report.verdict == "verified" and "+    <maven.compiler.source>17<" in patch(stage, run)


def test_a_recipe_that_changes_more_files_than_a_step_may_name_becomes_several_steps(
    transform: Transform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patchwright.agent.transforming.FILES", 2)
    more = {f"src/main/java/B{n}.java": MAIN.replace("class A", f"class B{n}") for n in range(4)}
    stage, run = transform(**more)
    report = finished(stage, run)
    assert [step.recipe for step in report.steps].count("java.boxed-constructors") == 3
    assert patch(stage, run).count("Integer.valueOf(1)") == 5 and report.verdict == "verified"
    assert not [event for event in stage.store().events(run.id, limit=1000) if event.kind == "edit_refused"]
