"""The editor: what it is told about its step, and what a verification tells it."""

from collections.abc import Sequence

from patchwright.agent.facts import Facts, facts_text, hints_text, issue_text
from patchwright.agent.issue import Issue
from patchwright.agent.messages import Message, ToolSpec
from patchwright.agent.plan import Draft, Evidence, Plan, Scope, Step
from patchwright.agent.policy import to_come
from patchwright.agent.prompts.load import prompt
from patchwright.tools.acts import Helpers
from patchwright.tools.checks import Verification
from patchwright.tools.telling import verdict_text
from patchwright.tools.toolbox import specs
from patchwright.tools.tree import FileTree
from patchwright.tools.untrusted import frame
from patchwright.tools.viewing import window

MAX_MUST_FIX = 30
MAX_EVIDENCE = 20
MAX_CHANGED = 100
MAX_SHOWN = 20_000
"""Characters of the step's files in the first message."""
SMALL = 6_000
"""Bytes of a file that is shown although the plan's evidence doesn't point into it."""
AROUND = 40
"""Lines shown before and after a line of the plan's evidence in a file too long to be shown whole."""


def editor_messages(
    issue: Issue,
    plan: Plan,
    number: int,
    facts: Facts,
    *,
    changed: Sequence[str] = (),
    learned: Sequence[str] = (),
    unwritten: Sequence[str] = (),
    tree: FileTree | None = None,
) -> list[Message]:
    """The first messages for step `number` (from 0).

    `changed` are the files changed so far; `learned` is what became of earlier attempts
    at this step, as `feedback` says it, and what humans answered; `unwritten` are promised tests that are
    not there yet; `tree` is what the step starts from.
    """
    step = plan.draft.steps[number]
    shown = _shown(step, (*plan.draft.evidence, *step.evidence), tree) if tree else ""
    request = prompt(
        "editor_request",
        issue=issue_text(issue),
        plan=plan_text(plan, number),
        step=step_text(step, plan.draft.scope, number, to_come(plan.draft.steps[number + 1 :]), unwritten),
        facts=facts_text(facts, tree=False),
        rest="\n\n".join(filter(None, (hints_text(facts), _changed(changed), shown, _learned(learned)))),
    )
    return [Message(role="system", content=prompt("editor")), Message(role="user", content=request)]


def editor_tools(helpers: Helpers | None = None) -> tuple[ToolSpec, ...]:
    """The executing tools."""
    return specs("executing", helpers)


def plan_text(plan: Plan, current: int | None = None) -> str:
    """The approved plan in short, and the humans' words, which bind."""
    draft = plan.draft
    steps = [
        f"{number + 1}. {step.title}{' <- your step' if number == current else ''}"
        for number, step in enumerate(draft.steps)
    ]
    lines = [draft.summary, *([f"Root cause: {draft.root_cause}"] if draft.root_cause else []), *steps]
    return (
        "\n".join(lines)
        + _section("Seen at", _places(draft.evidence))
        + _section("Assumptions", draft.assumptions)
        + _section("Risks", draft.risks)
        + _section("Asked; the first answer holds unless the human's words say otherwise", _questions(draft))
        + _section("The human's words bind", plan.notes)
    )


def step_text(step: Step, scope: Scope, number: int, later: Sequence[str] = (), unwritten: Sequence[str] = ()) -> str:
    """One step: intent, the files it may change, what shows that it is done, and what passes only `later`.

    `unwritten` are the tests among these that are not there yet.
    """
    files = ", ".join(dict.fromkeys((*step.files, *scope.paths))) or "none"
    written = [name for name in step.must_fix if name not in unwritten]
    shown = written[:MAX_MUST_FIX]
    more = len(written) - len(shown)
    return (
        f"{number + 1}. {step.title}\n{step.intent}\n\nYou may change: {files}. {_permissions(scope)}"
        + (f"\nDone when: {step.verify}" if step.verify else "")
        + _section("Must pass after this step", (*shown, *([f"and {more} more"] if more else [])))
        + _section(
            "To be written, first; each must fail on the unchanged code (we run it there) and pass after this step",
            unwritten,
        )
        + _section("Must pass after later steps, and may fail until then", later[:MAX_MUST_FIX])
        + _section("Evidence", _places(step.evidence))
    )


def feedback(verification: Verification, step: Step, unseen: Sequence[str] = ()) -> str:
    """What the editor is told when its attempt did not hold: only what is new, and what it promised and is missing.

    `unseen` are tests that the plan promises and that did not run.
    """
    missing = _section("Must pass after this step, but no such test ran", unseen[:MAX_MUST_FIX]).lstrip("\n")
    # Tests print what they like, and this stands among a human's words (PI-01).
    said = frame("the checks", verdict_text(verification, step.must_fix))
    return "\n".join(
        [*filter(None, ["The checks do not accept this yet.", missing]), said, "Mend it and finish again."]
    )


def _permissions(scope: Scope) -> str:
    """In one sentence what among those files stays forbidden; "" if nothing does."""
    kinds = (("tests", scope.tests), ("dependency files", scope.dependencies), ("CI", scope.ci))
    forbidden = [word for word, may in kinds if not may]
    return f"Among them no {', no '.join(forbidden)}." if forbidden else ""


def _shown(step: Step, evidence: Sequence[Evidence], tree: FileTree) -> str:
    """The step's files as `read` shows them, as far as they fit: what the evidence points at, then small files."""
    parts, left, known, others = list[str](), MAX_SHOWN, set(tree.paths()), list[str]()
    places = {path: sorted(one.line for one in evidence if one.path == path and one.line) for path in step.files}
    for path in sorted(set(step.files) & known, key=lambda path: (not places[path], path)):
        data = tree.read(path)
        text = frame(path, "\n".join(_windows(path, data, places[path])))
        if len(text) > left or (not places[path] and len(data) > SMALL):
            others.append(f"{path} ({len(data.splitlines())} lines)")
        else:
            left -= len(text)
            parts.append(text)
    parts += [frame("not shown", ", ".join(others))] if others else []
    return "\n".join(["# Files of this step, as they are now", *parts]) if parts else ""


def _windows(path: str, data: bytes, lines: Sequence[int]) -> list[str]:
    """All of a small file; of a larger one what is around these lines."""
    if len(data) <= SMALL or not lines:
        return [window(path, data)]
    ranges = list[tuple[int, int]]()
    for line in lines:
        start, end = max(line - AROUND, 1), line + AROUND
        if ranges and start <= ranges[-1][1] + 1:
            start, end = ranges.pop()[0], end
        ranges.append((start, end))
    return [window(path, data, start, end - start + 1) for start, end in ranges]


def _questions(draft: Draft) -> list[str]:
    return [question.text for question in draft.questions]


def _places(evidence: Sequence[Evidence]) -> list[str]:
    shown = evidence[:MAX_EVIDENCE]
    return [f"{one.path}{f':{one.line}' if one.line else ''} {one.note}".rstrip() for one in shown]


def _learned(learned: Sequence[str]) -> str:
    if not learned:
        return ""
    return "# What earlier attempts taught\n" + "\n\n".join(learned)


def _changed(paths: Sequence[str]) -> str:
    return _section("Changed so far", paths[:MAX_CHANGED]).strip("\n")


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join([f"\n{title}:", *(f"- {line}" for line in lines)]) if lines else ""
