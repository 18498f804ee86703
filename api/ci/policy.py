"""A policy for unattended approval: what it does not name is not allowed. Pure."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from patchwright.agent.config import parse_toml
from patchwright.agent.errors import UsageError
from patchwright.agent.plan import Draft
from patchwright.agent.report import Report
from patchwright.agent.roles import Settable
from patchwright.tools.paths import matches

LARGEST_FILE = 1 << 16
_WILD = re.compile(r"[*?\[]")


class PolicyTable(Settable):
    """A policy file. Numbers are the most that is allowed."""

    name: str = Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")
    transformations: tuple[str, ...] = Field(default=(), strict=False)
    """Definitions, by name, whose plans may be approved."""
    issues: bool = False
    """Whether plans for issues in words may be approved."""
    recipes_only: bool = False
    """Whether every step has to be deterministic."""
    paths: tuple[str, ...] = Field(default=(), strict=False)
    """Globs; a changed file has to match one."""
    max_files: int = Field(ge=1)
    max_lines: int = Field(ge=1)
    """Lines added and removed, together."""
    max_steps: int = Field(default=50, ge=1)
    max_candidates: int = Field(default=1, ge=1, le=8)
    dependencies: bool = False
    tests: bool = False
    ci: bool = False
    questions: Literal["refuse", "first"] = "refuse"
    """`first`: a plan with open questions may go by its own first suggestions."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as it was read; `sha256` is that of the file's bytes."""

    table: PolicyTable
    text: str
    sha256: str

    @property
    def signature(self) -> str:
        """Who approved, as it is recorded."""
        return f"policy {self.table.name} sha256:{self.sha256}"


def read_policy(path: Path) -> Policy:
    """Raises `UsageError` with the file, the key and what is allowed."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UsageError(f"The policy {path} cannot be read ({error.strerror}). Name another file.") from None
    if len(data) > LARGEST_FILE:
        raise UsageError(f"The policy {path} is larger than {LARGEST_FILE} bytes: is it one?")
    table = parse_toml(data, str(path), PolicyTable)
    return Policy(table, data.decode(), hashlib.sha256(data).hexdigest())


def against_plan(policy: PolicyTable, transformation: str, draft: Draft, candidates: int) -> tuple[str, ...]:
    """Every reason why the policy does not approve this plan; none if it does. `transformation` is its name or ""."""
    return (*_kind(policy, transformation), *_steps(policy, draft), *_scope(policy, draft, candidates))


def against_patch(policy: PolicyTable, report: Report) -> tuple[str, ...]:
    """Every reason why the patch goes beyond the policy."""
    files, lines = len(report.files), sum((file.added or 0) + (file.removed or 0) for file in report.files)
    outside = [file.path for file in report.files if not _within(policy, file.path)]
    binary = [file.path for file in report.files if file.added is None]
    return tuple(
        reason
        for reason, holds in (
            (f"{files} files are changed, {policy.max_files} are allowed", files > policy.max_files),
            (f"{lines} lines are changed, {policy.max_lines} are allowed", lines > policy.max_lines),
            (f"outside of its paths: {', '.join(outside[:10])}", bool(outside)),
            (f"not text: {', '.join(binary[:10])}", bool(binary)),
        )
        if holds
    )


def _kind(policy: PolicyTable, transformation: str) -> Iterator[str]:
    if transformation and transformation not in policy.transformations:
        yield f"the transformation {transformation} is not among those it allows"
    if not transformation and not policy.issues:
        yield "it allows no plans for issues in words (issues = true would)"


def _steps(policy: PolicyTable, draft: Draft) -> Iterator[str]:
    if len(draft.steps) > policy.max_steps:
        yield f"the plan has {len(draft.steps)} steps, {policy.max_steps} are allowed"
    models = [number for number, step in enumerate(draft.steps, 1) if not step.recipe]
    if policy.recipes_only and models:
        yield f"steps {', '.join(map(str, models))} are a model's, recipes only are allowed"
    named = {path for step in draft.steps for path in step.files} | set(draft.scope.paths)
    outside = sorted(name for name in named if not _within(policy, name))
    if outside:
        yield f"the plan opens {', '.join(outside[:10])}, outside of its paths"
    if len(named) > policy.max_files:
        yield f"the plan names {len(named)} files, {policy.max_files} are allowed"
    lines = _preview_lines([step.preview for step in draft.steps])
    if lines > policy.max_lines:
        yield f"the recipes would change {lines} lines, {policy.max_lines} are allowed"


def _scope(policy: PolicyTable, draft: Draft, candidates: int) -> Iterator[str]:
    for name in ("dependencies", "tests", "ci"):
        if getattr(draft.scope, name) and not getattr(policy, name):
            yield f"the plan opens {name}"
    if candidates > policy.max_candidates:
        yield f"the plan is executed {candidates} times, {policy.max_candidates} are allowed"
    if draft.questions and policy.questions == "refuse":
        yield f"the plan asks a human: {draft.questions[0].question[:200]}"


def _within(policy: PolicyTable, name: str) -> bool:
    """Whether one of the paths holds all that a name or glob of a plan can mean."""
    return ".." not in name.split("/") and any(_covers(rule, name) for rule in policy.paths)


def _covers(rule: str, name: str) -> bool:
    if not _WILD.search(name):
        return matches(name, rule)
    folder = rule.removesuffix("**")
    everything = rule.endswith("**") and not _WILD.search(folder) and (not folder or folder.endswith("/"))
    return rule == name or (everything and name.startswith(folder))


def _preview_lines(previews: Sequence[str]) -> int:
    lines = (line for preview in previews for line in preview.splitlines())
    return sum(line[:1] in "+-" and not line.startswith(("+++", "---")) for line in lines if line)
