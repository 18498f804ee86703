"""A migration judged by MigrationBench's minimal check, as a grade."""

from patchwright.evals.environment import Ready
from patchwright.evals.instance import Instance
from patchwright.evals.migration import grade_trees
from patchwright.evals.patching import Applied
from patchwright.evals.places import Place
from patchwright.evals.verdict import Grade
from patchwright.sandbox.repository import Repository

MAJORS = {"java-17": 61, "java-21": 65}


def migrated(
    instance: Instance, repository: Repository, base: str, applied: Applied, ready: Ready, place: Place
) -> Grade:
    """Resolved: built for the target, with no fewer tests, the same ones declared."""
    before, after = repository.tree(base), repository.tree(applied.commit)
    found = grade_trees(
        place.sandboxes,
        ready.image,
        before,
        after,
        major=MAJORS[instance.transformation],
        tests_before=instance.tests_before,
    )
    return Grade(
        instance_id=instance.instance_id,
        resolved=not found.reasons,
        failure="not migrated" if found.reasons else "",
        applied=applied.rung,
        notes=(*found.reasons, f"{found.tests} tests ran"),
    )
