"""The stages of a transformation: what its recipes are told, when they are judged together, when a stage is reached."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from patchwright.agent.candidates import artifact
from patchwright.agent.plan import Plan, Record, Step
from patchwright.agent.session import Session
from patchwright.agent.state import State, Update
from patchwright.sandbox.base import ExecResult, Sandbox
from patchwright.tools.checks import Results, Verification
from patchwright.tools.recipes.base import Recipe
from patchwright.tools.recipes.platform import Knobs
from patchwright.tools.recipes.registry import find_recipe
from patchwright.tools.transformations.checks import ClassMajor
from patchwright.tools.transformations.classfiles import class_majors
from patchwright.tools.transformations.definition import Definition, Stage, parse_definition
from patchwright.tools.transformations.judging import Observed, unmet
from patchwright.tools.transformations.planning import knobs_of

COMMAND_SECONDS = 900.0

FAILING = "failing-plugins.json"
"""The artifact that names them."""

SINGLY = 2
"""The attempt in which each recipe of a stage is judged by itself; in the first one they are judged together."""

_CLOSED = re.compile(r'module (\S+) does not "(?:exports|opens) ([\w.]+)" to unnamed')


class Ended(Record):
    """How a stage ended: on which commit, and what does not hold there (nothing: it is reached)."""

    commit: str
    unmet: tuple[str, ...] = ()


def definition_of(session: Session) -> Definition | None:
    """The run's definition as it was frozen; None for a run that is no transformation."""
    text = session.issue.transformation
    return parse_definition(text, "the run's definition") if text else None


def evidence(session: Session) -> Knobs:
    """What recipes are told beside the definition: what the base has shown, and the plugins that failed before it."""
    return replace(evidence_of(session.baseline), failing=failing(session))


def failing(session: Session) -> frozenset[str]:
    """The build plugins that failed for a stage when its dependencies were fetched."""
    data = session.deps.store.artifact(session.ledger.run_id, FAILING)
    return frozenset(json.loads(data)) if data else frozenset()


def evidence_of(results: Results) -> Knobs:
    """What the base has shown to recipes: its diagnostics, and the JDK packages that its tests could not reach."""
    said = (f"{test.message}\n{test.trace}" for test in results.tests().values())
    opened = {f"{module}/{package}" for text in said for module, package in _CLOSED.findall(text)}
    diagnostics = tuple(found for result in results.checks for found in result.diagnostics)
    return Knobs(opened=frozenset(opened), diagnostics=diagnostics)


def recipe_of(session: Session, step: Step) -> Recipe | None:
    """The recipe of a step with the knobs that the plan was made with; None if there is none."""
    definition = definition_of(session)
    return find_recipe(step.recipe, knobs_of(definition, evidence(session))) if definition else None


def peers(plan: Plan, number: int) -> tuple[int, ...]:
    """The steps that are judged with step `number`: the neighbouring recipes of its stage, itself included."""
    steps = plan.draft.steps
    stage = steps[number].stage
    if not stage or not steps[number].recipe:
        return (number,)
    return tuple(at for at, step in enumerate(steps) if step.stage == stage and step.recipe)


def waits(session: Session, state: State) -> bool:
    """Whether a recipe's step is judged later, with the last recipe of its stage."""
    return not _singly(state) and state["step"] != peers(session.plan(state["revision"]), state["step"])[-1]


def begin(session: Session, state: State, number: int) -> Update:
    """Where step `number` goes on from: unjudged work of its own stage, else the last green commit."""
    goes_on = state["step"] >= 0 and state["step"] in peers(session.plan(state["revision"]), number)
    head = state["head"] if goes_on and not _singly(state) else state["green"]
    return {"step": number, "attempt": SINGLY if goes_on and _singly(state) else 1, "turn": 0, "head": head}


def one_by_one(session: Session, state: State) -> Update | None:
    """The stage again from its first recipe, each judged by itself; None if that was so, or there is but one."""
    stage = together(session, state)
    if len(stage) == 1:
        return None
    return {"step": stage[0], "attempt": SINGLY, "turn": 0, "head": state["green"], "route": "recipe"}


def _singly(state: State) -> bool:
    return state["attempt"] >= SINGLY


def together(session: Session, state: State) -> tuple[int, ...]:
    """The steps on which the judgement of this one decides."""
    return (state["step"],) if _singly(state) else peers(session.plan(state["revision"]), state["step"])


def nothing_to_lose(session: Session, state: State, now: Results) -> bool:
    """Whether a stage goes on although nothing is proven: no test ran where it began, and no build is lost.

    Many things are broken at once on a new platform, and no recipe mends them alone: the stage's checks decide.
    """
    reference = session.results(state["green"])
    if not _stage(session, state, state["step"]) or reference.tests():
        return False
    return not _builds(reference) or _builds(now)


def _builds(results: Results) -> bool:
    return all(result.exit_code == 0 for result in results.checks if result.check.kind == "build")


def keep_classes(session: Session, state: State) -> None:
    """Of a transformation: store the class-file versions of the build of the head, which has just been judged."""
    definition = definition_of(session)
    if definition and _stage(session, state, state["step"]):
        commit = state["head"]
        found = _classes(session, definition, commit, session.sandbox("executing", commit))
        session.ledger.artifact(f"classes/{commit}.json", json.dumps(found).encode())


def _classes(session: Session, definition: Definition, commit: str, sandbox: Sandbox) -> dict[str, int]:
    """What the build of this commit has made there; nothing where no check looks at it."""
    return class_majors(sandbox, session.repository.tree(commit)) if definition.looks_at(ClassMajor) else {}


