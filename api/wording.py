"""Each fact of a run as one line for a person. Pure; what it says is still untrusted text."""

from collections.abc import Mapping
from typing import Any, Literal

from patchwright.agent.events import Event

Mood = Literal["plain", "quiet", "good", "bad", "notice"]

DOING: Mapping[str, str] = {
    "preparing": "preparing the repository and its image",
    "baseline": "running the checks on the untouched base",
    "planning": "planning",
    "executing": "executing the plan",
    "verifying": "verifying base plus patch in a fresh sandbox",
    "reviewing": "reviewing the diff",
}
"""What goes on while a run has this status."""

TELLING = ("path", "command", "text", "question", "tests")
"""Arguments of a tool call of which the first that is there says what it was about."""

STEP_MOODS: Mapping[str, Mood] = {"green": "good", "reverted": "bad", "failed": "bad"}


class Narrator:
    """Tells events in order. Remembers how many steps the plan has, to say "step 2/5"."""

    def __init__(self) -> None:
        self.doing = "starting"
        self._steps = 0

    def line(self, event: Event) -> tuple[str, Mood] | None:
        """The line for an event and its mood; None for an event that says nothing new."""
        data = event.data
        match event.kind:
            case "run_created":
                return f"run {event.run_id[:8]}: {data.get('title', '')}", "plain"
            case "status_changed":
                return self._status(data)
            case "toolchain_detected":
                return _toolchain(data), "quiet"
            case "image_ready":
                return f"image {data.get('image', '')}", "quiet"
            case "command_finished":
                return _command(data)
            case "baseline_measured":
                return _baseline(data)
            case "plan_drafted":
                self._steps = int(data.get("steps", 0))
                about = f"revision {data.get('revision')} ({str(data.get('sha256', ''))[:12]})"
                return f"plan: {about}, {count(self._steps, 'step')}, by {data.get('author', '')}", "plain"
            case "approval_recorded":
                return _approval(data)
            case "model_called":
                self.doing = f"{data.get('role', 'model')} at work"
                return _model(data), "quiet"
            case "tool_called":
                return _tool(data), "quiet"
            case "warning":
                return str(data.get("text", "")), "notice"
            case "worker_lost":
                return f"the process that worked on it was lost ({data.get('why', '')}); it goes on", "notice"
            case "said" | "heard" | "budget_added":
                return _steered(event), "notice"
            case "run_ended":
                return _ended(data)
            case _:
                return self._executing(event)

    def _status(self, data: Mapping[str, Any]) -> tuple[str, Mood] | None:
        status, reason = str(data.get("status", "")), str(data.get("reason", ""))
        self.doing = DOING.get(status, status)
        if status in ("infra_failed", "paused_budget", "paused_config", "needs_input"):
            return f"{status}: {reason}", "bad"
        if status == "paused":
            return reason, "notice"
        said = status in ("awaiting_review", "rejected", "cancelled") or reason.endswith("waits for a decision")
        return (f"{status}: {reason}", "quiet") if reason and not said else None

    def _executing(self, event: Event) -> tuple[str, Mood] | None:
        data = event.data
        at = f"step {data['step']}/{self._steps or '?'}" if "step" in data else "step"
        match event.kind:
            case "step_started":
                recipe = f" recipe {data['recipe']}" if data.get("recipe") else ""
                self.doing = f"{at}{recipe}"
                return f"{at}{recipe}: {data.get('title', '')}", "plain"
            case "edit_applied":
                return f"{at}: {_edited(data)}", "quiet"
            case "edit_refused":
                return f"{at}: edit of {_paths(data)} refused: {data.get('reason', '')}", "notice"
            case "attempt_verified":
                return f"{at}: {_counts(data)}", "good" if data.get("green") else "bad"
            case "step_reverted":
                return f"{at} reverted: {data.get('reason', '')} {_some(data.get('tests'))}".rstrip(), "bad"
            case "amendment_asked":  # the status that follows says the question
                asked = f"{at} asks to change {_paths(data)}, which the plan does not open"
                return (asked, "notice") if data.get("paths") else None
            case "stuck":
                return f"{at}, try {data.get('attempt', 1)} is stuck: {data.get('reason', '')}", "notice"
            case "step_finished":
                result, reason = str(data.get("result", "")), str(data.get("reason", ""))
                if result in ("green", "reverted"):
                    return None  # the line before has said it
                return f"{at} {result}{f': {reason}' if reason else ''}", STEP_MOODS.get(result, "plain")
            case "stage_finished":
                return _stage(data)
            case _:
                return _late(event)


def _stage(data: Mapping[str, Any]) -> tuple[str, Mood]:
    name, reasons = data.get("stage", ""), "; ".join(map(str, data.get("reasons", ())))
    return (
        (f"stage {name} is reached", "good")
        if data.get("reached")
        else (f"stage {name} is not reached: {reasons}", "bad")
    )


def _late(event: Event) -> tuple[str, Mood]:
    data = event.data
    match event.kind:
        case "verified":
            verdict = str(data.get("verdict", ""))
            return f"final verification: {verdict}, {_proof(data)}", "good" if verdict == "verified" else "bad"
        case "reviewed":
            return f"review: {count(len(data.get('findings', ())), 'finding')}", "plain"
        case "candidate_finished":
            verdict = str(data.get("verdict", ""))
            line = f"candidate {data.get('candidate')} of {data.get('of')}: {verdict}"
            return line, "good" if verdict == "verified" else "bad"
        case "candidate_chosen":
            return f"candidate {data.get('candidate')} of {data.get('of')} is chosen", "plain"
        case "patch_ready":
            return f"patch: {count(int(data.get('files', 0)), 'file')}, {data.get('verdict', '')}", "plain"
        case "patch_applied":
            return f"patch applied: {count(int(data.get('files', 0)), 'file')}", "good"
        case "plan_refused":
            return f"plan refused: {'; '.join(map(str, data.get('reasons', ())))}"[:400], "notice"
        case _:
            return event.kind.replace("_", " "), "quiet"


