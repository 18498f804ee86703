"""Who plays the human in an evaluation: nobody asks, a script decides, or a model does. Each decision is recorded."""

import json
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Protocol

from patchwright.agent.deps import Deps, Rung
from patchwright.agent.errors import UsageError
from patchwright.agent.messages import Message, ModelRole, Request
from patchwright.agent.plan import Decision, Plan
from patchwright.agent.run import Run, Usage
from patchwright.agent.views import plan_object
from patchwright.evals.instance import Record
from patchwright.evals.reportfiles import write_whole
from patchwright.tools.untrusted import frame

MOST_REVISIONS = 3
"""After so many a plan is approved as it is: an evaluation has to end."""

ROLE: ModelRole = "reviewer"
"""Whose model plays the human."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "decision": {"type": "string", "enum": ["approve", "revise", "reject"]},
        "notes": {"type": "string", "maxLength": 4000},
    },
    "required": ["decision", "notes"],
    "additionalProperties": False,
}


class Verdict(Record):
    """A decision, who made it, and what making it cost."""

    decision: Decision
    by: str
    notes: str = ""
    usage: Usage = Usage()


class Rule(Record):
    """A line of a script: which decision on which revision of the plan of which instance ("" for all)."""

    instance: str = ""
    revision: int = 0
    decision: Decision = "approve"
    notes: str = ""


class Policy(Record):
    """How plans are approved: `auto`, by a `script` of rules (the first that fits; else approve), or by a `model`."""

    kind: Literal["auto", "script", "model"] = "auto"
    rules: tuple[Rule, ...] = ()


class Approver(Protocol):
    """Decides on a plan."""

    def decide(self, run: Run, plan: Plan) -> Verdict:
        """The decision on this revision; the same one when it is asked again. Raises what a model raises."""
        ...

    def spent(self) -> Usage:
        """What all decisions on this run have cost."""
        ...


class Scripted:
    """`auto` is a script without rules."""

    def __init__(self, policy: Policy, instance_id: str) -> None:
        self._rules, self._instance, self._by = policy.rules, instance_id, f"eval: {policy.kind}"

    def decide(self, run: Run, plan: Plan) -> Verdict:
        """See `Approver`."""
        for rule in self._rules:
            if rule.instance in ("", self._instance) and rule.revision in (0, plan.revision):
                return Verdict(decision=rule.decision, by=self._by, notes=rule.notes)
        return Verdict(decision="approve", by=self._by)

    def spent(self) -> Usage:
        """See `Approver`."""
        return Usage()


class Played:
    """A model decides; its answers are kept in `folder`, so that none is asked for twice."""

    def __init__(self, rung: Rung, folder: Path) -> None:
        self._rung, self._folder = rung, folder

    def decide(self, run: Run, plan: Plan) -> Verdict:
        """See `Approver`."""
        path = self._folder / f"decision-{plan.revision}.json"
        if path.exists():
            return Verdict.model_validate_json(path.read_bytes())
        verdict = self._ask(run, plan)
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, verdict.model_dump_json().encode())
        return verdict

    def spent(self) -> Usage:
        """See `Approver`."""
        total = Usage()
        for path in sorted(self._folder.glob("decision-*.json")):
            total = total.plus(Verdict.model_validate_json(path.read_bytes()).usage)
        return total

    def _ask(self, run: Run, plan: Plan) -> Verdict:
        by = f"eval: {self._rung.name} plays the human"
        if plan.revision > MOST_REVISIONS:
            return Verdict(decision="approve", by=by, notes="")
        shown = json.dumps(plan_object(plan), indent=1)
        issue = frame("issue", f"{run.issue.title}\n\n{run.issue.body}")
        prompt = resources.files("patchwright.evals").joinpath("human.md").read_text("utf-8")
        told = f"{issue}\n{frame('plan', shown)}"
        messages = (Message(role="system", content=prompt), Message(role="user", content=told))
        reply = self._rung.model.complete(Request(ROLE, messages, schema=SCHEMA, schema_name="decision"))
        found = reply.parsed or {}
        return Verdict(decision=found["decision"], by=by, notes=found["notes"], usage=reply.usage)


def approver(policy: Policy, deps: Deps, instance_id: str, folder: Path) -> Approver:
    """Who decides by this policy. Raises `UsageError` if a model should and none is configured."""
    if policy.kind != "model":
        return Scripted(policy, instance_id)
    ladder = deps.models(ROLE)
    if not ladder:
        raise UsageError(f"A model is to play the human, but roles.{ROLE} is not configured.")
    return Played(ladder[-1], folder)


def read_policy(text: str) -> Policy:
    """`auto`, `model`, or a TOML file with `[[rules]]`. Raises `UsageError`."""
    from patchwright.agent.config import parse_toml

    match text:
        case "auto":
            return Policy()
        case "model":
            return Policy(kind="model")
        case _:
            try:
                data = Path(text).read_bytes()
            except OSError as error:
                raise UsageError(
                    f"--approval {text}: give auto, model, or a TOML file of [[rules]] ({error.strerror})."
                ) from None
            return parse_toml(data, text, Policy).model_copy(update={"kind": "script"})
