"""The planner: what it is told, and how its plan is read and refused."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from patchwright.agent.authorship import lost, restored
from patchwright.agent.facts import Facts, facts_text, hints_text, issue_text
from patchwright.agent.issue import Issue
from patchwright.agent.messages import Message, ToolSpec
from patchwright.agent.parse import Malformed, extract_object, listing, load_json, mapping
from patchwright.agent.plan import Draft, Plan, Scope
from patchwright.agent.prompts.load import prompt
from patchwright.agent.turns import SUBMIT_PLAN
from patchwright.tools.acts import Helpers
from patchwright.tools.paths import BadPath, file_path, matching, similar
from patchwright.tools.toolbox import specs
from patchwright.tools.untrusted import frame

MAX_REASONS = 10


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a plan cannot be shown to a human; each reason is one sentence for the planner."""

    reasons: tuple[str, ...]

    @property
    def text(self) -> str:
        """What the planner is told in its repair turn."""
        lines = "\n".join(f"- {reason}" for reason in self.reasons)
        return f"The plan was refused:\n{lines}\nMend these and submit the whole plan again."


def planner_messages(
    issue: Issue, facts: Facts, *, repo_map: str = "", previous: Plan | None = None, notes: Sequence[str] = ()
) -> list[Message]:
    """The first messages, with the repository's map if there is one.

    With `previous`, a revision is asked for; `notes` are the humans' words so far, in order.
    """
    parts = (_map(repo_map), hints_text(facts), _revision(previous, notes) if previous else "")
    request = prompt(
        "planner_request",
        issue=issue_text(issue),
        facts=facts_text(facts),
        rest="\n\n".join(filter(None, parts)),
    )
    return [Message(role="system", content=prompt("planner")), Message(role="user", content=request)]


def _map(text: str) -> str:
    """The map, framed as data (PI-01)."""
    return f"Definitions that the issue may be about, by file and line:\n{frame('map', text)}" if text else ""


def planner_tools(helpers: Helpers | None = None) -> tuple[ToolSpec, ...]:
    """The planning tools and the one that takes the plan."""
    return (*specs("planning", helpers), PLAN_TOOL)


def ordinary(path: str) -> str:
    """The kind of a file that needs no permission of its own."""
    return ""


@dataclass(frozen=True, slots=True)
class Revised:
    """What a new draft answers to: the last plan, and what humans have said since it was made."""

    plan: Plan
    words: tuple[str, ...] = ()


def read_plan(
    answer: dict[str, Any] | str,
    paths: Sequence[str],
    kind: Callable[[str], str] = ordinary,
    revised: Revised | None = None,
) -> Draft | Refusal:
    """The draft in a tool call's arguments (or a text that holds it), checked against the tree's paths.

    Refused: what does not fit the record (LLM-04), files that do not exist and are not created, paths
    that no tool may name, steps without files, files whose `kind` ("tests", "dependencies", "ci",
    "control") needs a permission that the plan's scope does not ask for, and steps that a human wrote
    and that are not there any more although no human's words call for that.
    """
    try:
        given = answer if isinstance(answer, dict) else extract_object(answer)
        draft = Draft.model_validate(_as_draft(given))
    except Malformed as error:
        return Refusal((f"there is no plan in the answer: {error}",))
    except ValidationError as error:
        return Refusal(tuple(_said(one) for one in error.errors()[:MAX_REASONS]))
    reasons = _missing_files(given, draft, paths) or _missing_flags(draft, kind) or _lost(given, draft, revised)
    if reasons:
        return Refusal(tuple(reasons[:MAX_REASONS]))
    return restored(revised.plan.draft, draft) if revised else draft


def _lost(given: dict[str, Any], draft: Draft, revised: Revised | None) -> list[str]:
    if revised is None:
        return []
    named = [mapping(one) for one in listing(_opened(given.get("replaces")))]
    quotes = {str(one.get("step", "")): str(one.get("quote", "")) for one in named}
    return lost(revised.plan.draft, draft, quotes, revised.words)


def _revision(plan: Plan, notes: Sequence[str]) -> str:
    draft = plan.draft.model_dump(mode="json", exclude_defaults=True, exclude={"steps": {"__all__": {"preview"}}})
    words = "\n".join(f"- {note}" for note in notes) or "- (no words)"
    text = json.dumps(draft, ensure_ascii=False, indent=1)
    return prompt("planner_revision", number=str(plan.revision), plan=text, notes=words)


def _as_draft(given: dict[str, Any]) -> dict[str, Any]:
    """The plan tool's arguments as a draft's fields: created files are files of the step, and its intent says so."""
    opened = {name: _opened(value) for name, value in given.items() if value is not None and name != "replaces"}
    if "steps" in opened:
        opened["steps"] = [_as_step(step) if isinstance(step, dict) else step for step in listing(opened["steps"])]
    return opened


