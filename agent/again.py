"""The checks run again on a run's result, in a fresh sandbox: what was verified once can be looked at anew.

The run stays what it is: its verdict is of the moment in which it was approved and executed.
"""

from contextlib import closing
from dataclasses import dataclass

from patchwright.agent import views
from patchwright.agent.deps import Deps
from patchwright.agent.errors import NotNow
from patchwright.agent.session import Session
from patchwright.agent.store.ledger import own
from patchwright.tools.checks import Results, Verification
from patchwright.tools.verify import confirm, run_checks


@dataclass(frozen=True, slots=True)
class Again:
    """What the checks say now, and that against the run's baseline."""

    commit: str
    results: Results
    verification: Verification


def verify_again(deps: Deps, run_id: str) -> Again:
    """Run every check on base plus patch. Raises `NotNow` if there is no patch, `RunBusy`, and what sandboxes raise."""
    views.patch(deps.store, run_id)  # there has to be one
    commit = views.report(deps.store, run_id).result_commit
    if not commit:
        raise NotNow(f"Run {run_id} has no result to verify.")
    with own(deps.store, run_id) as ledger, closing(Session(deps, ledger)) as session:
        sandbox = session.sandbox("verifying", commit)
        now = run_checks(sandbox, session.toolchain, commit=commit, image=session.image)
        return Again(commit, now, confirm(sandbox, session.toolchain, session.baseline, now))
