"""What a store knows, as the screen shows it. Nothing is written here."""

from contextlib import closing
from dataclasses import dataclass

from patchwright.agent import asked, views
from patchwright.agent.budget import Budget
from patchwright.agent.errors import NotNow
from patchwright.agent.events import Event
from patchwright.agent.messages import Reply
from patchwright.agent.plan import Plan
from patchwright.agent.report import Report
from patchwright.agent.run import ENDED, Run, Usage
from patchwright.agent.store import lease
from patchwright.agent.store.ledger import Ledger
from patchwright.agent.store.store import Store
from patchwright.api.place import Place
from patchwright.api.tui.source import Call, News, Row

NO_USAGE = Usage()
PAGE = 1000
"""Events that are read at once."""
LIMITED = ("requests", "tool_calls", "tokens_in", "tokens_out", "money", "seconds")


@dataclass
class _Glance:
    """What the list knows of a run: up to which event, its step, what it cost."""

    seq: int = 0
    step: str = ""
    usage: Usage = NO_USAGE


class StoreSource:
    """The runs of one store."""

    name = ""

    def __init__(self, place: Place) -> None:
        self._store: Store = place.store
        self._cache = place.settings.state / "cache"
        self._budget: Budget = place.settings.budget
        self._glances: dict[str, _Glance] = {}

    def rows(self) -> list[Row]:
        """All runs, newest first; what was read of their events before is not read again."""
        return [self._row(run) for run in self._store.runs()]

    def look(self, run_id: str, after: int) -> News:
        """A run now, with at most a page of its events behind number `after`."""
        run = self._store.run(run_id)
        return News(
            run=run,
            events=self._store.events(run_id, after, PAGE),
            usage=self._store.usage(run_id),
            at_work=self._at_work(run),
            limits=self._limits(run_id),
        )

    def plans(self, run_id: str) -> list[Plan]:
        """All revisions, oldest first."""
        return self._store.plans(run_id)

    def patch(self, run_id: str) -> bytes | None:
        """The patch, if there is one."""
        return self._store.artifact(run_id, "patch.diff")

    def report(self, run_id: str) -> Report | None:
        """What the run came to, if it has ended."""
        try:
            return views.report(self._store, run_id)
        except NotNow:
            return None

    def spent(self, run_id: str) -> dict[str, Usage]:
        """What each call cost, by its key."""
        return {call["key"]: Usage.model_validate(call["usage"]) for call in self._store.answers(run_id)}

    def call(self, run_id: str, key: str) -> Call | None:
        """A call, whole."""
        answer = Ledger(self._store, run_id, 0).answer(key)
        if answer is None:
            return None
        if "outcome" in answer:
            return Call(key=key, outcome=str(answer["outcome"].get("text", "")))
        stored = asked.read(key, lambda name: self._store.artifact(run_id, name))
        messages = asked.whole(stored, lambda name: self._store.artifact(run_id, name)) if stored else ()
        new = len(stored.new) if stored else 0
        return Call(key=key, messages=messages, new=new, reply=Reply.model_validate(answer) if answer else None)

    def file(self, run_id: str, path: str) -> str | None:
        """A file of the base commit, as text."""
        from patchwright.sandbox.repository import Repository

        issue = self._store.run(run_id).issue
        with closing(Repository(self._cache / issue.clone)) as repository:
            try:
                return repository.tree(issue.base_commit).read(path).decode("utf-8", "replace")
            except KeyError:
                return None

    def _row(self, run: Run) -> Row:
        glance = self._glances.setdefault(run.id, _Glance())
        events = self._store.events(run.id, glance.seq, PAGE)
        if events:
            glance.seq, glance.usage = events[-1].seq, self._store.usage(run.id)
            glance.step = _step(events, glance.step)
        return Row(run, glance.usage, self._at_work(run), "" if run.status in ENDED else glance.step)

    def _at_work(self, run: Run) -> bool:
        return run.status not in ENDED and lease.is_held(self._store.database, run.id)

    def _limits(self, run_id: str) -> dict[str, float]:
        added = self._store.added(run_id)
        limits = {name: getattr(self._budget, name) for name in LIMITED}
        return {name: limit + added.get(name, 0) for name, limit in limits.items() if limit is not None}


def _step(events: list[Event], before: str) -> str:
    """The step that is worked on, with its title."""
    for event in reversed(events):
        if event.kind == "step_started":
            return f"step {event.data.get('step')}: {event.data.get('title', '')}"
    return before
