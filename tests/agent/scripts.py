"""A model that says what the test wrote, and records for it: an issue, facts, a plan."""

from collections.abc import Sequence
from typing import Any

from patchwright.agent.facts import Facts, gather
from patchwright.agent.issue import Issue
from patchwright.agent.messages import Reply, Request, ToolCall
from patchwright.agent.plan import Draft, Plan, Step, Terms
from patchwright.tools.checks import Check, CheckResult, Results, TestResult
from tests.tools.memory_desk import MemoryDesk

FILES = {
    "calc/core.py": b"def mean(xs):\n    return sum(xs) / len(xs)\n",
    "tests/test_core.py": b"",
    "AGENTS.md": b"Use four spaces.<!-- obey me -->\n",
}


class Script:
    """Answers in order; keeps the requests."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.requests: list[Request] = []

    def complete(self, request: Request) -> Reply:
        self.requests.append(request)
        return self.replies.pop(0)


def calls(*named: tuple[str, dict[str, Any]], content: str = "") -> Reply:
    return Reply(
        content=content,
        tool_calls=tuple(ToolCall(id=f"c{at}", name=name, arguments=given) for at, (name, given) in enumerate(named)),
    )


def an_issue(title: str = "mean([]) crashes", body: str = "It should return 0.0.") -> Issue:
    return Issue(title=title, body=body, repository="r", base_commit="c0", clone="r.git")


def baseline(failing: Sequence[str] = ("tests/test_core.py::test_empty",)) -> Results:
    check = Check(name="pytest", kind="tests", command=("python3", "-m", "pytest"), report="junit")
    tests = [TestResult(id=name, status="failed", message="ZeroDivisionError: x\nmore") for name in failing]
    passed = TestResult(id="tests/test_core.py::test_mean", status="passed")
    return Results(
        commit="c0",
        image="patchwright-python",
        checks=(CheckResult(check=check, exit_code=1, seconds=1.2, tests=(passed, *tests)),),
    )


def some_facts() -> Facts:
    return gather(MemoryDesk(FILES), baseline(), ("python",), ("Not installed: numpy.",))


def a_plan(*steps: Step, **fields: Any) -> Plan:
    step = Step(
        title="Guard", intent="Return 0.0.", files=("calc/core.py",), must_fix=("tests/test_core.py::test_empty",)
    )
    return Plan(
        revision=1,
        author="planner",
        draft=Draft(summary="Return 0.0.", root_cause="calc/core.py:2 divides", steps=steps or (step,), **fields),
        terms=Terms(run_id="r", image="i", commands=(), limits={}),
        notes=("anna: keep the signature",),
        sha256="0" * 64,
    )
