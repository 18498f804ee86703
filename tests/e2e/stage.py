"""Where a story is played: a state folder, a repository and a sandbox, by the same assembly as the real command."""

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchwright.agent import runs
from patchwright.agent.config import Settings, from_environment
from patchwright.agent.deps import Deps, SandboxKind
from patchwright.agent.run import ENDED, Run
from patchwright.agent.store.store import Store
from patchwright.api.assemble import assemble
from patchwright.api.choices import Choices
from patchwright.api.place import Place, open_store
from patchwright.api.screen import Screen
from patchwright.tools.secrets import Redactor

HUMAN = "anna"


@dataclass(frozen=True)
class Stage:
    """`recording` "" means that no model is configured and recipes write the plan."""

    state: Path
    repository: Path
    text: str
    recording: str = ""
    sandbox: SandboxKind = "local"

    def to_json(self) -> dict[str, str]:
        """For another process."""
        return {name: str(value) for name, value in dataclasses.asdict(self).items()}

    @staticmethod
    def from_json(fields: Mapping[str, Any]) -> "Stage":
        """What `to_json` gave."""
        return Stage(**{**fields, "state": Path(fields["state"]), "repository": Path(fields["repository"])})

    def store(self) -> Store:
        """The store of the state folder."""
        return open_store(self._settings())

    def deps(self, run_id: str = "") -> Deps:
        """As the command line assembles them."""
        settings = self._settings()
        place = Place(settings, open_store(settings), Screen(Redactor(settings.secrets()), as_json=True))
        return assemble(place, Choices(recording=self.recording, no_model=not self.recording), run_id)

    def start(self) -> Run:
        """A new run."""
        asked = runs.Asked(repository=str(self.repository), text=self.text, sandbox=self.sandbox)
        return runs.start(self.deps(), asked)

    def begin(self) -> Run:
        """A new run, driven to the gate."""
        return self.drive(self.start().id)

    def drive(self, run_id: str) -> Run:
        """What `patchwright resume` does."""
        return runs.drive(self.deps(run_id), run_id)

    def approve(self, run_id: str) -> Run:
        """A human approves the newest revision."""
        plan = self.store().plan(run_id)
        assert plan is not None
        return runs.decide(self.deps(run_id), run_id, "approve", by=HUMAN, revision=plan.revision, sha256=plan.sha256)

    def play(self) -> Run:
        """Go on from wherever the story stands to its end: start, drive, approve what waits, drive."""
        found = self.store().runs()
        run = self.drive((found[0] if found else self.start()).id)
        while run.status in ("awaiting_approval", "needs_input"):
            self.approve(run.id)
            run = self.drive(run.id)
        assert run.status in ENDED, (run.status, run.reason)
        return run

    def _settings(self) -> Settings:
        env = {"PATCHWRIGHT_STATE": str(self.state), "PATH": os.environ["PATH"], "HOME": str(self.state)}
        self.state.mkdir(parents=True, exist_ok=True)
        return from_environment(env, self.state)


def outcome(stage: Stage) -> dict[str, Any]:
    """What a run came to, without what may differ between two runs: ids, times, commits."""
    store = stage.store()
    (run,) = store.runs()
    usage = store.usage(run.id)
    return {
        "status": run.status,
        "outcome": run.outcome,
        "verdict": run.verdict,
        "reason": run.reason,
        "patch": store.artifact(run.id, "patch.diff"),
        "usage": usage.model_copy(update={"seconds": 0.0}).model_dump(),
        "calls": sorted(call["key"] for call in store.answers(run.id)),
        "attempts": [(a["step"], a["attempt"], a["result"]) for a in store.attempts(run.id)],
        "plans": [(plan.revision, plan.author) for plan in store.plans(run.id)],
        "approvals": [(a.decision, a.revision) for a in store.approvals(run.id)],
    }
