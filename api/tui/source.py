"""Where a screen takes what it shows from, and through which hands a person acts: this machine, or a server."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from patchwright.agent.events import Event
from patchwright.agent.following import Comment
from patchwright.agent.messages import Message, Reply
from patchwright.agent.plan import Decision, Draft, Plan
from patchwright.agent.report import Report
from patchwright.agent.run import Run, Usage

AcceptAs = Literal["checkout", "branch", "file"]


@dataclass(frozen=True, slots=True)
class Row:
    """One run in the list. `step` is what it does now, in a few words; `at_work` whether a process works on it."""

    run: Run
    usage: Usage
    at_work: bool
    step: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """A run as it stands, with its events behind those that are known. `limits` by the names of `Usage`'s fields."""

    run: Run
    events: Sequence[Event]
    usage: Usage
    at_work: bool
    limits: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class Call:
    """One request and its answer, or one tool call and its outcome (then `reply` is None and `outcome` its text)."""

    key: str
    messages: tuple[Message, ...] = ()
    new: int = 0
    """How many of the messages, at the end, the request before did not have."""
    reply: Reply | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A run to be started. `issue` is its text, or the name of a definition if `transformation` is set."""

    repository: str
    issue: str
    transformation: str = ""
    revision: str = "HEAD"
    sandbox: Literal["docker", "local"] = "docker"
    model: bool = True
    recording: str = ""


class Source(Protocol):
    """What there is to see. Every method may block and is called outside the event loop.

    Raises `PatchwrightError` with a sentence for the person.
    """

    name: str
    """"" for this machine, else the server's address."""

    def rows(self) -> list[Row]:
        """All runs, newest first."""
        ...

    def look(self, run_id: str, after: int) -> News:
        """A run now, with at most a page of its events behind number `after`."""
        ...

    def plans(self, run_id: str) -> list[Plan]:
        """All revisions, oldest first."""
        ...

    def patch(self, run_id: str) -> bytes | None:
        """The patch, if there is one."""
        ...

    def report(self, run_id: str) -> Report | None:
        """What the run came to, if it has ended."""
        ...

    def spent(self, run_id: str) -> dict[str, Usage]:
        """What each call cost, by its key."""
        ...

    def call(self, run_id: str, key: str) -> Call | None:
        """A call, whole."""
        ...

    def file(self, run_id: str, path: str) -> str | None:
        """A file of the base commit; None if there is none."""
        ...


class Hands(Protocol):
    """What a person does. Every method may block. Raises `PatchwrightError` or `SandboxError`: nothing was done then.

    What returns text says in a sentence what was done.
    """

    @property
    def busy(self) -> Sequence[str]:
        """The runs that go on working when the screen is left."""
        ...

    def start(self, order: Order) -> str:
        """Begin a run; its id."""
        ...

    def decide(self, run_id: str, decision: Decision, plan: Plan, notes: str) -> str:
        """Decide on that very revision and let the run go on."""
        ...

    def edit(self, run_id: str, plan: Plan, draft: Draft) -> Plan:
        """A revision of one's own upon `plan`. Raises `StaleApproval` if another came meanwhile."""
        ...

    def say(self, run_id: str, text: str) -> str:
        """Words for the run's model."""
        ...

    def pause(self, run_id: str) -> str:
        """Park it at its next safe point."""
        ...

    def resume(self, run_id: str, limits: str) -> str:
        """Go on, with `limits` more to spend, such as "tokens=200000,money=1.5"; "" for none."""
        ...

    def cancel(self, run_id: str) -> str:
        """End it."""
        ...

    def accept(self, run_id: str, how: AcceptAs, where: str) -> str:
        """Take the patch into a checkout, as a branch of it, or into a file."""
        ...

    def request_changes(self, run_id: str, comments: Sequence[Comment]) -> str:
        """A follow-up run whose issue quotes the comments; its id."""
        ...

    def export(self, run_id: str, target: Path) -> str:
        """One archive with everything that is known of the run."""
        ...

    def tend(self) -> list[str]:
        """Called once a second: keeps at work what is to be worked on; sentences about what went wrong."""
        ...
