"""Whole runs in this process, by a script instead of a model, with everything else as it is for a user."""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from patchwright.agent import runs
from patchwright.agent.budget import Budget
from patchwright.agent.deps import Deps, ImageWanted, Rung, SandboxKind, Say
from patchwright.agent.messages import Model, Reply, Request, ToolCall
from patchwright.agent.run import Run
from patchwright.agent.scripted import Record, ScriptedModel
from patchwright.agent.store.database import open_database
from patchwright.agent.store.store import Store
from patchwright.evals.bench.endpoint import Call
from patchwright.sandbox.base import ExecResult, Limits, Sandbox, Sandboxes, Spec, Tree
from patchwright.sandbox.docker import DockerSandboxes
from patchwright.sandbox.images import ensure_image
from patchwright.sandbox.local import LocalSandboxes
from patchwright.tools.secrets import Redactor

PLENTY = Budget(requests=10_000, tool_calls=10_000, tokens_in=10**12, seconds=10**6, turns=10_000)


@dataclass
class Times:
    """When each request began and ended, and how long each command took, in seconds."""

    asked: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    commands: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])

    def commands_between(self, begin: float, end: float) -> float:
        """Seconds that commands which began in between took."""
        return sum(seconds for at, seconds in self.commands if begin <= at < end)


def script(plan: Call, turns: Sequence[Call]) -> list[Record]:
    """A planner that submits this plan, an editor that makes these calls."""
    calls = [("planner", plan), *(("editor", call) for call in turns)]
    return [
        Record.model_validate(
            {"role": role, "reply": Reply(tool_calls=(ToolCall(id=f"c{at}", name=call[0], arguments=call[1]),))}
        )
        for at, (role, call) in enumerate(calls)
    ]


def deps(folder: Path, records: Sequence[Record], kind: SandboxKind, times: Times) -> Deps:
    """A state folder in `folder` and our own sandboxes; every request and command is timed."""
    model = _TimedModel(ScriptedModel(records), times)
    sandboxes = _TimedSandboxes(LocalSandboxes() if kind == "local" else DockerSandboxes("bench"), times)

    def image(wanted: ImageWanted, say: Say) -> str:
        return "local" if wanted.kind == "local" else ensure_image("python", say=say)

    return Deps(
        store=Store(open_database(folder / "patchwright.db")),
        cache=folder / "cache",
        sandboxes=lambda _: sandboxes,
        prepare_image=image,
        models=lambda role: () if role in ("reviewer", "summarizer") else (Rung("bench", model),),
        redactor=Redactor(()),
        budget=PLENTY,
        limits=Limits(),
    )


def play(given: Deps, source: Path, kind: SandboxKind) -> Run:
    """Start a run, approve its plan, drive it to its end."""
    run = runs.start(given, runs.Asked(repository=str(source), text="A measurement", sandbox=kind))
    runs.drive(given, run.id)
    plan = given.store.plan(run.id)
    if plan is None:
        raise RuntimeError(f"there is no plan: {given.store.run(run.id).reason}")
    runs.decide(given, run.id, "approve", by="bench", revision=plan.revision, sha256=plan.sha256)
    return runs.drive(given, run.id)


@dataclass
class _TimedModel:
    inner: Model
    times: Times

    def complete(self, request: Request) -> Reply:
        began = time.perf_counter()
        reply = self.inner.complete(request)
        self.times.asked.append((began, time.perf_counter()))
        return reply


@dataclass
class _TimedSandboxes:
    inner: Sandboxes
    times: Times

    @contextmanager
    def open(self, spec: Spec, tree: Tree) -> Generator[Sandbox]:
        with self.inner.open(spec, tree) as sandbox:
            yield _TimedSandbox(sandbox, self.times)


@dataclass
class _TimedSandbox:
    inner: Sandbox
    times: Times

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def notice(self) -> str:
        return self.inner.notice

    def run(self, command: Sequence[str], **options: Any) -> ExecResult:
        began = time.perf_counter()
        done = self.inner.run(command, **options)
        self.times.commands.append((began, time.perf_counter() - began))
        return done

    def close(self) -> None:
        self.inner.close()
