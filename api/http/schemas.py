"""What goes over the wire. Nouns of `agent` go as they are; here is what is asked, and how answers are put together."""

from typing import Annotated, Literal

from pydantic import Field

from patchwright.agent.events import Event
from patchwright.agent.issue import Issue, Origin
from patchwright.agent.plan import Approval, Decision, Draft, Record
from patchwright.agent.report import CandidateLine, CheckLine, FindingLine
from patchwright.agent.run import Outcome, RunStatus, RunVerdict, Said, Usage
from patchwright.api.http.audit import AuditLine
from patchwright.tools.checks import TestChange

Digits = Annotated[str, Field(pattern="^[0-9a-f]{12,64}$", description="At least 12 digits of the plan's sha256.")]


class NewRun(Record):
    """What should be done: an issue in words, or the name of a shipped transformation, on a repository."""

    repository: Annotated[str, Field(min_length=1, max_length=500, examples=["https://github.com/acme/clock"])]
    issue: Annotated[str, Field(max_length=500_000, examples=["format_duration(59.6) says 60s, it should say 1m"])] = ""
    revision: Annotated[str, Field(min_length=1, max_length=250)] = "HEAD"
    candidates: Annotated[int, Field(ge=1, le=8)] = 1
    transformation: Annotated[str, Field(max_length=100, examples=["", "java-17"])] = ""
    priority: Annotated[int, Field(ge=0, le=9, description="Larger goes first.")] = 0


class Decide(Record):
    """A decision on exactly that revision. `candidates` approves so many executions instead of what the plan says.

    `policy` is the written policy by which a program decides: it is recorded beside the key's owner.
    """

    revision: Annotated[int, Field(ge=1)]
    sha256: Digits
    decision: Decision
    notes: Annotated[str, Field(max_length=8000)] = ""
    candidates: Annotated[int | None, Field(ge=1, le=8)] = None
    policy: Annotated[str, Field(max_length=200, pattern=r"^[ -~]*$")] = ""


class NewRevision(Record):
    """A plan made by hand of that revision."""

    revision: Annotated[int, Field(ge=1)]
    sha256: Digits
    draft: Draft


class Message(Record):
    """Words for the model of a run."""

    text: Annotated[str, Field(min_length=1, max_length=8000)]


class Resume(Record):
    """What is added to the run's budget, by the limit's name: requests, tokens_in, tokens_out, money, seconds, ..."""

    add_budget: dict[str, Annotated[float, Field(gt=0, lt=1e15)]] = Field(
        default={}, max_length=20, examples=[{"seconds": 600}]
    )


class RunLine(Record):
    """A run in a list."""

    id: str
    status: RunStatus
    outcome: Outcome | None
    verdict: RunVerdict
    reason: str
    title: str
    repository: str
    base_commit: str
    origin: Origin
    requested_by: str
    created_at: str
    updated_at: str


class RunList(Record):
    """Runs, newest first. `next` is the cursor of the rest; None: that was all."""

    runs: tuple[RunLine, ...]
    next: str | None


class PlanView(Draft):
    """A revision of a plan: the draft's fields, and what they are approved by."""

    revision: int
    sha256: str
    author: str
    notes: tuple[str, ...]
    candidates: int


class RunView(Record):
    """A run. `last_event` is the number of the newest fact that is told here; it is the ETag as well."""

    id: str
    status: RunStatus
    outcome: Outcome | None
    verdict: RunVerdict
    reason: str
    issue: Issue
    requested_by: str
    plan: PlanView | None
    approvals: tuple[Approval, ...]
    said: tuple[Said, ...]
    usage: Usage
    created_at: str
    updated_at: str
    last_event: int


class Change(Record):
    """What a revision changes against the one before: it came (+), it went (-), or is otherwise now (~)."""

    mark: Literal["+", "-", "~"]
    what: str
    before: str
    after: str


class Revision(Record):
    """A revision, what it changes, and how a human decided on it."""

    plan: PlanView
    changes: tuple[Change, ...]
    decision: Approval | None


class PlanHistory(Record):
    """All revisions of a run's plan, oldest first. `current` is the newest; 0: there is none yet."""

    run_id: str
    status: RunStatus
    current: int
    revisions: tuple[Revision, ...]


class VerificationView(Record):
    """What the judges say of the patch, against the baseline."""

    run_id: str
    verdict: RunVerdict
    reasons: tuple[str, ...]
    checks: tuple[CheckLine, ...]
    changes: tuple[TestChange, ...]
    reproduced: tuple[str, ...]
    idle: tuple[str, ...]
    findings: tuple[FindingLine, ...]
    candidates: tuple[CandidateLine, ...]


class Artifacts(Record):
    """Names of what is kept of a run; each can be fetched below this address."""

    names: tuple[str, ...]


class TransformationLine(Record):
    """A transformation that can be asked for."""

    name: str
    title: str
    description: str
    stages: tuple[str, ...]


class Transformations(Record):
    """Every transformation that is shipped."""

    transformations: tuple[TransformationLine, ...]


class EventList(Record):
    """Events in order; the rest is behind the last one's `seq`."""

    events: tuple[Event, ...]


class AuditList(Record):
    """Lines of the audit log, newest first. `next` asks for the ones before; None: that was all."""

    lines: tuple[AuditLine, ...]
    next: int | None


class Health(Record):
    """Whether the service is there (`ok`), or why it cannot work."""

    status: Literal["ok", "unready"]
    detail: str = ""


class Fault(Record):
    """One thing that is wrong with a request."""

    where: str
    what: str


class Problem(Record):
    """Problem details (RFC 9457). `type` names the kind of problem, `detail` what happened and what to do."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    errors: tuple[Fault, ...] = ()
