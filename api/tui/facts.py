"""A run as its events tell it: steps with their tries, checks, what goes on. Pure; what it holds is untrusted text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from patchwright.agent.events import Event
from patchwright.api.wording import Mood, Narrator


@dataclass
class Try:
    """One verified attempt of a step."""

    green: bool
    said: str


@dataclass
class StepFacts:
    """One step. `state` is waiting, working, or how it ended."""

    number: int
    title: str
    recipe: str = ""
    state: str = "waiting"
    reason: str = ""
    edits: int = 0
    tries: list[Try] = field(default_factory=list[Try])


@dataclass
class CheckFacts:
    """One line of the verification table, in words; `good` once it is known."""

    before: str = ""
    after: str = ""
    good: bool | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One event as a line."""

    event: Event
    words: str
    mood: Mood


class Facts:
    """What all events so far come to."""

    def __init__(self) -> None:
        self.narrator = Narrator()
        self.seq = 0
        self.events: list[Event] = []
        self.told: list[Told] = []
        self.steps: dict[int, StepFacts] = {}
        self.checks: dict[str, CheckFacts] = {}
        self.verdict = ""
        self.revision = 0

    def take(self, event: Event) -> None:
        """One more event, the next in order."""
        self.seq = event.seq
        self.events.append(event)
        line = self.narrator.line(event)
        if line is not None:
            self.told.append(Told(event, *line))
        data = event.data
        match event.kind:
            case "toolchain_detected":
                self.checks = {str(name): CheckFacts() for name in data.get("checks", ())}
            case "command_finished":
                self.checks.setdefault(str(data.get("check")), CheckFacts()).before = _ran(data)
            case "baseline_measured":
                self._tests().before = f"{data.get('passed', 0)} of {data.get('tests', 0)}"
            case "plan_drafted":
                self.revision = int(data.get("revision", 0))
            case "step_started":
                self._start(data)
            case "verified":
                self.verdict = str(data.get("verdict", ""))
                self._judge(data.get("passed_after", 0), data.get("total_after", 0), self.verdict == "verified")
            case _ if "step" in data:
                self._happens(event.kind, self._step(data), data)
            case _:
                pass

    @property
    def doing(self) -> str:
        """What goes on."""
        return self.narrator.doing

    def _start(self, data: Mapping[str, Any]) -> None:
        step = self._step(data)
        step.title, step.recipe = str(data.get("title", "")), str(data.get("recipe", ""))
        step.state = "working"
        step.tries.clear()

    def _happens(self, kind: str, step: StepFacts, data: Mapping[str, Any]) -> None:
        match kind:
            case "edit_applied":
                step.edits += len(data.get("paths", ()))
            case "attempt_verified":
                good = bool(data.get("green"))
                step.tries.append(Try(good, _counted(data)))
                self._judge(data.get("passed", 0), data.get("total", 0), good)
            case "step_finished":
                step.state, step.reason = str(data.get("result", "")), str(data.get("reason", ""))
            case _:
                pass

    def _step(self, data: Mapping[str, Any]) -> StepFacts:
        number = int(data.get("step", 0))
        return self.steps.setdefault(number, StepFacts(number, f"step {number}"))

    def _tests(self) -> CheckFacts:
        return self.checks.setdefault("all tests", CheckFacts())

    def _judge(self, passed: Any, total: Any, good: bool) -> None:
        if total:
            tests = self._tests()
            tests.after, tests.good = f"{passed} of {total}", good


def _ran(data: Mapping[str, Any]) -> str:
    return f"{data['tests']} tests" if data.get("tests") else f"exit {data.get('exit_code')}"


def _counted(data: Mapping[str, Any]) -> str:
    parts = [
        f"{data['passed']} of {data['total']} pass" if data.get("total") else "",
        f"{data['fixed']} fixed" if data.get("fixed") else "",
        f"{data['broken']} broken" if data.get("broken") else "",
        f"{data['new_diagnostics']} new diagnostics" if data.get("new_diagnostics") else "",
    ]
    return ", ".join(part for part in parts if part) or "nothing to compare"
