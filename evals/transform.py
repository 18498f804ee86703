"""Old projects to a newer platform by `patchwright transform`: a table, each row graded apart from the run.

python -m patchwright.evals.transform [--to java-17] [--into FOLDER] [PROJECT...]
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from patchwright.evals.migration import Grade, grade
from patchwright.evals.sdist import LARGEST_ARCHIVE, SdistRefused, get, unpack
from patchwright.sandbox.base import Sandboxes

SECONDS = 3600
HEAD = ("project", "kLOC", "modules", "before, on the new JDK", "after recipes", "verdict", "MigrationBench", "s")
GIT = ("git", "-c", "user.name=eval", "-c", "user.email=eval@localhost")
MAJORS = {"java-17": 61, "java-21": 65}


@dataclass(frozen=True, slots=True)
class Project:
    """A source archive at a pinned hash."""

    name: str
    version: str
    url: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one project. `false_green`: the run called it verified and the grader does not."""

    cells: tuple[str, ...]
    migrated: bool
    false_green: bool


def projects(names: Sequence[str] = ()) -> list[Project]:
    """The pinned projects, or those of these names."""
    data = resources.files("patchwright.evals").joinpath("data/java8.toml").read_text("utf-8")
    found = [Project(**row) for row in tomllib.loads(data)["project"]]
    return [one for one in found if not names or one.name in names]


def fetch(project: Project, folder: Path) -> Path:
    """The unpacked project as a git repository with one commit. Raises `SdistRefused`."""
    data = get(project.url, LARGEST_ARCHIVE, {})
    if hashlib.sha256(data).hexdigest() != project.sha256:
        raise SdistRefused(f"The archive at {project.url} is not the one that was pinned: it is not used.")
    top = unpack(data, project.url, folder / project.name)
    (top / ".gitignore").unlink(missing_ok=True)  # of an archive every file counts
    for command in (("init", "-q"), ("add", "-A", "--force"), ("commit", "-q", "--no-verify", "-m", "base")):
        subprocess.run([*GIT, *command], cwd=top, check=True, capture_output=True, timeout=120)
    return top


def transform(project: Project, definition: str, folder: Path, sandboxes: Sandboxes) -> Row:
    """Fetch, run, grade: one row of the table."""
    try:
        base = fetch(project, folder)
    except SdistRefused as refused:
        return Row((project.name, "", "", str(refused), "", "", "", ""), migrated=False, false_green=False)
    began = time.monotonic()
    state = folder / project.name / "state"
    run = _patchwright(state, "transform", str(base), definition, "--yes", "--no-model")
    seconds = time.monotonic() - began
    report = _patchwright(state, "report", "last") if run.get("outcome") else {}
    graded = _graded(report, base, state, definition, sandboxes) if report.get("files") else Grade(("no patch",), 0)
    return _row(project, base, run, report, graded, seconds)


def _patchwright(state: Path, *arguments: str) -> dict[str, Any]:
    """What a command of ours says as JSON; empty if it said nothing that can be read."""
    program = Path(sys.executable).parent / "patchwright"
    env = {**os.environ, "PATCHWRIGHT_STATE": str(state)}
    done = subprocess.run([program, *arguments, "--json"], env=env, capture_output=True, timeout=SECONDS, check=False)
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"reason": done.stderr.decode("utf-8", "replace")[-300:]}
    return found


def _graded(report: dict[str, Any], base: Path, state: Path, definition: str, sandboxes: Sandboxes) -> Grade:
    """The result as a checkout of its own, built and compared apart from the run."""
    result = base.parent / "result"
    subprocess.run(["git", "clone", "-q", str(base), str(result)], check=True, capture_output=True, timeout=120)
    patch = next(state.glob("patches/*.diff"), None) or _write_patch(state)
    subprocess.run([*GIT, "apply", "--index", str(patch)], cwd=result, check=True, capture_output=True, timeout=120)
    subprocess.run([*GIT, "commit", "-q", "-m", "result"], cwd=result, check=True, capture_output=True, timeout=120)
    before = max((check["before_total"] for check in report["checks"]), default=0)
    return grade(sandboxes, report["image"], base, result, major=MAJORS[definition], tests_before=before)


def _write_patch(state: Path) -> Path:
    program = Path(sys.executable).parent / "patchwright"
    env = {**os.environ, "PATCHWRIGHT_STATE": str(state)}
    done = subprocess.run([program, "diff", "last"], env=env, capture_output=True, timeout=120, check=True)
    path = state / "result.diff"
    path.write_bytes(done.stdout)
    return path


def _row(
    project: Project, base: Path, run: dict[str, Any], report: dict[str, Any], graded: Grade, seconds: float
) -> Row:
    sources = [path for path in base.rglob("*.java") if "/src/" in f"/{path}"]
    lines = sum(path.read_bytes().count(b"\n") for path in sources)
    poms = len(list(base.rglob("pom.xml")))
    verdict = str(run.get("verdict") or "none")
    reasons = "; ".join(report.get("reasons", ())) or str(run.get("reason", ""))
    cells = (
        f"{project.name} {project.version}",
        f"{lines / 1000:.1f}",
        str(poms),
        _side(report, "before"),
        _side(report, "after"),
        verdict + (f": {reasons[:160]}" if verdict != "verified" else ""),
        "; ".join(graded.reasons) or f"minimal, {graded.tests} tests",
        f"{seconds:.0f}",
    )
    migrated = not graded.reasons
    return Row(cells, migrated, false_green=verdict == "verified" and not migrated)


def _side(report: dict[str, Any], when: str) -> str:
    """What the tests' check said on one side of the patch."""
    tests = [check for check in report.get("checks", ()) if "verify" in check["name"]]
    if not tests or tests[0][f"{when}_exit"] is None:
        return "not run"
    passed, total = tests[0][f"{when}_passed"], tests[0][f"{when}_total"]
    return f"{passed} of {total} tests" if total else f"exit {tests[0][f'{when}_exit']}"


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown, with what they add up to."""
    lines = [HEAD, tuple("---" for _ in HEAD), *(row.cells for row in rows)]
    body = "\n".join("| " + " | ".join(re.sub(r"[|\s]+", " ", cell) for cell in line) + " |" for line in lines)
    migrated, false = sum(row.migrated for row in rows), sum(row.false_green for row in rows)
    return f"{body}\n\n{migrated} of {len(rows)} are migrated by MigrationBench's minimal check; {false} false green.\n"


def main(arguments: Sequence[str]) -> int:
    """Print the table row by row and as a whole; status 1 if a green was false."""
    parser = argparse.ArgumentParser(prog="patchwright.evals.transform", description=__doc__)
    parser.add_argument("--to", default="java-17", choices=sorted(MAJORS))
    parser.add_argument("--into", type=Path, default=Path(".transform"), help="an empty folder for all that is made")
    parser.add_argument("names", nargs="*", metavar="PROJECT")
    options = parser.parse_args(arguments)
    from patchwright.sandbox.docker import DockerSandboxes

    folder = options.into.resolve()
    rows: list[Row] = []
    for project in projects(options.names):
        rows.append(transform(project, options.to, folder, DockerSandboxes("evals")))
        print(" | ".join(rows[-1].cells), file=sys.stderr, flush=True)
    print(table(rows))
    return 1 if any(row.false_green for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