def missing(session: Session, state: State) -> tuple[str, ...]:
    """What does not hold yet of the stage of the step that is about to begin."""
    definition = definition_of(session)
    return holds(session, definition, _stage(session, state, state["step"]), state["green"]) if definition else ()


def with_missing(session: Session, state: State, verification: Verification, now: Results) -> Verification:
    """The verification of a model's attempt at a stage, with what does not hold of the stage as its problems."""
    definition, stage = definition_of(session), _stage(session, state, state["step"])
    if definition is None or not stage or not verification.clean:
        return verification
    sandbox = session.sandbox("executing", state["head"])
    reasons = _judged(session, definition, definition.stage(stage), state["head"], sandbox, now)
    return verification.model_copy(update={"problems": (*verification.problems, *reasons)})


def close_stage(session: Session, state: State, following: int | None) -> Update | None:
    """Judge the stage that has ended before step `following`; where it is not reached, go back and end the plan.

    None: no stage has ended, or it is reached.
    """
    definition, name = definition_of(session), _stage(session, state, state["step"])
    if definition is None or not name or (following is not None and _stage(session, state, following) == name):
        return None
    reasons = holds(session, definition, name, state["green"])
    ended = Ended(commit=state["green"], unmet=reasons)
    session.ledger.artifact(_name(state, "ended", name), ended.model_dump_json().encode())
    session.ledger.event("stage_finished", stage=name, reached=not reasons, reasons=list(reasons[:20]))
    if not reasons:
        return None
    back = last_reached(session, state, definition)
    green = back.commit if back else state["green"]
    if back:
        _take_back(session, state, name)
    return {"head": green, "green": green, "route": "verify"}


def _take_back(session: Session, state: State, stage: str) -> None:
    """The steps of a stage that was rolled back are no longer in the result."""
    reason = f"stage {stage} was not reached"
    for number, step in enumerate(session.plan(state["revision"]).draft.steps):
        if step.stage == stage:
            place, commits = (state["candidate"], number, SINGLY + 1), (state["green"], state["green"])
            session.ledger.attempt(place, step.recipe or "model", commits, "reverted", reason)
            session.ledger.event("step_reverted", step=number + 1, reason=reason, tests=[])


def holds(session: Session, definition: Definition, stage: str, commit: str) -> tuple[str, ...]:
    """What does not hold of a stage on a green commit, by what was stored when it was judged."""
    data = session.deps.store.artifact(session.ledger.run_id, f"classes/{commit}.json")

    def run(arguments: tuple[str, ...]) -> ExecResult:
        return session.sandbox("executing", commit).run(arguments, timeout=COMMAND_SECONDS)

    tree, base = session.repository.tree(commit), session.repository.tree(session.issue.base_commit)
    classes: dict[str, int] = json.loads(data) if data else {}
    seen = Observed(definition.language, base, tree, session.baseline, session.results(commit), classes, run)
    return unmet(definition.must_hold_after(definition.stage(stage)), seen)


def proven(session: Session, state: State, commit: str, sandbox: Sandbox, now: Results) -> tuple[str, ...]:
    """What does not hold in the final verification of the last stage that was reached, or of the first."""
    definition = definition_of(session)
    if definition is None:
        return ()
    reached = [stage for stage in definition.stages if _reached(session, state, stage.name)]
    stage = reached[-1] if reached else definition.stages[0]
    return _judged(session, definition, stage, commit, sandbox, now)


def _judged(
    session: Session, definition: Definition, stage: Stage, commit: str, sandbox: Sandbox, now: Results
) -> tuple[str, ...]:
    """What does not hold after a stage of a commit that has just been built in this sandbox."""

    def run(arguments: tuple[str, ...]) -> ExecResult:
        return sandbox.run(arguments, timeout=COMMAND_SECONDS)

    tree, base = session.repository.tree(commit), session.repository.tree(session.issue.base_commit)
    classes = _classes(session, definition, commit, sandbox)
    seen = Observed(definition.language, base, tree, session.baseline, now, classes, run)
    return unmet(definition.must_hold_after(stage), seen)


def last_reached(session: Session, state: State, definition: Definition) -> Ended | None:
    """The last stage in a row from the first that was reached."""
    found: Ended | None = None
    for stage in definition.stages:
        ended = _ended(session, state, stage.name)
        if ended is not None and not ended.unmet:
            found = ended
    return found


def missed(session: Session, state: State) -> tuple[str, ...]:
    """A sentence for each stage that ended without being reached."""
    definition = definition_of(session)
    stages = definition.stages if definition else ()
    ended = [(stage.name, _ended(session, state, stage.name)) for stage in stages]
    return tuple(
        f"stage {name} was not reached: {'; '.join(one.unmet[:5])}" for name, one in ended if one and one.unmet
    )


def _reached(session: Session, state: State, stage: str) -> bool:
    ended = _ended(session, state, stage)
    return ended is not None and not ended.unmet


def _ended(session: Session, state: State, stage: str) -> Ended | None:
    data = session.deps.store.artifact(session.ledger.run_id, _name(state, "ended", stage))
    return Ended.model_validate_json(data) if data else None


def _stage(session: Session, state: State, number: int) -> str:
    steps: Sequence[Step] = session.plan(state["revision"]).draft.steps
    return steps[number].stage if number >= 0 else ""


def _name(state: State, what: str, stage: str) -> str:
    return artifact(state["candidate"], f"stages/{stage}/{what}")
