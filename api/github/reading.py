"""What the store knows of a run, gathered for the status comment."""

from patchwright.agent import views
from patchwright.agent.errors import NotNow
from patchwright.agent.report import Report
from patchwright.agent.store.store import Store
from patchwright.api.github.book import Book, Conversation
from patchwright.api.github.telling import Told
from patchwright.api.wording import Narrator

LATEST = 3000
"""Events in which the last change of step or phase is looked for."""


def told(book: Book, conversation: Conversation) -> Told:
    """Everything about a run as it stands now. Raises `RunNotFound`."""
    store, run_id = book.store, conversation.run_id
    pull = book.post(f"pull:{run_id}")
    return Told(
        conversation=conversation,
        run=store.run(run_id),
        plan=store.plan(run_id),
        approvals=store.approvals(run_id),
        results={int(one["step"]): str(one["result"]) for one in store.attempts(run_id)},
        usage=store.usage(run_id),
        doing=_doing(store, run_id),
        report=_report(store, run_id),
        pull=conversation.pull or (pull.remote if pull else 0),
    )


def _doing(store: Store, run_id: str) -> str:
    """The step or phase that is worked on: what changes seldom, since a comment is edited for it."""
    narrator, doing = Narrator(), ""
    for event in store.events(run_id, after=max(0, store.last_event(run_id) - LATEST), limit=LATEST):
        narrator.line(event)
        if event.kind in ("status_changed", "step_started"):
            doing = narrator.doing
    return doing


def _report(store: Store, run_id: str) -> Report | None:
    try:
        return views.report(store, run_id)
    except NotNow:
        return None
