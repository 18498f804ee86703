"""What a run needs from outside, given by argument: no globals."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from patchwright.agent.budget import NO_QUOTAS, Budget, Quotas
from patchwright.agent.messages import Model, ModelRole
from patchwright.agent.store.store import Store
from patchwright.sandbox.base import Limits, Sandboxes
from patchwright.sandbox.repository import CommitTree
from patchwright.tools.secrets import Redactor
from patchwright.tools.toolchain import Toolchain

SandboxKind = Literal["docker", "local"]
Say = Callable[[str], None]

CONTEXT = 128_000
"""Tokens that a model is taken to read when its configuration doesn't say."""


@dataclass(frozen=True, slots=True)
class ImageWanted:
    """What an image is for: the commands of a toolchain on the tree of a repository."""

    toolchain: Toolchain
    kind: SandboxKind
    repository: str
    tree: CommitTree


@dataclass(frozen=True, slots=True)
class Rung:
    """One model of a role's ladder: how it is named in the report, and how many tokens it reads."""

    name: str
    model: Model
    context: int = CONTEXT


@dataclass(frozen=True, slots=True)
class Deps:
    """Store, models, sandboxes and limits of one process.

    `models` returns a role's ladder, the cheapest model first; none if the role is not configured.
    `prepare_image` returns the image in which the toolchain's commands run, dependencies included;
    it may build, and says what it does. `ending` says whether this process is to end (REL-07).
    """

    store: Store
    cache: Path
    sandboxes: Callable[[SandboxKind], Sandboxes]
    prepare_image: Callable[[ImageWanted, Say], str]
    models: Callable[[ModelRole], tuple[Rung, ...]]
    redactor: Redactor
    budget: Budget
    limits: Limits
    quotas: Quotas = NO_QUOTAS
    ending: Callable[[], bool] = bool
