"""The runs of a server, by its HTTP API. What the API does not give is said to be missing, not made up."""

from collections.abc import Sequence
from pathlib import Path

from patchwright.agent import asked
from patchwright.agent.budget import read_addition
from patchwright.agent.errors import NotNow, RunNotFound
from patchwright.agent.following import Comment, follow_up
from patchwright.agent.issue import Issue
from patchwright.agent.plan import Decision, Draft, Plan, Terms
from patchwright.agent.report import Report
from patchwright.agent.run import WORKING, Run, Usage
from patchwright.api.http.client import Client
from patchwright.api.http.schemas import NewRun, PlanView, RunLine, RunView
from patchwright.api.naming import NEWEST
from patchwright.api.tui.source import AcceptAs, Call, News, Order, Row
from patchwright.sandbox.checkout import apply_patch

MOST = 200
"""Runs that are listed."""
NO_TERMS = Terms(run_id="", image="", commands=(), limits={})
NO_USAGE = Usage()


class RemoteSource:
    """What a server shows to whoever has this key."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self.name = name

    def rows(self) -> list[Row]:
        """The newest runs; what they cost is told where one is opened."""
        return [Row(_listed(line), NO_USAGE, line.status in WORKING) for line in self._client.runs(limit=MOST).runs]

    def look(self, run_id: str, after: int) -> News:
        """A run now, with its events behind number `after`."""
        view = self._client.run(run_id)
        events = self._client.events(run_id, after) if view.last_event > after else []
        return News(_viewed(view), events, view.usage, view.status in WORKING)

    def plans(self, run_id: str) -> list[Plan]:
        """All revisions, oldest first; the API does not say in which image and by which commands they are executed."""
        return [_plan(one.plan) for one in self._client.plan(run_id).revisions]

    def patch(self, run_id: str) -> bytes | None:
        """The patch, if there is one."""
        try:
            return self._client.patch(run_id)
        except NotNow:
            return None

    def report(self, run_id: str) -> Report | None:
        """What the run came to, if it has ended."""
        try:
            return self._client.report(run_id)
        except NotNow:
            return None

    def spent(self, run_id: str) -> dict[str, Usage]:
        """Nothing by call: the API tells the sum."""
        return {}

    def call(self, run_id: str, key: str) -> Call | None:
        """The request; of the answer the API gives what the event says."""
        stored = asked.read(key, lambda name: self._artifact(run_id, name))
        if stored is None:
            return None
        messages = asked.whole(stored, lambda name: self._artifact(run_id, name))
        return Call(key=key, messages=messages, new=len(stored.new))

    def file(self, run_id: str, path: str) -> str | None:
        """The API gives no files of the repository."""
        return None

    def find(self, name: str) -> str:
        """The run that was named, by the beginning of its id or `last`, among the newest. Raises `RunNotFound`."""
        ids = [line.id for line in self._client.runs(limit=MOST).runs]
        found = ids[:1] if name in NEWEST else [one for one in ids if one.startswith(name.lower())]
        if len(found) != 1:
            raise RunNotFound(f"{'More than one run begins' if found else 'No run begins'} with {name!r} there.")
        return found[0]

    def _artifact(self, run_id: str, name: str) -> bytes | None:
        try:
            return self._client.artifact(run_id, name)
        except (NotNow, RunNotFound):
            return None


class RemoteHands:
    """A person acts on a server, which works on the runs itself."""

    busy: Sequence[str] = ()

    def __init__(self, client: Client) -> None:
        self._client = client

    def start(self, order: Order) -> str:
        """Ask for a run."""
        issue = "" if order.transformation else order.issue
        new = NewRun(
            repository=order.repository, issue=issue, revision=order.revision, transformation=order.transformation
        )
        return self._client.start(new).id

    def decide(self, run_id: str, decision: Decision, plan: Plan, notes: str) -> str:
        """Decide on that very revision."""
        self._client.decide(run_id, decision, revision=plan.revision, sha256=plan.sha256, notes=notes)
        return f"The server has the decision on revision {plan.revision}."

    def edit(self, run_id: str, plan: Plan, draft: Draft) -> Plan:
        """A revision of one's own."""
        return _plan(self._client.edit(run_id, draft, revision=plan.revision, sha256=plan.sha256))

    def say(self, run_id: str, text: str) -> str:
        """Words for the run's next call of a model."""
        self._client.say(run_id, text)
        return "The model hears it before its next call."

    def pause(self, run_id: str) -> str:
        """Park it at its next safe point."""
        self._client.pause(run_id)
        return "It parks at its next safe point."

    def resume(self, run_id: str, limits: str) -> str:
        """Let it go on."""
        self._client.resume(run_id, read_addition(limits) if limits else None)
        return "It goes on."

    def cancel(self, run_id: str) -> str:
        """End it."""
        self._client.cancel(run_id)
        return "Whoever works on it stops within seconds."

    def accept(self, run_id: str, how: AcceptAs, where: str) -> str:
        """The patch comes to this machine: into a checkout or a file of it."""
        patch = self._client.patch(run_id)
        match how:
            case "checkout":
                paths = apply_patch(Path(where), patch)
                return f"{len(paths)} files of {where} were changed. Nothing was staged or committed."
            case "file":
                with Path(where).open("xb") as file:
                    file.write(patch)
                return f"The patch is in {Path(where).absolute()}."
            case "branch":
                raise NotNow("The commit is on the server: take the patch into a checkout or a file.")

    def request_changes(self, run_id: str, comments: Sequence[Comment]) -> str:
        """A run on the same base whose issue quotes the comments."""
        issue = self._client.run(run_id).issue
        text = follow_up(issue, self._client.patch(run_id), comments)
        return self._client.start(NewRun(repository=issue.repository, issue=text, revision=issue.base_commit)).id

    def export(self, run_id: str, target: Path) -> str:
        """The API gives artifacts one by one."""
        raise NotNow("A server's run is exported there: `patchwright export`.")

    def tend(self) -> list[str]:
        """The server works by itself."""
        return []


def _listed(line: RunLine) -> Run:
    about = {"title": line.title, "repository": line.repository, "base_commit": line.base_commit}
    issue = Issue.model_validate({**about, "clone": "", "origin": line.origin})
    return Run(
        id=line.id,
        status=line.status,
        issue=issue,
        created_at=line.created_at,
        updated_at=line.updated_at,
        graph_version="",
        outcome=line.outcome,
        verdict=line.verdict,
        reason=line.reason,
    )


def _viewed(view: RunView) -> Run:
    return Run(
        id=view.id,
        status=view.status,
        issue=view.issue,
        created_at=view.created_at,
        updated_at=view.updated_at,
        graph_version="",
        outcome=view.outcome,
        verdict=view.verdict,
        reason=view.reason,
    )


def _plan(view: PlanView) -> Plan:
    draft = Draft.model_validate({name: getattr(view, name) for name in Draft.model_fields})
    terms = NO_TERMS.model_copy(update={"candidates": view.candidates})
    head = {"revision": view.revision, "author": view.author, "notes": view.notes, "sha256": view.sha256}
    return Plan.model_validate({**head, "draft": draft, "terms": terms})
