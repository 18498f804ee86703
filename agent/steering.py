"""What humans do to a run that works: say something to its model, pause it, resume it with a larger budget."""

from contextlib import suppress

from patchwright.agent.deps import Deps
from patchwright.agent.errors import NotNow, RunBusy, UsageError
from patchwright.agent.run import ENDED, WORKING, Run
from patchwright.agent.store import lease
from patchwright.agent.store.ledger import own, paused_by
from patchwright.tools.untrusted import clean

MAX_WORDS = 8000
"""Characters that can be said at once."""


def say(deps: Deps, run_id: str, text: str, *, by: str) -> None:
    """Keep the words until the run's next call of a model. Raises `NotNow` if it has ended, `UsageError`."""
    words = clean(deps.redactor.ours(text)).text.strip()
    if not words:
        raise UsageError("Say in a few words what the model should know.")
    if len(words) > MAX_WORDS:
        raise UsageError(f"That is {len(words)} characters long; at most {MAX_WORDS} can be said at once.")
    deps.store.say(run_id, by, words)


def pause(deps: Deps, run_id: str, *, by: str) -> Run:
    """Park the run at its next safe point; at once if nobody works on it. Raises `NotNow` where nothing is done."""
    run = deps.store.run(run_id)
    if run.status not in ("queued", *WORKING):
        hint = "it has ended" if run.status in ENDED else "nothing is done on it now"
        raise NotNow(f"Run {run_id} is {run.status}: {hint}, so there is nothing to pause.")
    deps.store.request_pause(run_id, by)
    if not lease.is_held(deps.store.database, run_id):
        with suppress(RunBusy), own(deps.store, run_id) as ledger:
            ledger.status("paused", paused_by(by))
    return deps.store.run(run_id)


def resume(deps: Deps, run_id: str, *, by: str, added: dict[str, float] | None = None) -> None:
    """Take a pause back and add to the run's budget; the work itself is `runs.drive`. Raises `NotNow`, `RunBusy`."""
    run = deps.store.run(run_id)
    if added and run.status in ENDED:
        raise NotNow(f"Run {run_id} has ended ({run.status}): it needs no budget any more. Start a new run.")
    with own(deps.store, run_id) as ledger:
        deps.store.request_pause(run_id, "")
        if added:
            ledger.event("budget_added", by=by, added=added)
