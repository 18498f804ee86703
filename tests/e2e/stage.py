"""Where a story is played: a state folder, a repository and a sandbox, by the same assembly as the real command.

Run as a module with stages as JSON lines on standard input, it plays all of them at once, each in a thread.
"""

import dataclasses
import json
import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchwright.agent import runs, steering
from patchwright.agent.config import Settings, from_environment
from patchwright.agent.deps import Deps, SandboxKind
from patchwright.agent.plan import Decision, Plan
from patchwright.agent.run import ENDED, Run
from patchwright.agent.store.store import Store
from patchwright.api.assemble import assemble, instance
from patchwright.api.choices import Choices
from patchwright.api.place import Place, open_store
from patchwright.api.screen import Screen
from patchwright.tools.secrets import Redactor

HUMAN = "anna"


@dataclass(frozen=True)
class Stage:
    """`recording` "" means that no model is configured and recipes write the plan.

    `alone`: the state folder has one run at most, which `play` goes on with. `words`: what the human says at
    the first gate.
    """

    state: Path
    repository: Path
    text: str
    recording: str = ""
    sandbox: SandboxKind = "local"
    alone: bool = True
    words: str = ""
    candidates: int = 1

    def to_json(self) -> dict[str, Any]:
        """For another process."""
        return {**dataclasses.asdict(self), "state": str(self.state), "repository": str(self.repository)}

    @staticmethod
    def from_json(fields: Mapping[str, Any]) -> "Stage":
        """What `to_json` gave."""
        return dataclasses.replace(
            Stage(Path(), Path(), ""),
            **{**fields, "state": Path(fields["state"]), "repository": Path(fields["repository"])},
        )

    def store(self) -> Store:
        """The store of the state folder."""
        return open_store(self._settings())

    @property
    def instance(self) -> str:
        """The label of what belongs to this state folder at the engine."""
        return instance(self._settings())

    def deps(self, run_id: str = "") -> Deps:
        """As the command line assembles them."""
        settings = self._settings()
        place = Place(settings, open_store(settings), Screen(Redactor(settings.secrets()), as_json=True))
        return assemble(place, Choices(recording=self.recording, no_model=not self.recording), run_id)

    def start(self) -> Run:
        """A new run."""
        asked = runs.Asked(
            repository=str(self.repository), text=self.text, sandbox=self.sandbox, candidates=self.candidates
        )
        return runs.start(self.deps(), asked)

    def begin(self) -> Run:
        """A new run, driven to the gate."""
        return self.drive(self.start().id)

    def drive(self, run_id: str, **changed: Any) -> Run:
        """What `patchwright resume` does; `changed` are fields of `Deps`."""
        return runs.drive(dataclasses.replace(self.deps(run_id), **changed), run_id)

    def decide(self, run_id: str, decision: Decision, notes: str = "") -> Run:
        """A human decides on the newest revision."""
        plan = self.plan(run_id)
        return runs.decide(
            self.deps(), run_id, decision, by=HUMAN, revision=plan.revision, sha256=plan.sha256, notes=notes
        )

    def say(self, run_id: str, words: str) -> None:
        """A human says something to the model."""
        steering.say(self.deps(), run_id, words, by=HUMAN)

    def resume(self, run_id: str, **added: float) -> Run:
        """A human resumes the run, with a larger budget if one is given."""
        steering.resume(self.deps(), run_id, by=HUMAN, added=added)
        return self.drive(run_id)

    def plan(self, run_id: str) -> Plan:
        """The newest revision."""
        plan = self.store().plan(run_id)
        assert plan is not None
        return plan

    def approve(self, run_id: str) -> Run:
        """A human approves the newest revision."""
        return self.decide(run_id, "approve")

    def play(self) -> Run:
        """Go on from wherever the story stands to its end: start, drive, approve what waits, drive."""
        found = self.store().runs()
        return self._to_end((found[0] if found else self.start()).id)

    def play_new(self) -> Run:
        """Start another run and play it to its end."""
        return self._to_end(self.start().id)

    def _to_end(self, run_id: str) -> Run:
        run = self.drive(run_id)
        while run.status in ("awaiting_approval", "needs_input"):
            if self.words and not self.store().said(run.id):
                self.say(run.id, self.words)
            self.approve(run.id)
            run = self.drive(run.id)
        assert run.status in ENDED, (run.status, run.reason)
        return run

    def _settings(self) -> Settings:
        env = {"PATCHWRIGHT_STATE": str(self.state), "PATH": os.environ["PATH"], "HOME": str(self.state)}
        self.state.mkdir(parents=True, exist_ok=True)
        return from_environment(env, self.state)


def table_dump(store: Store) -> list[Any]:
    """Everything in the store but who holds what: for comparing before and after."""
    connection = store.database.connection()
    tables = [row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY 1")]
    dump: list[Any] = []
    for table in tables:
        rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
        for row in rows:
            for name in ("fence", "holder", "holder_until"):
                row.pop(name, None)
        dump.append((table, rows))
    return dump


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
        "attempts": [(a["candidate"], a["step"], a["attempt"], a["result"]) for a in store.attempts(run.id)],
        "plans": [(plan.revision, plan.author) for plan in store.plans(run.id)],
        "approvals": [(a.decision, a.revision) for a in store.approvals(run.id)],
    }


def main() -> None:
    """Play every stage that standard input names; the errors go to standard error, one a line."""
    stages = [Stage.from_json(json.loads(line)) for line in sys.stdin]
    with ThreadPoolExecutor(len(stages)) as pool:
        errors = [future.exception() for future in [pool.submit(_play_new, stage) for stage in stages]]
    for error in filter(None, errors):
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    sys.exit(1 if any(errors) else 0)


def _play_new(stage: Stage) -> Run:
    return stage.play() if stage.alone else stage.play_new()


if __name__ == "__main__":
    main()
