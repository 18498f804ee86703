"""An evaluation script of a dataset, run as it is, and its results: from a report file, else by a named log parser."""

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, cast

from patchwright.agent.errors import UsageError
from patchwright.evals.environment import SCRIPT_REPORT
from patchwright.evals.instance import Instance
from patchwright.sandbox.base import Sandbox
from patchwright.tools.checks import Check, CheckResult, TestResult, TestStatus
from patchwright.tools.collect import clear_reports, read_reports
from patchwright.tools.reports import parse_reports
from patchwright.tools.reports.base import ReportMalformed
from patchwright.tools.untrusted import uncoloured

START, END = ">>>>> Start Test Output", ">>>>> End Test Output"
MOST_OUTPUT = 32 << 20
SHOWN = 1 << 16

_CODE = re.compile(r">>>>> Test Exit Code:\s*(-?\d+)")

STATUSES: Mapping[str, TestStatus] = {
    "PASSED": "passed",
    "FAILED": "failed",
    "ERROR": "error",
    "SKIPPED": "skipped",
    "XFAIL": "xfailed",
}


def read_script(sandbox: Sandbox, check: Check, instance: Instance) -> CheckResult:
    """Run the script and read what its tests reported. Raises `SandboxDied`, or `UsageError` without a parser."""
    clear_reports(sandbox, (SCRIPT_REPORT,))
    done = sandbox.run(check.command, timeout=check.timeout, env=check.env or None, cap=MOST_OUTPUT)
    output = uncoloured(done.text)
    tests, problem = _reported(sandbox)
    if not tests:
        tests, problem = parsed(output, instance, done.exit_code, omitted=done.omitted)
    return CheckResult(
        check=check,
        exit_code=done.exit_code,
        seconds=done.seconds,
        timed_out=done.timed_out,
        tests=tests,
        output=output[-SHOWN:],
        problem=f"it was ended after {check.timeout:g} s" if done.timed_out else problem,
    )


def _reported(sandbox: Sandbox) -> tuple[tuple[TestResult, ...], str]:
    try:
        files = read_reports(sandbox, (SCRIPT_REPORT,))
        return parse_reports("junit", files, b"").tests, ""
    except ReportMalformed as error:
        return (), str(error)


def parsed(output: str, instance: Instance, exit_code: int, *, omitted: int) -> tuple[tuple[TestResult, ...], str]:
    """The tests by the log between the markers, and why they prove nothing.

    Printed lines can be forged: what is said twice and differently proves nothing, nor does a status other than 0
    without a failure; the script's own word for the status, behind the end marker, goes before its exit status.
    """
    log, rest = between(output)
    if log is None or omitted:
        return (), "the output has no end marker" if log is None else "it printed more than can be read"
    code = int(found[1]) if (found := _CODE.search(rest)) else exit_code
    parse, evidence = official(instance)
    statuses = parse(log)
    tests = tuple(TestResult(id=name, status=STATUSES.get(status, "error")) for name, status in statuses.items())
    forged = [test.id for test in tests if _said_otherwise(log, test)]
    if forged:
        return (), f"the log says {forged[0]} both passed and failed"
    if code and not any(test.status in ("failed", "error") for test in tests):
        return (), f"it ended with status {code} although no test failed"
    return tests, "" if tests or evidence.search(log) else f"no test ran (exit status {code})"


def between(output: str) -> tuple[str | None, str]:
    """What stands between the markers, and behind them; all of it if the script has none, None if one is missing."""
    if START not in output and END not in output:
        return output, ""
    _, start, rest = output.partition(START)
    log, end, behind = rest.rpartition(END)
    return (log if start and end else None), behind


def _said_otherwise(log: str, test: TestResult) -> bool:
    """Whether a test that is said to have passed is also said to have failed."""
    name = re.escape(test.id)
    return test.status == "passed" and bool(re.search(rf"(?m)^(?:FAILED|ERROR) {name}\b|{name} (?:\.\.\. )?FAIL", log))


def official(instance: Instance) -> tuple[Callable[[str], Mapping[str, str]], re.Pattern[str]]:
    """The named parser of the official harness, and what shows there that tests ran. Raises `UsageError`."""
    try:
        registry: Any = import_module("swebench.harness.log_parsers").PARSER_REGISTRY
        evidence: Any = import_module("swebench.harness.grading").SUITE_RAN
    except ImportError as error:
        raise UsageError(
            f"{instance.instance_id} needs the log parsers of the official harness ({error}): `pip install swebench`."
        ) from None
    parser: Any = registry.get(instance.environment.log_parser)
    if parser is None:
        known = ", ".join(sorted(registry))
        raise UsageError(
            f"{instance.instance_id} names the log parser {instance.environment.log_parser!r}. Known are: {known}."
        )
    return (lambda log: cast("Mapping[str, str]", parser(log, None))), evidence
