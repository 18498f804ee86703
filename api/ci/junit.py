"""What a run came to as JUnit XML: each thing that was judged is a test. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as xml

from patchwright.agent.report import CheckLine, Report, StepLine
from patchwright.api.ci.running import Came
from patchwright.tools.checks import TestChange
from patchwright.tools.untrusted import printable, valid

BAD = ("broken", "new_fail", "not_run", "flaky")
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Case:
    """One test of the file. `failure` "" is a pass; `skipped` says that it was not judged."""

    group: str
    name: str
    failure: str = ""
    skipped: bool = False
    seconds: float = 0.0


def junit(came: Came) -> bytes:
    """The file: the plan, the steps, the checks, tests whose verdict has changed, and the run itself."""
    cases = [_plan(came), *_of_report(came.report), _run(came)]
    failures, skipped = sum(bool(case.failure) for case in cases), sum(case.skipped for case in cases)
    counts = {"tests": str(len(cases)), "failures": str(failures), "skipped": str(skipped), "errors": "0"}
    suite = xml.Element("testsuite", {"name": f"patchwright {_text(came.state.title)}", **counts})
    for case in cases:
        suite.append(_element(case))
    root = xml.Element("testsuites", counts)
    root.append(suite)
    xml.indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + xml.tostring(root, encoding="unicode").encode() + b"\n"


def _of_report(report: Report | None) -> Iterator[Case]:
    if report is not None:
        yield from map(_step, report.steps)
        yield from map(_check, report.checks)
        yield from map(_change, report.changes)


def _plan(came: Came) -> Case:
    waits = came.report is None
    words = "; ".join(came.refused) or came.state.reason or "there is no plan"
    plan = came.state.plan
    name = f"the plan is approved: revision {plan.revision} {plan.sha256[:12]}" if plan else "there is a plan"
    return Case("plan", name, words if waits else "")


def _step(step: StepLine) -> Case:
    bad = step.result in ("failed", "reverted")
    name = f"step {step.number}: {step.title}"
    return Case("steps", name, f"{step.result}: {step.reason}" if bad else "", step.result == "not run")


def _check(check: CheckLine) -> Case:
    if check.after_exit is None:
        return Case("checks", check.name, skipped=True)
    before, after = f"{check.before_passed} of {check.before_total}", f"{check.after_passed} of {check.after_total}"
    worse = check.after_exit != 0 and check.before_exit == 0
    said = check.problem or (f"exit {check.after_exit}, {after} tests pass; before: exit 0, {before}" if worse else "")
    return Case("checks", check.name, said, seconds=check.seconds)


def _change(change: TestChange) -> Case:
    failure = f"{change.verdict}: {change.message}\n{change.trace}" if change.verdict in BAD else ""
    return Case(f"tests {change.verdict}", change.id, failure)


def _run(came: Came) -> Case:
    state = came.state
    beyond = f"the patch goes beyond the policy: {'; '.join(came.refused)}" if came.report and came.refused else ""
    said = f"{state.status}: {'; '.join(came.report.reasons) if came.report else state.reason}"
    return Case("run", f"run {state.run_id[:8]} ends with a verified patch", beyond or ("" if not came.code else said))


def _element(case: Case) -> xml.Element:
    attributes = {"classname": _text(case.group), "name": _text(case.name), "time": f"{case.seconds:.3f}"}
    element = xml.Element("testcase", attributes)
    if case.failure:
        line = _text(case.failure.partition("\n")[0])
        xml.SubElement(element, "failure", message=line).text = _text(case.failure)
    elif case.skipped:
        xml.SubElement(element, "skipped")
    return element


def _text(text: str) -> str:
    """What XML can hold, and no reader is steered by."""
    return printable(valid(text[:LONGEST]))
