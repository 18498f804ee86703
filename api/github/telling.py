"""What we say on GitHub: the one status comment of a run, and short answers. Pure.

All text by others is shown, never obeyed: no mention, link, image or markup of theirs works (OUT-01, OUT-05).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from patchwright.agent.again import Again
from patchwright.agent.plan import Approval, Plan
from patchwright.agent.report import Report, ending, inline, write_report
from patchwright.agent.run import ENDED, GATE, PARKED, Run, Usage
from patchwright.api.github.book import Conversation
from patchwright.api.github.grammar import PREFIX
from patchwright.tools.telling import verdict_text
from patchwright.tools.untrusted import code_span, fence, printable, suspicious

NOTHING_SPENT = Usage()
LONGEST = 60_000
"""Characters of a comment; GitHub takes 65,536."""
HASH_SHOWN = 16
MOST = 30
AGENT = "Written by [Patchwright](https://pypi.org/project/patchwright/), an agent: check what it says."

HEADLINES = {
    "queued": "waits for its turn",
    "preparing": "prepares the repository",
    "baseline": "runs the checks on the untouched base",
    "planning": "is planning",
    "awaiting_approval": "has a plan that waits for your decision",
    "needs_input": "waits for an answer",
    "executing": "executes the approved plan",
    "verifying": "verifies the patch in a fresh sandbox",
    "reviewing": "reviews the patch",
    "awaiting_review": "has ended",
    "accepted": "has ended",
    "rejected": "has ended: the plan was rejected",
    "cancelled": "was cancelled",
    "paused": "is paused",
    "paused_budget": "has spent its budget",
    "paused_config": "is stopped by the configuration",
    "infra_failed": "is interrupted: something it stands on failed",
}


@dataclass(frozen=True, slots=True)
class Told:
    """All that a status comment is drawn from. `results` are how steps ended, by index; `doing` is the last fact."""

    conversation: Conversation
    run: Run
    plan: Plan | None = None
    approvals: Sequence[Approval] = ()
    results: dict[int, str] | None = None
    usage: Usage = NOTHING_SPENT
    doing: str = ""
    report: Report | None = None
    pull: int = 0


def marker(kind: str, name: str) -> str:
    """By which we know a text of ours again after a crash (REL-02)."""
    return f"<!-- patchwright:{kind}:{name} -->"


def status(told: Told) -> str:
    """The status comment."""
    run = told.run
    parts = [
        f"### Patchwright {HEADLINES[run.status]}",
        _first_line(told),
        _notes(told),
        _plan(told) if told.plan else "",
        _how_to_decide(told.plan) if told.plan and run.status in GATE else "",
        _how_to_go_on(told),
        _end(told),
        _cost(told.usage),
    ]
    return bounded("\n\n".join(part for part in parts if part))


def bounded(text: str) -> str:
    """Cut to what GitHub takes, and said so."""
    return (
        text if len(text) <= LONGEST else f"{text[:LONGEST].rpartition(chr(10))[0]}\n\n(cut here: the rest did not fit)"
    )


def answer(text: str, to: str) -> str:
    """A short answer to somebody, who is named and not mentioned."""
    return f"{code_span(to)}: {text}"


def explained(told: Told) -> str:
    """Everything that is known: the report of a run that has ended, else the whole plan."""
    if told.report is not None:
        return bounded(write_report(told.report, folded=True))
    if told.plan is None:
        return f"Run `{told.run.id[:8]}` {HEADLINES[told.run.status]}; there is no plan yet."
    return bounded("\n\n".join([f"### Plan, revision {told.plan.revision}, in full", *_whole(told.plan)]))


def _first_line(told: Told) -> str:
    run, now = told.run, ""
    if run.status not in ENDED and run.status not in GATE and told.doing:
        now = f" · {code_span(told.doing[:160])}"
    reason = f"\n\n{inline(run.reason)}" if run.reason and run.status in (*PARKED, "needs_input") else ""
    return f"Run `{run.id[:8]}`, asked for by {code_span(told.conversation.asked_by)}{now}{reason}"


def _notes(told: Told) -> str:
    """What a reader of the issue has not seen, and what went wrong where we publish."""
    hidden = told.run.issue.hidden
    lines = [
        f"> **{hidden} hidden characters** were removed from the text of the issue." if hidden else "",
        f"> **Not published:** {inline(told.conversation.told)}" if told.conversation.told else "",
    ]
    return "\n".join(line for line in lines if line)


def _plan(told: Told) -> str:
    plan = told.plan
    assert plan is not None
    results = told.results or {}
    steps = [
        _step(number, step.title, step.files, results.get(number, "")) for number, step in enumerate(plan.draft.steps)
    ]
    more = [f"- and {len(steps) - MOST} more steps"] if len(steps) > MOST else []
    by = "".join(f"\n- {a.decision} of revision {a.revision} by {inline(a.by)}" for a in told.approvals)
    head = f"**Plan, revision {plan.revision}** (`{plan.sha256[:HASH_SHOWN]}`), by {inline(plan.author)}"
    parts = [
        head,
        inline(plan.draft.summary),
        "\n".join([*steps[:MOST], *more]),
        _scope(plan),
        *_open_points(plan),
        by.strip(),
    ]
    return "\n\n".join(part for part in parts if part)


def _step(number: int, title: str, files: Sequence[str], result: str) -> str:
    done, failed = result in ("green", "unchanged"), result in ("failed", "reverted")
    where = ", ".join(code_span(path) for path in files[:5]) + (f" and {len(files) - 5} more" if len(files) > 5 else "")
    end = f" **({result})**" if failed else ""
    return f"- [{'x' if done else ' '}] {number + 1}. {inline(title)}{f': {where}' if where else ''}{end}"


def _scope(plan: Plan) -> str:
    scope = plan.draft.scope
    allowed = ["the files of the steps", *(code_span(path) for path in scope.paths[:20])]
    allowed += [name for name in ("dependencies", "tests", "ci") if getattr(scope, name)]
    refused = [name for name in ("dependencies", "tests", "ci") if not getattr(scope, name)]
    often = f" It is executed {plan.terms.candidates} times." if plan.terms.candidates > 1 else ""
    without = f"; not {', '.join(refused)}" if refused else ""
    return f"May change {', '.join(allowed)}{without}.{often}"


def _open_points(plan: Plan) -> list[str]:
    draft = plan.draft
    odd = suspicious("\n".join([draft.summary, *(f"{step.title} {step.intent}" for step in draft.steps)]))
    return [
        _listed("Questions (the first answer holds unless you say otherwise)", [one.text for one in draft.questions]),
        _listed("Risks", list(draft.risks)),
        _listed("Look twice: characters in this plan that deceive the eye", list(odd)),
    ]


def _listed(title: str, items: list[str]) -> str:
    rest = f"\n- and {len(items) - MOST} more" if len(items) > MOST else ""
    return f"{title}:" + "".join(f"\n- {inline(item)}" for item in items[:MOST]) + rest if items else ""


def _whole(plan: Plan) -> list[str]:
    draft = plan.draft
    parts = [inline(draft.summary), f"Cause: {inline(draft.root_cause)}" if draft.root_cause else ""]
    for number, step in enumerate(draft.steps, 1):
        lines = [f"**{number}. {inline(step.title)}**", inline(step.intent)]
        lines += [f"Verified by: {inline(step.verify)}" if step.verify else ""]
        lines += [_listed("Seen at", [f"{one.path}:{one.line} {one.note}" for one in step.evidence])]
        lines += [f"Preview:\n{fence(step.preview[:4000], 'diff')}" if step.preview else ""]
        parts.append("\n\n".join(line for line in lines if line))
    return [part for part in (*parts, _scope(plan), *_open_points(plan)) if part]


def _how_to_decide(plan: Plan) -> str:
    approve = f"{PREFIX} approve {plan.sha256[:HASH_SHOWN]}"
    return (
        "Nothing has been changed. To go on, comment this line; what you write around it is kept as binding notes:\n\n"
        f"```\n{approve}\n```\n\n"
        f"or `{PREFIX} revise WORDS`, `{PREFIX} reject`, `{PREFIX} explain`."
    )


def _how_to_go_on(told: Told) -> str:
    return f"`{PREFIX} retry` goes on, `{PREFIX} cancel` ends it." if told.run.status in PARKED else ""


def _end(told: Told) -> str:
    report = told.report
    if report is None:
        return f"{inline(told.run.reason)}" if told.run.status in ENDED and told.run.reason else ""
    reasons = "".join(f"\n- {inline(reason)}" for reason in report.reasons[:MOST])
    where = f"\n\nDraft pull request: #{told.pull}" if told.pull else ""
    whole = write_report(report, folded=True)
    return f"**{ending(report)}**{reasons}{where}\n\n<details><summary>Report</summary>\n\n{whole}\n</details>"


def _cost(used: Usage) -> str:
    if not used.requests:
        return f"<sub>No model was asked. {AGENT}</sub>"
    money = f", {used.money:.4f} in money" if used.money else ""
    tokens = f"{used.tokens_in} tokens in, {used.tokens_out} out"
    return f"<sub>{used.requests} model requests, {tokens}{money}. {AGENT}</sub>"


def verified_again(run_id: str, again: Again) -> str:
    """What the checks say of a result when they are run once more (OUT-03)."""
    lines = [
        f"- {inline(result.check.name)}: exit {result.exit_code}"
        + (f" ({inline(result.problem)})" if result.problem else "")
        for result in again.results.checks
    ]
    verdict = fence(verdict_text(again.verification)[:8000], "")
    head = f"the checks once more on the result of run `{run_id[:8]}` (`{again.commit[:12]}`), in a fresh sandbox"
    return bounded("\n".join([f"{head}:\n", *lines, "", verdict]))


def plain_line(text: str, most: int) -> str:
    """A line about which GitHub does nothing, as a title or in a commit: it mentions nobody and closes no issue."""
    return re.sub(r"[@#]", "", " ".join(printable(text).split()))[:most].strip() or "A change by patchwright"


def pull_title(report: Report) -> str:
    """One short line (OUT-05)."""
    line = plain_line(report.title, 100)
    return line if report.verdict == "verified" else f"[{report.verdict}] {line}"


def pull_body(told: Told, default_branch: str) -> str:
    """What a reviewer reads first: who asked and approved, what was verified, which step made each hunk (APR-10)."""
    report, conversation = told.report, told.conversation
    assert report is not None
    approved = [a for a in told.approvals if a.decision == "approve"]
    last = approved[-1] if approved else None
    plan = f"revision {last.revision}, `{last.sha256[:HASH_SHOWN]}`" if last else ""
    who = f", approved by {inline(last.by)} ({plan})" if last else ""
    word = "Fixes" if conversation.onto == default_branch and not conversation.place.is_pull else "For"
    return bounded(
        f"{word} #{conversation.place.number}\n\n"
        f"**A draft by an agent.** Asked for by {code_span(conversation.asked_by)}{who}. "
        "A human reviews, marks it ready and merges it.\n\n"
        f"{write_report(report, folded=True)}\n{marker('pull', report.run_id)}"
    )
