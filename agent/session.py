"""What one process holds in memory while it works on a run. All of it can be rebuilt from the store."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict

from patchwright.agent.asked import Last
from patchwright.agent.budget import NO_QUOTA, About, Budget, check_budget, raised, spent_today
from patchwright.agent.carrying import open_clone
from patchwright.agent.circles import Moment
from patchwright.agent.deps import Deps, Rung
from patchwright.agent.errors import BudgetSpent, StaleApproval
from patchwright.agent.issue import Issue
from patchwright.agent.messages import Model, ModelRole
from patchwright.agent.plan import Plan, plan_sha256
from patchwright.agent.recorded import RecordedModel
from patchwright.agent.restrictions import FILE, Restrictions, lowered, read_restrictions
from patchwright.agent.run import Run, Usage
from patchwright.agent.store.ledger import Ledger
from patchwright.agent.store.store import stamp
from patchwright.agent.turns import Conversation
from patchwright.sandbox.base import Phase, Sandbox, Spec
from patchwright.sandbox.files import changed_paths, take_manifest
from patchwright.sandbox.repository import Repository
from patchwright.tools.calls import ToolCall, ToolOutcome
from patchwright.tools.checks import Results
from patchwright.tools.knowledge.mapping import MapMaker
from patchwright.tools.toolchain import Toolchain


class Remembered(BaseModel):
    """A tool call's outcome, and the head that it left."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: ToolOutcome
    head: str = ""
    failure: str = ""
    """The failure that the call showed, by name."""