def _steered(event: Event) -> str:
    """What a human did while the run worked, and when the model heard it."""
    data = event.data
    match event.kind:
        case "said":
            return f"{data.get('by', '')} says: {data.get('text', '')}"
        case "heard":
            return f"the model hears {count(len(data.get('numbers', ())), 'message')}"
        case _:
            limits: dict[str, float] = data.get("added") or {}
            added = ", ".join(f"{name} +{value:g}" for name, value in limits.items())
            return f"{data.get('by', '')} adds to the budget: {added}"


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 step", "2 steps"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _toolchain(data: Mapping[str, Any]) -> str:
    families, checks = ", ".join(data.get("families", ())), ", ".join(data.get("checks", ()))
    notes = "".join(f"; {note}" for note in data.get("notes", ()))
    return f"toolchain: {families or 'none'}; checks: {checks or 'none'}{notes}"


def _command(data: Mapping[str, Any]) -> tuple[str, Mood]:
    tests = f", {count(int(data['tests']), 'test')}" if data.get("tests") else ""
    problem = f": {data['problem']}" if data.get("problem") else ""
    line = f"{data.get('check', '')}: exit {data.get('exit_code')}{tests} ({data.get('seconds', 0)} s){problem}"
    return line, "notice" if problem else "quiet"


def _baseline(data: Mapping[str, Any]) -> tuple[str, Mood]:
    diagnostics = f", {count(int(data['diagnostics']), 'diagnostic')}" if data.get("diagnostics") else ""
    problems = "".join(f"; {problem}" for problem in data.get("problems", ()))
    line = f"baseline: {data.get('passed', 0)} of {data.get('tests', 0)} tests pass{diagnostics}{problems}"
    return line, "notice" if problems else "plain"


def _approval(data: Mapping[str, Any]) -> tuple[str, Mood]:
    words = {"approve": "approved", "revise": "sent back", "reject": "rejected"}
    notes = f": {data['notes']}" if data.get("notes") else ""
    decision = words.get(str(data.get("decision")), str(data.get("decision")))
    return f"revision {data.get('revision')} {decision} by {data.get('by', '')}{notes}", "plain"


def _model(data: Mapping[str, Any]) -> str:
    if data.get("failed"):
        return f"{data.get('role', 'model')}: no usable answer"
    calls = f", calls {', '.join(data['calls'])}" if data.get("calls") else ""
    says = " ".join(str(data.get("says", "")).split())[:120]
    tokens = f"{data.get('tokens_in', 0)} tokens in, {data.get('tokens_out', 0)} out"
    return f"{data.get('role', 'model')} ({data.get('model', '')}): {tokens}{calls}{f': {says}' if says else ''}"


def _tool(data: Mapping[str, Any]) -> str:
    """What was called, with the argument that tells most, and the first line of what came of it."""
    given: Mapping[str, Any] = data.get("arguments") or {}
    about = next((str(given[name]) for name in TELLING if given.get(name)), "")
    says = str(data.get("says", "")).strip().partition("\n")[0][:160]
    return f"tool {data.get('tool', '')}{f' {about[:100]}' if about else ''}{f': {says}' if says else ''}"


def _edited(data: Mapping[str, Any]) -> str:
    lines = f"+{data['added']} -{data['removed']} in " if "added" in data else "edit of "
    return f"{lines}{_paths(data)}"


def _paths(data: Mapping[str, Any]) -> str:
    paths = [str(path) for path in data.get("paths", ())]
    return ", ".join(paths) if 0 < len(paths) <= 3 else count(len(paths), "file")


def _counts(data: Mapping[str, Any]) -> str:
    parts = [
        f"{data['passed']} of {data['total']} tests pass" if data.get("total") else "",
        f"{data['fixed']} fixed" if data.get("fixed") else "",
        f"{data['broken']} broken" if data.get("broken") else "",
        f"{count(int(data['new_diagnostics']), 'new diagnostic')}" if data.get("new_diagnostics") else "",
        *(str(problem) for problem in data.get("problems", ())),
    ]
    return ", ".join(part for part in parts if part) or "nothing to compare"


def _proof(data: Mapping[str, Any]) -> str:
    before = f"{data.get('passed_before', 0)} of {data.get('total_before', 0)}"
    after = f"{data.get('passed_after', 0)} of {data.get('total_after', 0)} tests"
    return "; ".join([f"{after} pass (base: {before})", *map(str, data.get("reasons", ()))])


def _ended(data: Mapping[str, Any]) -> tuple[str, Mood]:
    verdict, outcome = str(data.get("verdict", "none")), str(data.get("outcome") or "").replace("_", " ")
    parts = [outcome, verdict if verdict != "none" else ""]
    words = [", ".join(part for part in parts if part), str(data.get("reason") or "")]
    return f"end: {': '.join(word for word in words if word)}", "good" if verdict == "verified" else "notice"


def _some(items: Any) -> str:
    names = [str(item) for item in items or ()]
    return f"({', '.join(names[:3])}{', ...' if len(names) > 3 else ''})" if names else ""
