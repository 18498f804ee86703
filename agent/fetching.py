"""The image of a transformation: what fails while dependencies are fetched changes what has to be fetched."""

import json
from collections.abc import Callable

from patchwright.agent.session import Session
from patchwright.agent.stages import FAILING, definition_of, failing
from patchwright.sandbox.base import Spec
from patchwright.tools.recipes.platform import Knobs
from patchwright.tools.toolchain import Toolchain
from patchwright.tools.transformations.definition import Definition
from patchwright.tools.transformations.maven import failing_plugins
from patchwright.tools.transformations.planning import dry_run

ROUNDS = 3
"""How often it is fetched again for plugins that failed: behind the first one another may hide."""


def fetched(session: Session, found: Toolchain, prepare: Callable[[Toolchain], str]) -> tuple[Toolchain, str]:
    """The toolchain with the dependencies of all stages, and its image; `prepare` builds one."""
    definition = definition_of(session)
    if definition is None:
        return found, prepare(found)
    toolchain = _transforming(session, found, definition)
    image = prepare(toolchain)
    for _ in range(ROUNDS if definition.language.learns else 0):
        known = failing(session)
        learned = known | _failing(session, image)
        session.ledger.artifact(FAILING, json.dumps(sorted(learned)).encode())
        again = _transforming(session, found, definition)
        if again.files == toolchain.files:
            break
        session.ledger.event(
            "warning", text=f"Failed for a stage: {', '.join(sorted(learned - known))}; fetching again."
        )
        toolchain, image = again, prepare(again)
    return toolchain, image


def _transforming(session: Session, found: Toolchain, definition: Definition) -> Toolchain:
    tree = session.repository.tree(session.issue.base_commit)
    stages = dry_run(definition, tree, Knobs(failing=failing(session))).trees
    return definition.language.judged(found, definition.family, tree, stages)


def _failing(session: Session, image: str) -> frozenset[str]:
    spec = Spec(image=image, run_id=session.ledger.run_id, phase="planning", read_only=True, limits=session.deps.limits)
    tree = session.repository.tree(session.issue.base_commit)
    with session.deps.sandboxes(session.run.sandbox).open(spec, tree) as sandbox:
        return failing_plugins(sandbox)
