"""What a run came to as Markdown for a job's page, and as lines for its log. Pure."""

from patchwright.agent.report import ending, inline, write_report
from patchwright.agent.run import GATE
from patchwright.api.ci.running import Came
from patchwright.tools.untrusted import code_span

LARGEST = 900_000
"""Bytes of a summary; GitHub takes 1 MiB for a step."""


def summary(came: Came) -> str:
    """For the job's page: the verdict first, then the report; or the plan that waits."""
    parts = [
        f"## Patchwright: {headline(came)}",
        inline(came.state.title),
        f"Approved by {code_span(came.policy)}." if came.policy and came.report else "",
        _reasons(came),
        f"{came.state.hidden} hidden characters were removed from the issue." if came.state.hidden else "",
        write_report(came.report, folded=True) if came.report else _plan(came),
    ]
    text = "\n\n".join(part for part in parts if part) + "\n"
    return text.encode()[:LARGEST].decode("utf-8", "ignore")


def headline(came: Came) -> str:
    """How it ended, in a few words."""
    if came.report is not None:
        return ending(came.report) + (", but beyond the policy" if came.refused else "")
    return "the plan waits for a human" if came.state.status in GATE else came.state.status.replace("_", " ")


def _reasons(came: Came) -> str:
    what = "The patch is not handed out" if came.report else "The policy does not approve the plan"
    return f"{what}:\n" + "\n".join(f"- {inline(reason)}" for reason in came.refused) if came.refused else ""


def _plan(came: Came) -> str:
    plan = came.state.plan
    if plan is None:
        return inline(came.state.reason)
    steps = [f"{number}. {inline(step.title)}" for number, step in enumerate(plan.draft.steps, 1)]
    head = f"Plan, revision {plan.revision} (`{plan.sha256[:12]}`): {inline(plan.draft.summary)}"
    return "\n".join([head, "", *steps])
