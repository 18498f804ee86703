"""The runs of this machine's store: seen, decided on, and driven by processes beside the screen."""

from collections.abc import Sequence
from pathlib import Path

from patchwright.agent import runs, steering, views
from patchwright.agent.budget import read_addition
from patchwright.agent.deps import Deps
from patchwright.agent.errors import NotNow, StaleApproval
from patchwright.agent.following import Comment, follow_up
from patchwright.agent.plan import Approval, Decision, Draft, Plan
from patchwright.agent.run import ENDED, GATE, PARKED
from patchwright.agent.store import lease
from patchwright.api import transforming
from patchwright.api.assemble import assemble
from patchwright.api.choices import Choices, recall, remember
from patchwright.api.place import Place
from patchwright.api.starting import issue_text, repository_name
from patchwright.api.tui.source import AcceptAs, Order
from patchwright.api.tui.workers import Need, Workers

DECIDED = {"approve": "Approved", "revise": "Sent back", "reject": "Rejected"}


class LocalHands:
    """A person at this machine; `by` is how they are recorded."""

    def __init__(self, place: Place, by: str) -> None:
        self._place = place
        self._by = by
        self.workers = Workers(place.settings.state / "workers", self._need)

    @property
    def busy(self) -> Sequence[str]:
        """The runs that this screen has set to work."""
        return self.workers.busy

    def start(self, order: Order) -> str:
        """Freeze the issue, store the run, set a process to work on it."""
        text, definition = _text_of(order)
        choices = Choices(recording=order.recording, no_model=not order.model)
        asked = runs.Asked(
            repository=repository_name(order.repository),
            text=text,
            revision=order.revision,
            sandbox=order.sandbox,
            transformation=definition,
        )
        return self._begin(asked, choices)

    def decide(self, run_id: str, decision: Decision, plan: Plan, notes: str) -> str:
        """Recorded first, then worked on."""
        runs.decide(
            self._deps(run_id),
            run_id,
            decision,
            by=self._by,
            revision=plan.revision,
            sha256=plan.sha256,
            notes=notes,
        )
        self.workers.submit(run_id)
        return f"{DECIDED[decision]} revision {plan.revision}."

    def edit(self, run_id: str, plan: Plan, draft: Draft) -> Plan:
        """A revision of one's own, if the plan is still the one that was seen."""
        newest = self._place.store.plan(run_id)
        if newest is None or newest.sha256 != plan.sha256:
            raise StaleApproval("The plan has moved on meanwhile: look at the new revision, then change that one.")
        return runs.edit(self._deps(run_id), run_id, draft, by=self._by)

    def say(self, run_id: str, text: str) -> str:
        """Words for the run's next call of a model."""
        steering.say(self._deps(run_id), run_id, text, by=self._by)
        return "The model hears it before its next call."

    def pause(self, run_id: str) -> str:
        """Park it at its next safe point."""
        run = steering.pause(self._deps(run_id), run_id, by=self._by)
        return "Paused." if run.status == "paused" else "It parks at its next safe point."

    def resume(self, run_id: str, limits: str) -> str:
        """Take a pause back and let a process work on it."""
        steering.resume(self._deps(run_id), run_id, by=self._by, added=read_addition(limits) if limits else {})
        self.workers.submit(run_id)
        return "It goes on."

    def cancel(self, run_id: str) -> str:
        """End it wherever it is."""
        run = runs.cancel(self._deps(run_id), run_id)
        return "Cancelled." if run.status in ENDED else "The process that works on it stops within seconds."

    def accept(self, run_id: str, how: AcceptAs, where: str) -> str:
        """Take the patch, and the run is accepted."""
        deps = self._deps(run_id)
        match how:
            case "checkout":
                paths = views.apply(deps, run_id, Path(where))
                return f"{len(paths)} files of {where} were changed. Nothing was staged or committed."
            case "branch":
                folder, name = Path(self._place.store.run(run_id).issue.repository), where
                commit = views.branch(deps, run_id, folder, name, by=self._by)
                return f"Branch {name} of {folder} holds the patch as commit {commit[:12]}."
            case "file":
                views.save(deps, run_id, Path(where))
                return f"The patch is in {Path(where).absolute()}."

    def request_changes(self, run_id: str, comments: Sequence[Comment]) -> str:
        """A run on the same base whose issue quotes the comments."""
        store = self._place.store
        issue = store.run(run_id).issue
        text = follow_up(issue, views.patch(store, run_id), comments)
        asked = runs.Asked(
            repository=issue.repository,
            text=text,
            revision=issue.base_commit,
            sandbox=store.run(run_id).sandbox,
        )
        return self._begin(asked, recall(store, run_id))

    def export(self, run_id: str, target: Path) -> str:
        """One archive; a file that is there already is left as it is."""
        if target.exists():
            raise NotNow(f"{target} is there already and was left as it is. Name another file.")
        views.export(self._place.store, run_id, target)
        return f"Everything about the run is in {target.absolute()}."

    def tend(self) -> list[str]:
        """Keep at work what this screen has set to work."""
        return self.workers.tend()

    def _begin(self, asked: runs.Asked, choices: Choices) -> str:
        run = runs.start(assemble(self._place, choices), asked)
        remember(self._place.store, run.id, choices)
        self.workers.submit(run.id)
        return run.id

    def _deps(self, run_id: str) -> Deps:
        return assemble(self._place, recall(self._place.store, run_id), run_id)

    def _need(self, run_id: str, begun: bool) -> Need:
        store = self._place.store
        if lease.is_held(store.database, run_id):
            return "held"
        run = store.run(run_id)
        if run.status in ENDED or (run.status in PARKED and begun):
            return "rest"
        return "rest" if run.status in GATE and not _is_decided(store.plan(run_id), store.approvals(run_id)) else "work"


def _is_decided(plan: Plan | None, approvals: Sequence[Approval]) -> bool:
    """Whether a person has decided on the newest revision."""
    return plan is not None and any(one.revision == plan.revision for one in approvals)


def _text_of(order: Order) -> tuple[str, str]:
    """The issue's text, and the definition if the run transforms."""
    if not order.transformation:
        return issue_text(order.issue), ""
    text, definition = transforming.load(order.transformation)
    return transforming.issue_of(definition), text
