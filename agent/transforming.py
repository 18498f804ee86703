"""The plan of a transformation: the dry run of its recipes, stage by stage, and what is left to a model or a person."""

from collections.abc import Iterator, Sequence

from patchwright.agent.plan import Draft, Evidence, Scope, Step
from patchwright.agent.session import Session
from patchwright.agent.stages import evidence
from patchwright.agent.transformer import PREVIEW, STEPS, NoPlan
from patchwright.tools.checks import Results
from patchwright.tools.transformations.checks import shown
from patchwright.tools.transformations.definition import Definition, Stage
from patchwright.tools.transformations.judging import entry_problems
from patchwright.tools.transformations.planning import DryRun, PlannedRecipe, dry_run

FILES = 500
"""Files that a step may name; a recipe that changes more becomes several steps."""

MODEL_FILES = ("**",)
"""What a model may edit to bring a stage to its checks: everything but what the scope shuts."""


def draft_from_transformation(session: Session, definition: Definition) -> Draft | NoPlan:
    """One step per recipe that changes something, and one per stage for the model, if there is one."""
    tree = session.repository.tree(session.issue.base_commit)
    problems = entry_problems(definition, tree, session.baseline)
    if problems:
        return NoPlan("gave_up", f"{definition.name} does not fit this repository: {'; '.join(problems)}.")
    run = dry_run(definition, tree, evidence(session))
    steps = list(_steps(session, definition, run))
    left = [line[:8000] for line in definition.language.left(run, tree, session.baseline, definition.release)]
    if not steps:
        listed = "".join(f"\n- {line}" for line in left[:20])
        if left:
            return NoPlan("gave_up", f"No recipe of {definition.name} finds anything to change.{listed}")
        return NoPlan("no_change_needed", f"No recipe of {definition.name} finds anything to change.")
    if len(steps) > STEPS:
        reason = f"{len(steps)} steps of {FILES} files are more than a plan may have ({STEPS}): transform its parts."
        return NoPlan("gave_up", reason)
    return Draft(
        summary=_summary(session, definition, run),
        root_cause=_cause(session.baseline),
        steps=tuple(steps),
        scope=Scope(tests=True, dependencies=True),
        assumptions=(_time(session.baseline, definition),),
        risks=tuple(dict.fromkeys(one.recipe.risk for one in run.recipes if one.recipe.risk)),
        leftovers=tuple(left[:5000]),
    )


def _steps(session: Session, definition: Definition, run: DryRun) -> Iterator[Step]:
    commit = session.issue.base_commit
    called = definition.language.called_for(session.baseline, definition.release)
    for stage in definition.stages:
        for one in (item for item in run.recipes if item.stage == stage.name):
            for paths in batched(sorted(one.rewrite.changes), FILES):
                changes = {path: one.rewrite.changes[path] for path in paths}
                after = session.repository.commit(commit, changes, message=one.recipe.title, trailers={})
                preview = session.repository.diff(commit, after).decode("utf-8", "replace")
                yield _recipe_step(one, stage, paths, preview, called.get(one.recipe.name, ""))
                commit = after
        if session.deps.models("editor") and stage.instruction:
            yield _model_step(stage)


def batched(paths: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """The paths in portions of at most `size`."""
    return (tuple(paths[at : at + size]) for at in range(0, len(paths), size))


def _recipe_step(one: PlannedRecipe, stage: Stage, paths: tuple[str, ...], preview: str, called_for: str) -> Step:
    places = [place for place in one.places if place.rpartition(":")[0] in paths]
    return Step(
        title=one.recipe.title[:200],
        intent=f"Stage {stage.name}: {stage.title}{f'. On the base: {called_for}' if called_for else ''}"[:8000],
        files=paths,
        recipe=one.recipe.name,
        stage=stage.name,
        verify=f"With the other recipes of its stage; the stage ends with: {_exit(stage)}."[:8000],
        evidence=tuple(_evidence(place) for place in places[:50]),
        preview=preview[:PREVIEW],
    )


def _model_step(stage: Stage) -> Step:
    return Step(
        title=f"Mend what the checks refuse after the recipes of stage {stage.name}"[:200],
        intent=stage.instruction,
        files=MODEL_FILES,
        stage=stage.name,
        verify=f"Left out if the stage is reached without it. It ends with: {_exit(stage)}."[:8000],
    )


def _exit(stage: Stage) -> str:
    return ", ".join(shown(one) for one in stage.exit) or "the invariants"


def _evidence(place: str) -> Evidence:
    path, _, line = place.rpartition(":")
    return Evidence(path=path, line=int(line), note="first change in this file")


def _summary(session: Session, definition: Definition, run: DryRun) -> str:
    files = {path for one in run.recipes for path in one.rewrite.changes}
    stages = ", then ".join(f"{stage.name} ({stage.title or _exit(stage)})" for stage in definition.stages)
    moves = "".join(f"\n- {move}" for move in run.moves)
    state = _state(session.baseline, definition.language.platform)
    return (
        f"{definition.title}: {state} {len(run.recipes)} recipes change {len(files)} files. "
        f"Stages: {stages}. After every stage: {', '.join(shown(one) for one in definition.invariants)}."
        + (f"\nVersions that move:{moves}" if moves else "")
    )[:8000]


def _state(baseline: Results, platform: str) -> str:
    tests = baseline.tests().values()
    if not tests:
        return f"On the base no test runs with {platform}."
    passed = sum(test.status in ("passed", "xfailed") for test in tests)
    return f"On the base {passed} of {len(tests)} tests pass with {platform}."


def _cause(baseline: Results) -> str:
    errors = [found for result in baseline.checks for found in result.diagnostics if found.severity == "error"]
    problems = [f"{result.check.name}: {result.problem}" for result in baseline.checks if result.problem]
    lines = [f"{found.path}:{found.line} {found.message}" for found in errors[:10]]
    return "; ".join([*problems, *lines])[:8000]


def _time(baseline: Results, definition: Definition) -> str:
    """How long it takes at least: every stage is judged once, the result twice more."""
    once = sum(result.seconds for result in baseline.checks)
    return f"Judging takes about {once:.0f} s each time: at least {once * (len(definition.stages) + 2):.0f} s in all."
