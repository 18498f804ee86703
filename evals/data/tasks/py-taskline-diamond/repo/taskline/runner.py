"""Running a plan."""

import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """What came of one task: "done", "failed" or "skipped"."""

    name: str
    status: str


def shell(command):
    """The exit status of a shell command."""
    return subprocess.call(command, shell=True) if command else 0


def run(tasks, order, execute=shell, keep_going=False):
    """Run the tasks in order; what needs a failed one is skipped. Stops at the first failure unless `keep_going`."""
    results, bad = [], set()
    for name in order:
        if any(need in bad for need in tasks[name].needs):
            bad.add(name)
            results.append(Result(name, "skipped"))
            continue
        if execute(tasks[name].run) == 0:
            results.append(Result(name, "done"))
            continue
        bad.add(name)
        results.append(Result(name, "failed"))
        if not keep_going:
            break
    return results