@dataclass
class Session:
    """One run in one process: its pen, its repository, and the one sandbox that is open now."""

    deps: Deps
    ledger: Ledger

    def __post_init__(self) -> None:
        self.run: Run = self.deps.store.run(self.ledger.run_id)
        self.issue: Issue = self.run.issue
        self.spent = self.deps.store.usage(self.ledger.run_id)
        self.conversation: tuple[str, Conversation, tuple[Moment, ...]] | None = None
        self.asked: dict[ModelRole, Last] = {}
        self.offers: set[str] = set()
        self._ladders: dict[ModelRole, bytes] = {}
        self._last: Results | None = None
        self._filled: tuple[str, dict[str, bytes]] | None = None
        self._plans: dict[int, Plan] = {}
        self._stack = ExitStack()
        self._sandbox: Sandbox | None = None
        self._shown: tuple[Phase, str] | None = None
        self._lock = threading.Lock()
        self.map_maker: MapMaker | None = None

    @cached_property
    def repository(self) -> Repository:
        """Our bare clone, as it was opened when the run began."""
        return open_clone(self.ledger, self.issue, self.deps.cache)

    @cached_property
    def wishes(self) -> Restrictions:
        """What the repository's own patchwright.toml says at the base commit (CFG-01). Raises `UsageError`."""
        tree = self.repository.tree(self.issue.base_commit)
        wishes = read_restrictions(tree.read(FILE) if FILE in tree.paths() else None)
        lowered(self.deps.budget, wishes)  # what would loosen stops the run before anything of the repository runs
        return wishes

    @cached_property
    def budget(self) -> Budget:
        """The operator's budget, as far as the repository doesn't lower it, and what humans added to this run's.

        Raises `UsageError`.
        """
        return raised(lowered(self.deps.budget, self.wishes), self.deps.store.added(self.ledger.run_id))

    def check(self, about_to: About) -> None:
        """Before each call: raises `Cancelled`, `PauseAsked` or `BudgetSpent` (RES-11, REL-04)."""
        self.ledger.stop_if_asked()
        check_budget(self.budget, self.spent, about_to)
        quotas, store = self.deps.quotas, self.deps.store
        today = stamp(store.clock().replace(hour=0, minute=0, second=0, microsecond=0))
        for table, quota, where in (
            ("repository", quotas.repository, self.issue.repository),
            ("day", quotas.day, ""),
        ):
            if quota != NO_QUOTA:
                used = store.spent_since(today, where)
                if reason := spent_today(table, quota, used, about_to):
                    raise BudgetSpent(reason)

    @cached_property
    def toolchain(self) -> Toolchain:
        """As detected on the base commit when the run was prepared."""
        return Toolchain.model_validate_json(self.require("toolchain.json"))

    def judge_with(self, toolchain: Toolchain) -> None:
        """Another toolchain than the one that was detected from now on, such as a transformation's."""
        self.ledger.artifact("toolchain.json", toolchain.model_dump_json().encode())
        self.toolchain = toolchain

    @cached_property
    def image(self) -> str:
        """The image in which this run's commands run."""
        return self.require("image").decode()

    @cached_property
    def baseline(self) -> Results:
        """What the checks said about the untouched base."""
        return Results.model_validate_json(self.require("baseline.json"))

    def results(self, commit: str) -> Results:
        """What the checks said about a green commit: the base, or one that `keep_results` was called for."""
        if commit == self.issue.base_commit:
            return self.baseline
        if self._last is None or self._last.commit != commit:
            self._last = Results.model_validate_json(self.require(f"results/{commit}.json"))
        return self._last

    def keep_results(self, results: Results) -> None:
        """Store what the checks said about a green commit."""
        self.ledger.artifact(f"results/{results.commit}.json", results.model_dump_json().encode())
        self._last = results

    def attempts(self, candidate: int) -> list[dict[str, Any]]:
        """How the attempts of a candidate ended, in order."""
        tried = self.deps.store.attempts(self.ledger.run_id)
        return [attempt for attempt in tried if attempt["candidate"] == candidate]

    def require(self, name: str) -> bytes:
        """An artifact that an earlier node has stored."""
        data = self.deps.store.artifact(self.ledger.run_id, name)
        if data is None:
            raise LookupError(f"run {self.ledger.run_id} has no artifact {name!r}: its store is damaged")
        return data

    def plan(self, revision: int) -> Plan:
        """The plan of that revision. Raises `StaleApproval` if its hash, or an approval, names another."""
        if revision not in self._plans:
            self._plans[revision] = self._checked(revision)
        return self._plans[revision]

    def _checked(self, revision: int) -> Plan:
        """The hash is recomputed from what will be executed (APR-02)."""
        store, run_id = self.deps.store, self.ledger.run_id
        plan = store.plan(run_id, revision)
        if plan is None:
            raise LookupError(f"run {run_id} has no plan revision {revision}: its store is damaged")
        approved = {a.sha256 for a in store.approvals(run_id) if a.revision == revision and a.decision == "approve"}
        found = plan_sha256(self.issue, plan.draft, plan.terms, plan.notes)
        if {found} != {plan.sha256, *approved} or plan.terms.image != self.image:
            raise StaleApproval(
                f"What would be executed ({found[:12]}) is not what was approved in revision {revision} of run "
                f"{run_id} ({plan.sha256[:12]}). Nothing was changed: cancel this run and start a new one."
            )
        return plan

    def sandbox(self, phase: Phase, commit: str) -> Sandbox:
        """The open sandbox of this phase showing `commit`; a fresh one if it shows anything else (SB-12)."""
        if self._sandbox is None or self._shown != (phase, commit):
            self.close_sandbox()
            spec = Spec(
                image=self.image,
                run_id=self.ledger.run_id,
                phase=phase,
                read_only=phase == "planning",
                limits=self.toolchain.limits(self.deps.limits),
                env=self.toolchain.env,
            )
            opened = self._stack.enter_context(
                self.deps.sandboxes(self.run.sandbox).open(spec, self.repository.tree(commit, self.issue.base_commit))
            )
            with self._lock:
                self._sandbox, self._shown = opened, (phase, commit)
            if opened.notice:
                self.ledger.event("warning", text=opened.notice)
            self._filled = (commit, take_manifest(opened)) if phase == "executing" else None
        return self._sandbox

    def strays(self) -> list[str]:
        """Files of the executing sandbox that commands changed, not edits: they are in no commit (GIT-07).

        Only files of the tree count, not what builds and tests leave beside them.
        """
        if self._sandbox is None or self._filled is None or self._shown is None:
            return []
        commit, manifest = self._filled
        ours = {change.path for change in self.repository.changed(commit, self._shown[1])}
        known = set(self.repository.tree(commit).paths())
        return [path for path in changed_paths(self._sandbox, manifest) if path in known and path not in ours]

    def now_shows(self, commit: str) -> None:
        """The open sandbox has been changed so that it shows `commit`."""
        if self._shown is not None:
            self._shown = (self._shown[0], commit)

    @property
    def shown(self) -> str | None:
        """The commit that the open sandbox shows."""
        return self._shown[1] if self._shown else None

    def interrupt(self) -> None:
        """Called from another thread: end the running command by ending its sandbox."""
        with self._lock:
            if self._sandbox is not None:
                self._sandbox.close()

    def close(self) -> None:
        """End the open sandbox, our git process and the one that makes the map."""
        self.close_sandbox()
        if self.map_maker is not None:
            self.map_maker.close()
        if "repository" in self.__dict__:
            self.repository.close()

    def close_sandbox(self) -> None:
        """End the open sandbox; the next use opens a fresh one."""
        with self._lock:
            self._sandbox, self._shown = None, None
        self._stack.close()

    def model(self, role: ModelRole, key: str, rung: int = 0) -> Model | None:
        """The model on a rung of the role's ladder, asking through the ledger: a recorded answer is never asked again.

        A ladder that has been shortened since has its top there.
        """
        ladder = self.deps.models(role)
        self._keep_ladder(role, ladder)
        return RecordedModel(self, ladder[: rung + 1][-1], key) if ladder else None

    def _keep_ladder(self, role: ModelRole, ladder: tuple[Rung, ...]) -> None:
        """Store what a replay has to know of the models: their names and how much they read."""
        facts = json.dumps([{"name": rung.name, "context": rung.context} for rung in ladder]).encode()
        if self._ladders.get(role) != facts:
            self._ladders[role] = facts
            self.ledger.artifact(f"ladders/{role}.json", facts)

    def artifact(self, name: str) -> bytes | None:
        """The bytes stored under that name of this run."""
        return self.deps.store.artifact(self.ledger.run_id, name)

    @property
    def is_replay(self) -> bool:
        """Whether the answers are those of another run, and nobody is to be asked."""
        return self.issue.origin == "replay"

    def remember(self, key: str, call: ToolCall, run: Callable[[], Remembered]) -> Remembered:
        """The recorded outcome of a tool call, else run it and record it with its cost and event."""
        known = self.ledger.answer(key)
        if known is not None:
            return Remembered.model_validate(known)
        self.check("tool")
        began = time.monotonic()
        done = run()
        usage = Usage(tool_calls=1, seconds=round(time.monotonic() - began, 3))
        self.ledger.record(key, "tool_called", done.model_dump(mode="json"), usage, **_told(call, done, self.deps))
        self.spent = self.spent.plus(usage)
        return done


def _told(call: ToolCall, done: Remembered, deps: Deps) -> dict[str, Any]:
    """What the event says of a call: enough to follow the run, capped and redacted (SEC-04)."""
    arguments = {
        name: value if isinstance(value, int | bool) else str(value)[:300] for name, value in call.arguments.items()
    }
    return {
        "tool": call.name[:60],
        "arguments": {name[:60]: deps.redactor.text(v) if isinstance(v, str) else v for name, v in arguments.items()},
        "says": deps.redactor.text(done.outcome.text[:500]),
        "edits": list(done.outcome.edits),
        "refused": done.outcome.refused or done.outcome.bad,
    }
