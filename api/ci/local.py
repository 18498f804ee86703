"""This process works on the run."""

import os
from dataclasses import dataclass, field

from patchwright.agent import runs, views
from patchwright.agent.deps import Deps
from patchwright.agent.errors import NotNow
from patchwright.agent.report import Report
from patchwright.agent.run import Run
from patchwright.agent.store.ledger import own
from patchwright.api.assemble import assemble, reap_in_background
from patchwright.api.choices import remember
from patchwright.api.ci.backend import Proposed, State
from patchwright.api.ci.policy import Policy
from patchwright.api.place import Place, open_place
from patchwright.api.starting import Order, issue_text, repository_name
from patchwright.api.who import identity
from patchwright.api.work import parking, work


@dataclass
class Local:
    """By the settings and the state folder of this machine."""

    order: Order
    place: Place = field(init=False)
    deps: Deps = field(init=False)

    def __post_init__(self) -> None:
        self.place = open_place(as_json=self.order.as_json, config=self.order.choices.config)
        self.deps = assemble(self.place, self.order.choices)

    def start(self) -> str:
        """See `Backend`."""
        order = self.order
        reap_in_background(self.place.settings, self.place.store, order.sandbox)
        asked = runs.Asked(
            repository=repository_name(order.repository),
            text=issue_text(order.issue),
            revision=order.revision,
            sandbox=order.sandbox,
            candidates=order.candidates,
            transformation=order.transformation,
        )
        started = runs.start(self.deps, asked)
        remember(self.place.store, started.id, order.choices)
        return started.id

    def follow(self, run_id: str) -> State:
        """See `Backend`. A signal parks the run."""
        with parking(run_id):
            return self._state(work(self.deps, self.place.screen, run_id))

    def approve(self, run_id: str, plan: Proposed, policy: Policy) -> None:
        """See `Backend`."""
        by = identity("", os.environ, f"ci, {policy.signature}")
        with own(self.deps.store, run_id) as ledger:
            ledger.artifact("policy.toml", policy.text.encode())
        runs.decide(self.deps, run_id, "approve", by=by, revision=plan.revision, sha256=plan.sha256)

    def report(self, run_id: str) -> Report | None:
        """See `Backend`."""
        try:
            return views.report(self.deps.store, run_id)
        except NotNow:
            return None

    def patch(self, run_id: str) -> bytes | None:
        """See `Backend`."""
        try:
            return views.patch(self.deps.store, run_id)
        except NotNow:
            return None

    def _state(self, run: Run) -> State:
        plan = self.deps.store.plan(run.id)
        found = Proposed(plan.revision, plan.sha256, plan.draft, plan.terms.candidates) if plan else None
        issue = run.issue
        return State(run.id, run.status, run.outcome, run.verdict, run.reason, issue.title, issue.hidden, found)
