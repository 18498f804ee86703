"""One attempt at one issue: its states and how it can end."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from patchwright.agent.issue import Issue

RunStatus = Literal[
    "queued",
    "preparing",
    "baseline",
    "planning",
    "awaiting_approval",
    "needs_input",
    "executing",
    "verifying",
    "reviewing",
    "awaiting_review",
    "accepted",
    "rejected",
    "cancelled",
    "paused",
    "paused_budget",
    "paused_config",
    "infra_failed",
]

WORKING: tuple[RunStatus, ...] = ("preparing", "baseline", "planning", "executing", "verifying", "reviewing")
"""Something is being done, or was when the process died."""

ENDED: frozenset[RunStatus] = frozenset({"awaiting_review", "accepted", "rejected", "cancelled"})
"""No work is left in these; `awaiting_review` waits for `apply` only."""

PARKED: frozenset[RunStatus] = frozenset({"paused", "paused_budget", "paused_config", "infra_failed"})
"""Stopped in its work, with the reason: a human, a limit, the configuration, or what it stands on. `resume` goes on."""

GATE: frozenset[RunStatus] = frozenset({"awaiting_approval", "needs_input"})
"""A human has to decide on the newest revision of the plan."""

Outcome = Literal["patch", "answer", "no_change_needed", "cannot_reproduce", "needs_input", "gave_up"]

RunVerdict = Literal["verified", "unverified", "none"]


class Usage(BaseModel):
    """What was spent. Tokens as the endpoint reported them; money in `price_currency` if priced."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    money: float = 0.0
    seconds: float = 0.0
    tool_calls: int = 0
    estimated: int = 0
    """Requests whose tokens were estimated because the endpoint's figures made no sense (RES-11)."""

    def plus(self, other: "Usage") -> "Usage":
        """The sum, field by field."""
        mine, theirs = self.model_dump(), other.model_dump()
        return Usage(**{name: mine[name] + theirs[name] for name in mine})


class Run(BaseModel):
    """A run as stored. `graph_version` is that of the graph that began it; only that may continue it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    status: RunStatus
    issue: Issue
    created_at: str
    updated_at: str
    graph_version: str
    outcome: Outcome | None = None
    verdict: RunVerdict = "none"
    reason: str = ""
    """One sentence for a person: why it stands where it stands."""
    sandbox: Literal["docker", "local"] = "docker"
    candidates: int = 1
    """How many times the plan is to be executed, as asked for at the start."""
    cancel_requested: bool = False
    pause_by: str = ""
    """Who asked for a pause; "" if nobody did, or it was taken back."""


class Said(BaseModel):
    """What a human said to a run. `number` counts from 1; `heard` is the key of the call it reached, "" until then."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    by: str
    text: str
    at: str
    heard: str = ""
