"""A server works on the run; we follow it and decide as the key's owner."""

from dataclasses import dataclass, field

from patchwright.agent.errors import NotNow
from patchwright.agent.events import Event
from patchwright.agent.plan import Draft
from patchwright.agent.report import Report
from patchwright.agent.run import ENDED, GATE, PARKED
from patchwright.agent.store.store import new_run_id
from patchwright.api.ci.backend import Proposed, State
from patchwright.api.ci.policy import Policy
from patchwright.api.http.client import Client
from patchwright.api.http.schemas import NewRun, RunView
from patchwright.api.live import tell_plainly
from patchwright.api.screen import Screen
from patchwright.api.wording import Narrator

STILL = (*ENDED, *GATE, *PARKED)


@dataclass
class Remote:
    """By a client of the API. `word` makes a start that is tried again the same run."""

    client: Client
    new: NewRun
    screen: Screen
    word: str = field(default_factory=new_run_id)
    _told: int = 0
    _narrator: Narrator = field(default_factory=Narrator)

    def start(self) -> str:
        """See `Backend`."""
        return self.client.start(self.new, idempotency_key=self.word).id

    def follow(self, run_id: str) -> State:
        """See `Backend`. A status may be told before its plan can be read: the run itself has the last word."""
        run = self.client.run(run_id)
        while run.status not in STILL or self._decided(run):
            for event in self.client.follow(run_id, self._told):
                self._tell(event)
                if event.kind == "status_changed" and event.data["status"] in STILL:
                    break
            run = self.client.run(run_id)
        for event in self.client.events(run_id, self._told):
            self._tell(event)
        return _state(run)

    def approve(self, run_id: str, plan: Proposed, policy: Policy) -> None:
        """See `Backend`."""
        self.client.decide(run_id, "approve", revision=plan.revision, sha256=plan.sha256, policy=policy.signature)

    def report(self, run_id: str) -> Report | None:
        """See `Backend`."""
        try:
            return self.client.report(run_id)
        except NotNow:
            return None

    def patch(self, run_id: str) -> bytes | None:
        """See `Backend`."""
        try:
            return self.client.patch(run_id)
        except NotNow:
            return None

    def _decided(self, run: RunView) -> bool:
        """Whether somebody has decided on the plan already: the worker takes it up soon."""
        newest = run.plan.revision if run.plan else 0
        return run.status in GATE and any(approval.revision == newest for approval in run.approvals)

    def _tell(self, event: Event) -> None:
        if event.seq > self._told:
            self._told = event.seq
            tell_plainly(self.screen, self._narrator, event)


def _state(run: RunView) -> State:
    plan = run.plan
    fields = {name: getattr(plan, name) for name in Draft.model_fields} if plan else {}
    found = Proposed(plan.revision, plan.sha256, Draft(**fields), plan.candidates) if plan else None
    return State(run.id, run.status, run.outcome, run.verdict, run.reason, run.issue.title, run.issue.hidden, found)