def _as_step(step: Any) -> dict[str, Any]:
    found = {name: value for name, value in mapping(step).items() if value is not None and name != "author"}
    creates = [path for path in listing(found.pop("creates", [])) if isinstance(path, str)]
    if not creates:
        return found
    said, intent = f"Creates: {', '.join(creates)}", str(found.get("intent", ""))
    files = dict.fromkeys([*listing(found.get("files", [])), *creates])  # the last revision names both
    return {**found, "files": list(files), "intent": intent if said in intent else f"{intent}\n{said}".strip()}


def _opened(value: Any) -> Any:
    """A list or object that a model has wrapped in a string, opened; everything else as it is."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return load_json(value)
        except Malformed:
            return value
    return value


def _said(error: Any) -> str:
    where = ".".join(str(part + 1 if isinstance(part, int) else part) for part in error["loc"])
    return f"{where or 'plan'}: {str(error['msg'])[:200]}"


def _missing_files(given: dict[str, Any], draft: Draft, paths: Sequence[str]) -> list[str]:
    known, reasons = set(paths), list[str]()
    raw_steps = listing(_opened(given.get("steps", [])))
    for number, (step, raw) in enumerate(zip(draft.steps, raw_steps, strict=True), 1):
        created = {path for path in listing(mapping(raw).get("creates", [])) if isinstance(path, str)}
        if not step.files:
            reasons.append(f"step {number} names no files: list every file that it may change or create")
        reasons += [_new_file(number, path, known) for path in sorted(created) if _new_file(number, path, known)]
        known |= created
        reasons += [why for path in step.files if path not in created and (why := _no_file(path, known, number))]
    reasons += [why for one in draft.evidence if (why := _no_file(one.path, known, 0))]
    return reasons


def _missing_flags(draft: Draft, kind: Callable[[str], str]) -> list[str]:
    """Files that are named one by one although the scope does not permit their kind: the editor would be refused."""
    flags = {"tests": "tests", "dependencies": "dependencies", "ci": "ci", "control": "ci"}
    reasons = list[str]()
    for number, step in enumerate(draft.steps, 1):
        for path in step.files:
            flag = flags.get(kind(path), "")
            if flag and not set("*?") & set(path) and not getattr(draft.scope, flag):
                reasons.append(f"step {number} names {path}: set scope.{flag} to true, or leave the file out")
    return reasons


def _new_file(number: int, path: str, known: set[str]) -> str:
    """Why a step cannot create this file; "" if it can."""
    try:
        clean = file_path(path)
    except BadPath as error:
        return f"step {number}: {error}"
    if clean != path or set("*?") & set(path):
        return f"step {number}: creates {path}: write it as one plain relative path"
    return f"step {number} creates {path}, which exists: put it into files" if path in known else ""


def _no_file(pattern: str, known: set[str], number: int) -> str:
    """Why this path or glob means no file; "" if it means one."""
    where = f"step {number}" if number else "evidence"
    try:
        file_path(pattern.rstrip("/"))
    except BadPath as error:
        return f"{where}: {error}"
    if pattern in known or matching(sorted(known), pattern):
        return ""
    meant = similar(pattern, sorted(known), 3)
    hint = f"; did you mean {', '.join(meant)}?" if meant else ""
    create = "; if the step makes it, put it into creates" if number else ""
    return f"{where}: {pattern} does not exist{hint}{create}"


def _texts(most: int) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "maxItems": most}


_EVIDENCE = {
    "type": "array",
    "maxItems": 100,
    "items": {
        "type": "object",
        "properties": {"path": {"type": "string"}, "line": {"type": "integer"}, "note": {"type": "string"}},
        "required": ["path"],
        "additionalProperties": False,
    },
}
_STEP = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "intent": {"type": "string", "description": "what to change and how"},
        "files": _texts(500),
        "creates": _texts(100),
        "verify": {"type": "string"},
        "must_fix": _texts(5000),
    },
    "required": ["title", "intent", "files", "verify"],
    "additionalProperties": False,
}
_SCOPE = {
    "type": "object",
    "properties": {name: {"type": "boolean"} for name in Scope.model_fields if name != "paths"},
    "additionalProperties": False,
}
_QUESTION = {
    "type": "object",
    "properties": {"question": {"type": "string"}, "suggestions": _texts(5)},
    "required": ["question", "suggestions"],
    "additionalProperties": False,
}
_REPLACED = {
    "type": "object",
    "properties": {"step": {"type": "string"}, "quote": {"type": "string"}},
    "required": ["step", "quote"],
    "additionalProperties": False,
}
PLAN_TOOL = ToolSpec(
    name=SUBMIT_PLAN,
    description="The plan, for a human to approve. files and creates are paths or globs relative to the root.",
    parameters={
        "type": "object",
        "properties": {
            "summary": {"type": "string"},
            "root_cause": {"type": "string"},
            "evidence": _EVIDENCE,
            "steps": {"type": "array", "minItems": 1, "maxItems": 50, "items": _STEP},
            "scope": _SCOPE,
            "assumptions": _texts(50),
            "risks": _texts(50),
            "questions": {"type": "array", "maxItems": 20, "items": _QUESTION},
            "replaces": {"type": "array", "maxItems": 50, "items": _REPLACED},
        },
        "required": ["summary", "root_cause", "steps"],
        "additionalProperties": False,
    },
)
