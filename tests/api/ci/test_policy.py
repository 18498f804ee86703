"""What a policy approves: only what it names."""

from pathlib import Path
from typing import Any

import pytest

from patchwright.agent.errors import UsageError
from patchwright.agent.plan import Draft, Question, Scope, Step
from patchwright.agent.report import FileLine
from patchwright.api.ci.policy import PolicyTable, against_patch, against_plan, read_policy
from tests.api.prepared import a_plan, a_report, open_store, waiting_run

TEXT = """
name = "nightly"
transformations = ["java-17"]
paths = ["src/**", "pom.xml"]
max_files = 3
max_lines = 10
"""


def table(**more: Any) -> PolicyTable:
    given = {"name": "n", "issues": True, "paths": ("src/**",), "max_files": 3, "max_lines": 10}
    return PolicyTable.model_validate({**given, **more})


def draft(*files: str, **more: Any) -> Draft:
    step = Step(
        title="Mend it", files=files or ("src/a.py",), recipe=more.pop("recipe", ""), preview=more.pop("preview", "")
    )
    return Draft(summary="s", root_cause="r", steps=(step,), **more)


def test_a_policy_file_is_read_with_its_hash_and_a_mistake_is_named(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(TEXT)
    policy = read_policy(path)
    assert policy.signature == f"policy nightly sha256:{policy.sha256}" and len(policy.sha256) == 64
    path.write_text(TEXT + "everything = true\n")
    with pytest.raises(UsageError, match="there is no setting everything"):
        read_policy(path)


@pytest.mark.parametrize(
    ("policy", "plan", "words"),
    [
        (table(), draft(), ""),
        (table(), draft("src/*.py", "src/deep/**"), ""),
        (table(issues=False), draft(), "no plans for issues in words"),
        (table(), draft("src/a.py", "setup.py"), "opens setup.py"),
        (table(), draft("**/*.py"), "opens **/*.py"),
        (table(paths=("src/*.py",)), draft("src/**"), "opens src/**"),
        (table(), draft("src/../x"), "opens src/../x"),
        (table(), draft("src/a", "src/b", "src/c", "src/d"), "names 4 files, 3 are allowed"),
        (table(), draft(scope=Scope(paths=("docs/x",))), "opens docs/x"),
        (table(), draft(scope=Scope(ci=True)), "opens ci"),
        (table(), draft(scope=Scope(tests=True)), "opens tests"),
        (table(tests=True), draft(scope=Scope(tests=True)), ""),
        (table(recipes_only=True), draft(), "steps 1 are a model's"),
        (table(recipes_only=True), draft(recipe="python.x", preview="+a\n" * 11), "change 11 lines, 10"),
        (table(), draft(questions=(Question(question="Why?"),)), "asks a human: Why?"),
        (table(questions="first"), draft(questions=(Question(question="Why?"),)), ""),
    ],
)
def test_a_plan_is_approved_only_if_the_policy_names_all_that_it_opens(
    policy: PolicyTable, plan: Draft, words: str
) -> None:
    assert words in " | ".join(against_plan(policy, "", plan, 1))
    assert bool(words) == bool(against_plan(policy, "", plan, 1))


def test_transformations_and_candidates_are_named_too() -> None:
    assert against_plan(table(transformations=("java-17",)), "java-17", draft(), 1) == ()
    assert "java-21 is not among" in against_plan(table(transformations=("java-17",)), "java-21", draft(), 1)[0]
    assert "executed 2 times" in against_plan(table(), "", draft(), 2)[0]


def test_a_patch_is_held_against_the_policy_again(tmp_path: Path) -> None:
    run_id = waiting_run(tmp_path)
    report = a_report(run_id, a_plan(open_store(tmp_path), run_id, 1))

    def reasons(*files: FileLine) -> str:
        return " | ".join(against_patch(table(), report.model_copy(update={"files": files})))

    def line(path: str, added: int | None = 1) -> FileLine:
        return FileLine(path=path, status="modified", added=added, removed=added)

    assert reasons(line("src/a.py")) == ""
    assert "outside of its paths: setup.py" in reasons(line("setup.py"))
    assert "12 lines are changed" in reasons(line("src/a.py", 6))
    assert "4 files" in reasons(*(line(f"src/{at}") for at in range(4)))
    assert "not text: src/a.png" in reasons(line("src/a.png", None))
